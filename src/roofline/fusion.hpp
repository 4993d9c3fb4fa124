#pragma once
// Which layers run as one kernel.

#include <array>
#include <string_view>
#include <vector>

#include "network/network.hpp"

namespace ridgepoint {

/// How far neighbours are fused: not at all; element-wise layers into the product before them; or any chain of
/// element-wise layers and one norm or softmax, as compilers do.
enum class Fusion : std::uint8_t { kNone, kEpilogue, kFull };

inline constexpr std::array<std::string_view, 3> kFusionNames{"none", "epilogue", "full"};

/// Layers that run as one kernel, in order; the first is the anchor, whose kernel takes the others along.
struct Group {
  std::vector<int> members;
};

/// A partition of the network's layers into groups, in the order of their anchors. A layer joins the group of its
/// latest input, so that all its other inputs are ready when that group runs; groups do not cross a block's
/// repetitions.
std::vector<Group> plan_fusion(const Network& network, Fusion fusion);

/// The tensor that this one is another name of: a view with the shape of its input, such as dropout at inference, hands
/// on what it gets.
int root_of(const Network& network, int tensor);

/// For each tensor that is its own root the layers that read it under any of its names, views that hand it on left out;
/// -1 stands for the next repetition of a block, where a name other than its own escapes.
std::vector<std::vector<int>> consumers_of(const Network& network);

}  // namespace ridgepoint
