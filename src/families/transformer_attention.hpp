#pragma once
// What the files of a transformer's attention share: the sizes of its heads, and the scores that exist as tensors.

#include "families/transformer_layer.hpp"

namespace ridgepoint {

/// Names of the sizes of one kind of attention: layers with a window may have heads of their own.
struct HeadSizes {
  std::string heads = "heads";
  std::string kv_heads = "kv_heads";
  std::string head_dim = "head_dim";
  std::string v_head_dim = "head_dim";
  bool window = false;
  [[nodiscard]] std::string q() const { return heads + " * " + head_dim; }
  [[nodiscard]] std::string k() const { return kv_heads + " * " + head_dim; }
  [[nodiscard]] std::string v() const { return kv_heads + " * " + v_head_dim; }
};

/// The tensors that attention reads, as they go through its steps.
struct AttentionInputs {
  std::string q = "q";
  std::string k = "k";
  std::string v = "v";
};

inline Item permuted(std::string name, const std::vector<std::int64_t>& axes, References inputs = {}) {
  return layer(std::move(name), "transpose", {{"axes", axes}, {"free", true}}, std::move(inputs));
}

/// The tensor that is added to the scores of all layers of this kind, "" for none: a relative bias, or the sum of
/// disentangled scores.
std::string score_bias(const TransformerOptions& options);

/// Scores, what is added to them, softmax and context as layers of their own; "joined" is the result.
std::vector<Item> unfused_attention(const TransformerOptions& options, const HeadSizes& size,
                                    const AttentionInputs& in);

/// DeBERTa's scores of content against positions, "disentangled" [batch, heads, queries, keys].
std::vector<Item> disentangled_scores(const TransformerOptions& options, const AttentionInputs& in);

}  // namespace ridgepoint
