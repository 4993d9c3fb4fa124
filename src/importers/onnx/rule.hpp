#pragma once
// The operators that are understood: one row each, how its outputs follow from its inputs, and what it becomes.

#include <array>
#include <span>
#include <string_view>

#include "importers/onnx/context.hpp"
#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {

constexpr std::string_view kMicrosoft = "com.microsoft";

/// One operator of a domain ("" is ai.onnx). `infer` sets extents and numbers of the outputs; `lower` writes its
/// layers.
struct Rule {
  std::string_view type;
  void (*infer)(Inference&);
  void (*lower)(Lowering&);
  std::string_view domain{};
};

/// A rule for each row of a table, all with these functions, which look their row up (row_of).
template <class Row, std::size_t N>
constexpr std::array<Rule, N> rules_of(const std::array<Row, N>& rows, void (*infer)(Inference&),
                                       void (*lower)(Lowering&)) {
  std::array<Rule, N> rules{};
  for (std::size_t i = 0; i < N; ++i) rules[i] = {rows[i].type, infer, lower};
  return rules;
}

/// The groups, each in a file of rules/.
std::span<const Rule> unary_rules();
std::span<const Rule> elementwise_rules();
std::span<const Rule> view_rules();
std::span<const Rule> cut_rules();
std::span<const Rule> movement_rules();
std::span<const Rule> shape_rules();
std::span<const Rule> product_rules();
std::span<const Rule> einsum_rules();
std::span<const Rule> window_rules();
std::span<const Rule> pool_rules();
std::span<const Rule> choice_rules();
std::span<const Rule> normalization_rules();
std::span<const Rule> reduction_rules();
std::span<const Rule> lookup_rules();
std::span<const Rule> recurrent_rules();
std::span<const Rule> quantized_rules();
std::span<const Rule> attention_rules();
std::span<const Rule> packed_attention_rules();
std::span<const Rule> sequence_rules();
std::span<const Rule> found_rules();
std::span<const Rule> image_rules();
std::span<const Rule> fused_rules();
std::span<const Rule> expert_rules();

/// The rule of an operator, or null.
const Rule* find_rule(std::string_view domain, std::string_view type);

// Shapes that several groups share.
void infer_same(Inference& n);       ///< the first output is as the first input
void infer_broadcast(Inference& n);  ///< all inputs broadcast

// Layers that several groups share.
void lower_alias(Lowering& n);       ///< the first output is the first input
void lower_unmodelled(Lowering& n);  ///< counted as not understood

}  // namespace ridgepoint::onnx
