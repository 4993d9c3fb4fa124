#include "families/transformer_layer.hpp"

#include "families/build.hpp"

namespace ridgepoint {
namespace {

void append(std::vector<Item>& items, std::vector<Item> more) {
  items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// Leaves "q", "k" and "v"; the parts of a fused projection are read in place.
std::vector<Item> projections(const TransformerOptions& options) {
  const auto linear = [&](const char* name, const char* width) {
    return layer(name, "linear", {{"out_features", width}, {"bias", options.qkv_bias}}, {"x"});
  };
  const auto part = [](const char* name, const char* start, const char* length) {
    return layer(name, "slice", {{"axis", -1}, {"start", start}, {"length", length}}, {"qkv"});
  };
  if (!options.fused_qkv) {
    return {linear("q", "heads * head_dim"), linear("k", "kv_heads * head_dim"), linear("v", "kv_heads * head_dim")};
  }
  return {linear("qkv", "(heads + 2 * kv_heads) * head_dim"), part("q", "0", "heads * head_dim"),
          part("k", "heads * head_dim", "kv_heads * head_dim"),
          part("v", "(heads + kv_heads) * head_dim", "kv_heads * head_dim")};
}

// The tensors that attention reads, after rotation and the cache.
struct AttentionInputs {
  std::string q = "q";
  std::string k = "k";
  std::string v = "v";
};

AttentionInputs add_rope_and_cache(const TransformerOptions& options, std::vector<Item>& items) {
  AttentionInputs in;
  if (options.position == "rope") {
    items.push_back(layer("rope_q", "rope", {{"head_dim", "head_dim"}}, {in.q}));
    items.push_back(layer("rope_k", "rope", {{"head_dim", "head_dim"}}, {in.k}));
    in = {"rope_q", "rope_k", "v"};
  }
  if (options.decoder) {
    items.push_back(layer("k_cache", "kv_cache", {{"length", "kv_len"}}, {in.k}));
    items.push_back(layer("v_cache", "kv_cache", {{"length", "kv_len"}}, {in.v}));
    in = {in.q, "k_cache", "v_cache"};
  }
  return in;
}

Item view(std::string name, std::vector<Value> extents, References inputs = {}) {
  return layer(std::move(name), "reshape", {{"shape", sizes(std::move(extents))}}, std::move(inputs));
}

Item permuted(std::string name, const std::vector<std::int64_t>& axes) {
  return layer(std::move(name), "transpose", {{"axes", axes}, {"free", true}});
}

// The queries that share a KV head are the rows of one product, so that grouped keys and values are never copied. The
// products read and write the heads where the projections leave them: all permutations are views.
std::vector<Item> unfused_attention(const TransformerOptions& options, const AttentionInputs& in) {
  const Value group = "exact_div(heads, kv_heads)";
  const Value rows = "exact_div(heads, kv_heads) * seq";
  const Value length = options.decoder ? "kv_len" : "seq";
  const std::vector<Value> by_head{"batch", "kv_heads", group, "seq", length};
  const std::vector<Value> by_group{"batch", "kv_heads", rows, length};

  std::vector<Item> items{view("q_heads", {"batch", "seq", "kv_heads", group, "head_dim"}, {in.q}),
                          permuted("q_by_head", {0, 2, 3, 1, 4}),
                          view("queries", {"batch", "kv_heads", rows, "head_dim"}),
                          view("k_heads", {"batch", length, "kv_heads", "head_dim"}, {in.k}),
                          permuted("keys", {0, 2, 1, 3}),
                          view("v_heads", {"batch", length, "kv_heads", "head_dim"}, {in.v}),
                          permuted("values", {0, 2, 1, 3}),
                          layer("scores", "matmul", {{"transpose_b", true}}, {"queries", "keys"})};
  if (options.masked()) {
    append(items, {view("scores_by_head", by_head), layer("causal_mask", "add", {}, {"scores_by_head", "mask"}),
                   view("masked_scores", by_group)});
  }
  append(items, {layer("softmax", "softmax", {{"scaled", true}}), layer("context", "matmul", {}, {"softmax", "values"}),
                 view("context_by_head", {"batch", "kv_heads", group, "seq", "head_dim"}),
                 permuted("context_by_token", {0, 3, 1, 2, 4}), view("joined", {"batch", "seq", "heads * head_dim"})});
  return items;
}

Block attention_block(const TransformerOptions& options) {
  Block block{.name = "attention", .inputs = options.block_inputs(), .items = projections(options)};
  const AttentionInputs in = add_rope_and_cache(options, block.items);
  if (options.fused_attention) {
    block.items.push_back(layer("attention", "attention",
                                {{"heads", "heads"}, {"kv_heads", "kv_heads"}, {"causal", options.causal}},
                                {in.q, in.k, in.v}));
  } else {
    append(block.items, unfused_attention(options, in));
  }
  block.items.push_back(layer("o", "linear", {{"out_features", "hidden"}, {"bias", options.output_bias}}));
  return block;
}

Block mlp_block(const TransformerOptions& options) {
  const auto linear = [&](const char* name, const char* width, References inputs) {
    return layer(name, "linear", {{"out_features", width}, {"bias", options.mlp_bias}}, std::move(inputs));
  };
  Block block{.name = "mlp", .inputs = {"x"}};
  if (options.gated) {
    block.items = {linear("gate", "ffn", {"x"}), linear("up", "ffn", {"x"}),
                   layer("gated", "gated", {{"activation", options.activation}}, {"gate", "up"})};
  } else {
    block.items = {linear("up", "ffn", {"x"}), layer(options.activation, options.activation)};
  }
  block.items.push_back(linear("down", "hidden", {}));
  return block;
}

Block layer_block(const TransformerOptions& options) {
  References attention{options.pre_norm ? "attention_norm" : "x"};
  if (options.masked()) attention.emplace_back("mask");
  Block block{.name = "layer", .inputs = options.block_inputs()};
  if (options.pre_norm) {
    block.items = {layer("attention_norm", options.norm, {}, {"x"}),
                   use("attention", "attention", {}, attention),
                   layer("attention_add", "add", {}, {"x", "attention"}),
                   layer("mlp_norm", options.norm),
                   use("mlp", "mlp"),
                   layer("mlp_add", "add", {}, {"attention_add", "mlp"})};
  } else {
    block.items = {use("attention", "attention", {}, attention),
                   layer("attention_add", "add", {}, {"x", "attention"}),
                   layer("attention_norm", options.norm),
                   use("mlp", "mlp"),
                   layer("mlp_add", "add", {}, {"attention_norm", "mlp"}),
                   layer("mlp_norm", options.norm)};
  }
  return block;
}

}  // namespace

std::vector<Block> transformer_blocks(const TransformerOptions& options) {
  return {attention_block(options), mlp_block(options), layer_block(options)};
}

}  // namespace ridgepoint
