// Hierarchical sequential transduction units (HSTU; Zhai et al., arXiv 2402.17152): attention with silu in the place of
// the softmax, gated by a part of its own projection.

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

// [batch, seq, heads * d] as [batch, heads, seq, d], read as it lies.
void add_heads(const std::string& name, const char* width, std::vector<Item>& items) {
  items.push_back(layer(name + "_heads", "reshape", {{"shape", sizes({"batch", "history", "heads", width})}}, {name}));
  items.push_back(
      layer(name + "_by_head", "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 1, 3}}, {"free", true}}));
}

// f(x) = W2 (norm(A(x) V) * U), A = silu(Q K^T + positions) / n, behind U, V, Q, K = silu(W1 norm(x)).
Block unit() {
  Block block{.name = "layer", .inputs = {"x"}};
  std::vector<Item>& items = block.items;
  items = {layer("norm", "layer_norm"), layer("uvqk", "linear", {{"out_features", "2 * heads * (value_dim + qk_dim)"}}),
           layer("silu", "silu")};
  const auto part = [&](const char* name, const char* start, const char* length) {
    items.push_back(layer(name, "slice", {{"axis", 2}, {"start", start}, {"length", length}}, {"silu"}));
  };
  part("u", "0", "heads * value_dim");
  part("v", "heads * value_dim", "heads * value_dim");
  part("q", "2 * heads * value_dim", "heads * qk_dim");
  part("k", "2 * heads * value_dim + heads * qk_dim", "heads * qk_dim");
  add_heads("q", "qk_dim", items);
  add_heads("k", "qk_dim", items);
  add_heads("v", "value_dim", items);
  items.push_back(layer("scores", "matmul", {{"transpose_b", true}}, {"q_by_head", "k_by_head"}));
  items.push_back(layer("weights", "silu"));
  items.push_back(layer("mean", "scale"));
  items.push_back(layer("context", "matmul", {}, {"mean", "v_by_head"}));
  items.push_back(layer("tokens", "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 1, 3}}, {"free", true}}));
  items.push_back(layer("merged", "reshape", {{"shape", sizes({"batch", "history", "heads * value_dim"})}}));
  items.push_back(layer("context_norm", "layer_norm"));
  items.push_back(layer("gated", "mul", {}, {"context_norm", "u"}));
  items.push_back(layer("out", "linear", {{"out_features", "dim"}}));
  items.push_back(layer("add", "add", {}, {"out", "x"}));
  return block;
}

}  // namespace

void describe_hstu(CompactReader& reader, Description& description) {
  reader.size("batch", 1);
  for (const char* key : {"items", "dim", "history", "layers", "heads"}) reader.size(key);
  reader.size("qk_dim", "exact_div(dim, heads)");
  reader.size("value_dim", "exact_div(dim, heads)");
  const bool candidates = reader.optional_size("candidates");

  description.inputs = {{.name = "ids", .shape = {"batch", "history"}, .dtype = "int64"},
                        {.name = "positions", .shape = {"batch", "history"}, .dtype = "int64"}};
  description.blocks = {unit()};
  description.items = {layer("embed", "embedding", {{"rows", "items"}, {"dim", "dim"}, {"sparse", true}}, {"ids"}),
                       layer("position", "embedding", {{"rows", "history"}, {"dim", "dim"}}, {"positions"}),
                       layer("sum", "add", {}, {"embed", "position"}), use("layer", "layer", {}, {}, "layers")};
  if (!candidates) return;
  description.inputs.push_back({.name = "candidate_ids", .shape = {"batch", "candidates"}, .dtype = "int64"});
  description.items.push_back(layer("last", "slice", {{"axis", 1}, {"start", "history - 1"}, {"length", 1}}));
  description.items.push_back(
      layer("candidate", "embedding", {{"rows", "items"}, {"dim", "dim"}, {"sparse", true}}, {"candidate_ids"}));
  description.items.back().tied = "embed";
  description.items.push_back(layer("ranking", "matmul", {{"transpose_b", true}}, {"last", "candidate"}));
}

}  // namespace ridgepoint
