// Attention of a transformer's layer: projections, norms and rotation of queries and keys, the cache, the product.

#include "families/transformer_attention.hpp"

namespace ridgepoint {
namespace {

HeadSizes head_sizes(const TransformerOptions& options, bool window) {
  HeadSizes sizes;
  if (options.value_width) sizes.v_head_dim = "v_head_dim";
  if (!window) return sizes;
  sizes.window = true;
  if (options.window_heads) sizes.heads = "window_heads";
  if (options.window_kv_heads) sizes.kv_heads = "window_kv_heads";
  if (options.window_head_dim) sizes.head_dim = "window_head_dim";
  if (options.window_head_dim && !options.value_width) sizes.v_head_dim = "window_head_dim";
  if (options.window_v_head_dim) sizes.v_head_dim = "window_v_head_dim";
  return sizes;
}

// Leaves "q", "k" and "v"; the parts of a fused projection are read in place.
std::vector<Item> projections(const TransformerOptions& options, const HeadSizes& size, bool shared_kv) {
  const auto linear = [&](const char* name, const std::string& width, bool bias) {
    return layer(name, "linear", {{"out_features", width}, {"bias", bias}}, {"x"});
  };
  const std::string kv = size.k() + " + " + size.v();
  if (options.fused_qkv) {
    const std::string q_and_k = size.q() + " + " + size.k();
    return {linear("qkv", size.q() + " + " + kv, options.q_bias), part("q", "0", size.q(), {"qkv"}),
            part("k", size.q(), size.k(), {"qkv"}), part("v", q_and_k, size.v(), {"qkv"})};
  }
  std::vector<Item> items;
  if (options.attention_gate) {
    items = {linear("q_and_gate", "2 * " + size.q(), options.q_bias), part("q", "0", size.q(), {"q_and_gate"}),
             part("gate", size.q(), size.q(), {"q_and_gate"})};
  } else {
    items = {linear("q", size.q(), options.q_bias)};
  }
  items.push_back(linear("k", size.k(), options.k_bias));
  if (!shared_kv) items.push_back(linear("v", size.v(), options.v_bias));
  return items;
}

// "head" normalizes each head by itself with one weight for all, "heads" with a weight per head, "full" the whole
// width.
void add_qk_norms(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in,
                  std::vector<Item>& items) {
  if (options.qk_norm == "none") return;
  const bool per_head = options.qk_norm == "head";
  const auto add = [&](const char* name, const std::string& heads, std::string& tensor) {
    const std::string split = std::string(name) + "_heads";
    const std::string joined = std::string(name) + "_flat";
    if (per_head) items.push_back(view(split, {"batch", -1, heads, size.head_dim}, {tensor}));
    items.push_back(norm_item(options, std::string(name) + "_norm", {per_head ? split : tensor}));
    if (!options.qk_norm_weight) items.back().attributes = {{"weight", false}};
    tensor = std::string(name) + "_norm";
    if (per_head) {
      items.push_back(view(joined, {"batch", -1, heads + " * " + size.head_dim}, {tensor}));
      tensor = joined;
    }
  };
  add("q", size.heads, in.q);
  add("k", size.kv_heads, in.k);
}

void add_rope(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in, std::vector<Item>& items) {
  const auto rotate = [&](const char* name, std::string& tensor) {
    Attributes attributes{{"head_dim", size.head_dim}};
    if (options.partial_rope) attributes.push_back({"rotated", "rope_dim"});
    items.push_back(layer(name, "rope", std::move(attributes), {tensor}));
    tensor = name;
  };
  rotate("rope_q", in.q);
  rotate("rope_k", in.k);
}

void add_cache(const TransformerOptions& options, bool window, AttentionInputs& in, std::vector<Item>& items) {
  Attributes attributes{{"length", options.keys}};
  if (window) attributes.push_back({"window", "window"});
  if (options.paged) attributes.push_back({"page", "page"});
  items.push_back(layer("k_cache", "kv_cache", attributes, {in.k}));
  items.push_back(layer("v_cache", "kv_cache", attributes, {in.v}));
  in = {in.q, "k_cache", "v_cache"};
}

Item fused_attention(const TransformerOptions& options, const HeadSizes& size, bool window, const AttentionInputs& in) {
  Attributes attributes{{"heads", size.heads}, {"kv_heads", size.kv_heads}, {"causal", options.causal}};
  if (window) attributes.push_back({"window", "window"});
  if (options.position == "alibi") attributes.push_back({"alibi", true});
  if (options.attention_softcap) attributes.push_back({"softcap", true});
  if (window ? options.window_sinks : options.sinks) attributes.push_back({"sinks", true});
  if (options.paged) attributes.push_back({"page", "page"});
  References inputs{in.q, in.k, in.v};
  if (const std::string bias = score_bias(options); !bias.empty()) inputs.emplace_back(bias);
  return layer("attention", "attention", std::move(attributes), std::move(inputs));
}

Block attention_block(const TransformerOptions& options, const std::string& mixer) {
  const bool window = mixer == "window";
  const HeadSizes size = head_sizes(options, window);
  const bool shared_kv = options.shared_kv == "all" || (options.shared_kv == "full" && mixer == "full");
  Block block{.name = mixer_block_name(mixer), .inputs = {"x"}, .items = projections(options, size, shared_kv)};
  for (std::string& input : shared_inputs(options)) block.inputs.push_back(std::move(input));
  AttentionInputs in;
  if (shared_kv) in.v = "k";
  add_qk_norms(options, size, in, block.items);
  if (options.position == "rope" && mixer != "nope") add_rope(options, size, in, block.items);
  if (options.disentangled()) append(block.items, disentangled_scores(options, in));
  if (options.relative_tables) block.items.push_back(relative_bias_item(options, "relative_bias"));
  if (options.decoder) add_cache(options, window, in, block.items);
  if (options.fused_attention) {
    block.items.push_back(fused_attention(options, size, window, in));
  } else {
    append(block.items, unfused_attention(options, size, in));
  }
  if (options.attention_gate) {
    block.items.push_back(layer("gated", "gated", {{"activation", "sigmoid"}},
                                {"gate", options.fused_attention ? "attention" : "joined"}));
  }
  block.items.push_back(layer("o", "linear", {{"out_features", "hidden"}, {"bias", options.output_bias}}));
  return block;
}

// Index queries from the compressed query, one index key per token, a weight per head: the keys that each query sees.
std::vector<Item> indexer_items(const TransformerOptions& options) {
  const Attributes rope{{"head_dim", "index_dim"}, {"rotated", "rope_dim"}};
  return {layer("index_q", "linear", {{"out_features", "index_heads * index_dim"}, {"bias", false}},
                {options.query_latent ? "q_norm" : "x"}),
          layer("index_rope_q", "rope", rope),
          layer("index_k", "linear", {{"out_features", "index_dim"}, {"bias", false}}, {"x"}),
          layer("index_norm", "layer_norm"),
          layer("index_rope_k", "rope", rope),
          layer("index_cache", "kv_cache", {{"length", options.keys}}),
          layer("index_weights", "linear", {{"out_features", "index_heads"}, {"bias", false}}, {"x"}),
          layer("picked", "indexer", {{"heads", "index_heads"}, {"top_k", "index_keys"}, {"causal", options.causal}},
                {"index_rope_q", "index_cache", "index_weights"})};
}

}  // namespace

Item relative_bias_item(const TransformerOptions& options, const std::string& name) {
  return layer(name, "relative_bias",
               {{"heads", "heads"}, {"entries", "buckets"}, {"q_len", options.length}, {"kv_len", options.keys}});
}

std::string score_bias(const TransformerOptions& options) {
  if (options.disentangled()) return "disentangled";
  return options.relative() ? "relative_bias" : "";
}

// DeepSeek-V2 and V3 (arXiv 2405.04434, 2412.19437): what is cached is the latent and one rotated key for all heads.
Block latent_attention_block(const TransformerOptions& options) {
  Block block{.name = "attention", .inputs = {"x"}};
  const auto linear = [&](const char* name, const char* width, References inputs) {
    return layer(name, "linear", {{"out_features", width}, {"bias", false}}, std::move(inputs));
  };
  if (options.query_latent) {
    block.items = {linear("q_down", "q_rank", {"x"}), norm_item(options, "q_norm"),
                   linear("q_up", "heads * (nope_dim + rope_dim)", {})};
  } else {
    block.items = {linear("q_up", "heads * (nope_dim + rope_dim)", {"x"})};
  }
  append(block.items, {layer("rope_q", "rope", {{"head_dim", "nope_dim + rope_dim"}, {"rotated", "rope_dim"}}),
                       linear("kv_down", "kv_rank + rope_dim", {"x"}), part("latent", "0", "kv_rank", {"kv_down"}),
                       norm_item(options, "kv_norm"), part("key", "kv_rank", "rope_dim", {"kv_down"}),
                       layer("rope_k", "rope", {{"head_dim", "rope_dim"}}),
                       layer("entry", "concat", {{"axis", -1}}, {"kv_norm", "rope_k"})});
  Attributes cache{{"length", options.keys}};
  if (options.paged) cache.push_back({"page", "page"});
  block.items.push_back(layer("cache", "kv_cache", cache));
  References inputs{"rope_q", "cache"};
  if (options.indexer) {
    append(block.items, indexer_items(options));
    inputs.emplace_back("picked");
  }
  Attributes attributes{
      {"heads", "heads"}, {"nope", "nope_dim"}, {"rope", "rope_dim"}, {"v", "v_head_dim"}, {"causal", options.causal}};
  if (options.paged) attributes.push_back({"page", "page"});
  block.items.push_back(layer("attention", "latent_attention", std::move(attributes), std::move(inputs)));
  block.items.push_back(layer("o", "linear", {{"out_features", "hidden"}, {"bias", options.output_bias}}));
  return block;
}

// Keys and values of the encoder's output are computed once, and kept: while decoding, their layers run nothing.
Block cross_attention_block(const TransformerOptions& options) {
  const auto linear = [&](const char* name, const char* width, bool bias, const char* input) {
    return layer(name, "linear", {{"out_features", width}, {"bias", bias}}, {input});
  };
  Block block{.name = "cross_attention", .inputs = {"x", "memory"}};
  block.items = {
      linear("q", "heads * head_dim", options.q_bias, "x"),
      linear("k", "kv_heads * head_dim", options.k_bias, "memory"),
      layer("k_cache", "kv_cache", {{"length", "source_len"}}),
      linear("v", "kv_heads * head_dim", options.v_bias, "memory"),
      layer("v_cache", "kv_cache", {{"length", "source_len"}}),
      layer("attention", "attention", {{"heads", "heads"}, {"kv_heads", "kv_heads"}}, {"q", "k_cache", "v_cache"}),
      linear("o", "hidden", options.output_bias, "attention")};
  for (std::size_t i = 1; i <= 4; ++i) block.items[i].skip = "encoded";
  return block;
}

std::string mixer_block_name(const std::string& mixer) {
  if (mixer == "full") return "attention";
  return mixer == "window" || mixer == "nope" ? mixer + "_attention" : mixer;
}

Block mixer_block(const TransformerOptions& options, const std::string& mixer) {
  if (mixer == "mamba") return mamba_block(options);
  if (mixer == "mamba2") return mamba2_block(options);
  if (mixer == "delta") return delta_block(options);
  if (mixer == "full" && options.latent) return latent_attention_block(options);
  return attention_block(options, mixer);
}

}  // namespace ridgepoint
