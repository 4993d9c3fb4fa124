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

/// The footprint of a network whose layers run in these groups.
Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer);

}  // namespace ridgepoint
