#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// What a collective does. `transfer` sends a buffer from one rank to another.
enum class CollectiveOp : std::uint8_t { kAllReduce, kAllGather, kReduceScatter, kAllToAll, kTransfer };

/// A collective's name in files, and what a ring (or direct exchange) of r ranks needs for it: rounds of r - 1 steps,
/// in each of which a rank sends 1/r of the buffer (Thakur et al., IJHPCA 19(1), 2005). A transfer sends the buffer in
/// one step.
struct CollectiveFacts {
  std::string_view name;
  double rounds;
};
inline constexpr std::array kCollectiveOps{CollectiveFacts{"all_reduce", 2}, CollectiveFacts{"all_gather", 1},
                                           CollectiveFacts{"reduce_scatter", 1}, CollectiveFacts{"alltoall", 1},
                                           CollectiveFacts{"send_recv", 0}};

/// An exchange between `ranks` devices, `ranks_per_node` of which share a node. `bytes` is the whole buffer: what every
/// rank has afterwards (all_reduce, all_gather) or before (reduce_scatter, alltoall).
struct Collective {
  CollectiveOp op = CollectiveOp::kAllReduce;
  std::int64_t ranks = 2;
  std::int64_t ranks_per_node = 2;
  double bytes = 0;

  [[nodiscard]] auto key() const { return std::tuple(op, ranks, ranks_per_node, bytes); }
  [[nodiscard]] const CollectiveFacts& facts() const { return kCollectiveOps[static_cast<std::size_t>(op)]; }
  /// Steps after one another.
  [[nodiscard]] double steps() const { return std::max(1.0, facts().rounds * static_cast<double>(ranks - 1)); }
  /// Bytes that each rank sends.
  [[nodiscard]] double sent() const {
    const auto r = static_cast<double>(ranks);
    return facts().rounds > 0 ? facts().rounds * (r - 1) / r * bytes : bytes;
  }
  /// What is sent is read from memory, and what is received written.
  [[nodiscard]] Work work() const { return {.read = Bytes{sent()}, .written = Bytes{sent()}, .l2 = Bytes{2 * sent()}}; }
};

}  // namespace ridgepoint
