#pragma once
#include "roofline/lowering.hpp"

namespace ridgepoint {

/// What a run keeps in device memory, in bytes; the parts do not overlap. Activations are the largest sum alive at one
/// time (inference) or all that the backward pass needs (training).
struct Footprint {
  Bytes weights{};
  Bytes activations{};
  Bytes gradients{};
  Bytes optimizer{};
  Bytes kv_cache{};
  Bytes tables{};

  [[nodiscard]] Bytes total() const { return weights + activations + gradients + optimizer + kv_cache + tables; }
};

/// Of a run that decodes: bytes of the cache for each token that all caches keep, and for each sequence as it stands;
/// the largest batch at this context, and the longest context at this batch, that the device's memory holds (0: none
/// that is known).
struct CacheLimits {
  Bytes per_token{};
  Bytes per_sequence{};
  std::int64_t largest_batch = 0;
  std::int64_t largest_context = 0;
};

/// The footprint of a network whose layers run in these groups.
Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer);

/// The same; `live` becomes the bytes of activations in memory while each group runs; in training what is kept for the
/// backward pass once it has run forward. The largest is that of the footprint.
Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer,
                    std::vector<Bytes>& live);

}  // namespace ridgepoint
