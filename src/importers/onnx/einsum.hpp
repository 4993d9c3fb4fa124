#pragma once
#include <string>
#include <vector>

#include "importers/onnx/context.hpp"

namespace ridgepoint::onnx {

/// A product by the letters of its operands' axes: a letter that the result lacks is summed over.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

/// The equation of an Einsum node, with letters in the place of "...". Throws Unknown where it has none, InputError
/// where it does not fit the inputs.
Equation equation_of(const NodeContext& n);

}  // namespace ridgepoint::onnx
