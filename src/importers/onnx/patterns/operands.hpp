#pragma once
// Tensors of an attention by what their axes are, whatever order and operator they are written in.

#include <optional>
#include <string>
#include <vector>

#include "importers/onnx/einsum.hpp"
#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {

/// A tensor and the order in which its axes are [batch..., length, heads, width]; without heads where it has three.
struct Operand {
  int value = -1;
  std::vector<std::int64_t> order;
};

/// A product of two activations by the letters of their axes: a MatMul of equal ranks from three on, or an Einsum.
/// Nothing for other nodes.
std::optional<Equation> product_letters(const Matcher& m, const Node& node);

/// Whether a node is a product of two tensors that are not both constants.
bool is_product(const Matcher& m, const Node& node);

/// The places of `wanted` in `letters`.
std::vector<std::int64_t> places(const std::string& letters, const std::string& wanted);

/// Transposes on the way to a value are what the kernel reads the tensor through.
Operand operand_of(const Matcher& m, int value, std::vector<std::int64_t> order);

/// The same of keys and values, of which each head may be repeated for the queries that share it. Keys may be scaled on
/// the way.
Operand repeated_operand(const Matcher& m, int value, std::vector<std::int64_t> order, bool scaled);

/// A value before a product or quotient with a number.
int without_scale(const Matcher& m, int value);

/// The extents of an operand in its order; empty where they are not known.
Dims ordered(const Matcher& m, const Operand& operand);

}  // namespace ridgepoint::onnx
