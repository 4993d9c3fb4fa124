#pragma once
// What rules share that compute known numbers.

#include <algorithm>
#include <optional>

#include "importers/onnx/context.hpp"

namespace ridgepoint::onnx {

inline Scalar flag(bool value) { return Scalar(Dim(value ? 1 : 0)); }

/// Position of element `i` of a broadcast result in an operand.
std::size_t source(std::size_t i, const Dims& result, const Dims& operand);

/// Whether the numbers of a tensor of these extents may be kept.
bool is_small(const Dims& dims);

/// The row of a table of operators, which has it.
template <class Table>
const auto& row_of(const Table& table, std::string_view type) {
  return *std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.type == type; });
}

}  // namespace ridgepoint::onnx
