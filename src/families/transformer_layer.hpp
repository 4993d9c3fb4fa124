#pragma once
// The repeated layer of a transformer: attention and MLP, with their norms and residual sums.

#include <string>

#include "network/description.hpp"

namespace ridgepoint {

/// What decides the structure of a transformer; its sizes are parameters of the description.
struct TransformerOptions {
  bool decoder = true;
  std::string norm = "layer_norm";  ///< the op
  bool pre_norm = true;             ///< before attention and MLP (GPT-2), or behind each residual sum (BERT)
  std::string activation = "gelu";  ///< the op, or the gate's function
  bool gated = false;
  std::string position = "learned";
  bool token_types = false;
  bool embedding_norm = false;
  bool final_norm = true;
  bool qkv_bias = true;
  bool output_bias = true;
  bool mlp_bias = true;
  bool fused_qkv = false;
  bool fused_attention = true;
  bool causal = true;
  bool pooler = false;
  bool head = true;
  bool head_bias = false;
  bool tied = false;

  /// Scores that exist as a tensor are masked in a pass of their own (part of the softmax when kernels are fused).
  [[nodiscard]] bool masked() const { return causal && !fused_attention; }
  /// Inputs of the repeated layer and of its attention.
  [[nodiscard]] std::vector<std::string> block_inputs() const {
    return masked() ? std::vector<std::string>{"x", "mask"} : std::vector<std::string>{"x"};
  }
};

/// The blocks "attention", "mlp" and "layer".
std::vector<Block> transformer_blocks(const TransformerOptions& options);

}  // namespace ridgepoint
