#pragma once
#include <map>
#include <set>

#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// What the places of constants without a name of their own say of them. PyTorch's exporter gives "onnx::" names to
/// what it folded out of parameters and buffers.
struct Places {
  std::set<int> computed;              ///< initializers that are no parameters
  std::set<int> narrow;                ///< initializers that are parameters in a quantized format
  std::map<int, std::int64_t> groups;  ///< of those: weights that share 16 bits of scales and zero points
  std::map<int, Dims> expanded;  ///< biases of scores that were looked up in a table of these extents, which is one
};

/// Looks at the graph as it is written, before patterns.
Places places_of(const Graph& graph);

}  // namespace ridgepoint::onnx
