// Disentangled attention (DeBERTa; He et al., arXiv 2006.03654, 2111.09543): a token's content and its relative
// position are vectors of their own. To the scores of content against content come those of content against positions,
// and of positions against content, each a product with the table of relative positions and a choice of its columns.

#include "families/transformer_attention.hpp"

namespace ridgepoint {
namespace {

// The table [2 span, hidden] through a projection, as [heads, 2 span, head_dim].
std::vector<Item> positions_by_head(const TransformerOptions& options, const std::string& of, bool own_bias) {
  const bool shared = options.shared_positions;
  const bool bias = shared ? (of == "k" ? options.k_bias : options.q_bias) : own_bias;
  Item projection =
      layer("position_" + of, "linear", {{"out_features", "heads * head_dim"}, {"bias", bias}}, {"position_table"});
  if (shared) projection.tied = of;
  return {std::move(projection), view("position_" + of + "_heads", {-1, "heads", "head_dim"}),
          permuted("position_" + of + "_by_head", {1, 0, 2})};
}

// [batch, heads, tokens, 2 span] products of the tokens' own vectors with the positions'; each token's keys then choose
// among the positions.
std::vector<Item> content_by_position(const std::string& name, const std::string& content, const std::string& position,
                                      const std::string& tokens) {
  return {view(name + "_heads", {"batch", -1, "heads", "head_dim"}, {content}),
          permuted(name + "_by_head", {0, 2, 1, 3}),
          layer(name + "_scores", "matmul", {{"transpose_b", true}}, {name + "_by_head", position}),
          layer(name, "index_select", {{"axis", -1}, {"count", tokens}})};
}

}  // namespace

std::vector<Item> disentangled_scores(const TransformerOptions& options, const AttentionInputs& in) {
  std::vector<Item> items = positions_by_head(options, "k", false);
  append(items, positions_by_head(options, "q", true));
  append(items, content_by_position("content_to_position", in.q, "position_k_by_head", options.keys));
  append(items, content_by_position("position_to_content", in.k, "position_q_by_head", options.keys));
  append(items, {permuted("position_to_content_by_query", {0, 1, 3, 2}),
                 layer("disentangled", "add", {}, {"content_to_position", "position_to_content_by_query"})});
  return items;
}

}  // namespace ridgepoint
