// Attention of a transformer's layer: projections, norms and rotation of queries and keys, the cache, the product.

#include "families/transformer_attention.hpp"

#include <algorithm>
#include <array>

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
void add_norm_of(const char* name, const std::string& heads, const TransformerOptions& options, const HeadSizes& size,
                 std::string& tensor, std::vector<Item>& items) {
  if (options.qk_norm == "none") return;
  const bool per_head = options.qk_norm == "head";
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
}

void add_query_norm(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in,
                    std::vector<Item>& items) {
  add_norm_of("q", size.heads, options, size, in.q, items);
}

void add_qk_norms(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in,
                  std::vector<Item>& items) {
  add_query_norm(options, size, in, items);
  add_norm_of("k", size.kv_heads, options, size, in.k, items);
}

Item rotation(const TransformerOptions& options, const HeadSizes& size, const char* name, const std::string& tensor) {
  Attributes attributes{{"head_dim", size.head_dim}};
  if (options.partial_rope) attributes.push_back({"rotated", "rope_dim"});
  return layer(name, "rope", std::move(attributes), {tensor});
}

void add_rope(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in, std::vector<Item>& items) {
  append(items, {rotation(options, size, "rope_q", in.q), rotation(options, size, "rope_k", in.k)});
  in.q = "rope_q";
  in.k = "rope_k";
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

// Values by head, without learned factors.
void add_value_norm(const TransformerOptions& options, const HeadSizes& size, AttentionInputs& in,
                    std::vector<Item>& items) {
  if (!options.value_norm) return;
  append(items, {view("v_heads", {"batch", -1, size.kv_heads, size.v_head_dim}, {in.v}),
                 layer("v_norm", options.norm, {{"weight", false}}), view("v_flat", {"batch", -1, size.v()})});
  in.v = "v_flat";
}

// Index queries and one index key per token with norms and rotation of their own: the keys that each query sees
// (MiniMax M3, whose heads count alike). The product is then that of a window of as many keys.
std::vector<Item> head_indexer_items(const TransformerOptions& options) {
  const auto linear = [](const char* name, const char* width) {
    return layer(name, "linear", {{"out_features", width}, {"bias", false}}, {"x"});
  };
  return {linear("index_q", "index_heads * index_dim"),
          view("index_q_heads", {"batch", -1, "index_heads", "index_dim"}),
          norm_item(options, "index_q_norm"),
          view("index_q_flat", {"batch", -1, "index_heads * index_dim"}),
          layer("index_rope_q", "rope", {{"head_dim", "index_dim"}}),
          linear("index_k", "index_dim"),
          norm_item(options, "index_k_norm"),
          layer("index_rope_k", "rope", {{"head_dim", "index_dim"}}),
          layer("index_cache", "kv_cache", {{"length", options.keys}}),
          layer("index_weights", "constant",
                {{"shape", sizes({"batch", options.length, "index_heads"})}, {"learned", false}}, {"x"}),
          layer("picked", "indexer", {{"heads", "index_heads"}, {"top_k", "index_keys"}, {"causal", options.causal}},
                {"index_rope_q", "index_cache", "index_weights"})};
}

bool is_window(const std::string& mixer) { return mixer == "window" || mixer == "kept_window"; }
bool is_kept(const std::string& mixer) { return mixer == "kept" || mixer == "kept_window"; }

// From the projections on: norms, rotation, the cache. Kept keys and values are there already.
void add_keys_and_values(const TransformerOptions& options, const std::string& mixer, const HeadSizes& size,
                         AttentionInputs& in, std::vector<Item>& items) {
  const bool rotates = options.position == "rope" && mixer != "nope";
  if (is_kept(mixer)) {
    add_query_norm(options, size, in, items);
    if (rotates) items.push_back(rotation(options, size, "rope_q", in.q));
    in = {items.back().name, mixer + "_k", mixer + "_v"};
    return;
  }
  add_value_norm(options, size, in, items);
  add_qk_norms(options, size, in, items);
  if (rotates) add_rope(options, size, in, items);
  if (options.disentangled()) append(items, disentangled_scores(options, in));
  if (options.relative_tables) items.push_back(relative_bias_item(options, "relative_bias"));
  if (options.decoder) add_cache(options, size.window, in, items);
}

// A number of x for each head, between 0 and 1, scales what the head gives.
std::vector<Item> head_gate_items(const HeadSizes& size, const std::string& attention) {
  return {layer("head_gate", "linear", {{"out_features", size.heads}, {"bias", false}}, {"x"}),
          layer("head_sigmoid", "sigmoid"),
          view("head_gates", {"batch", -1, size.heads, 1}),
          view("by_head", {"batch", -1, size.heads, size.v_head_dim}, {attention}),
          layer("head_gated", "mul", {}, {"by_head", "head_gates"}),
          view("gated_heads", {"batch", -1, size.heads + " * " + size.v_head_dim})};
}

Block attention_block(const TransformerOptions& options, const std::string& mixer) {
  const HeadSizes size = head_sizes(options, is_window(mixer));
  const bool shared_kv = options.shared_kv == "all" || (options.shared_kv == "full" && mixer == "full");
  Block block{.name = mixer_block_name(mixer), .inputs = {"x"}, .items = projections(options, size, shared_kv)};
  if (is_kept(mixer)) {
    std::erase_if(block.items, [](const Item& item) { return item.name == "k" || item.name == "v"; });
  }
  for (std::string& input : mixer_inputs(options, mixer)) block.inputs.push_back(std::move(input));
  AttentionInputs in;
  if (shared_kv) in.v = "k";
  add_keys_and_values(options, mixer, size, in, block.items);
  if (mixer == "sparse") append(block.items, head_indexer_items(options));
  if (options.fused_attention) {
    block.items.push_back(fused_attention(options, size, is_window(mixer), in));
    if (mixer == "sparse") block.items.back().attributes.push_back({"window", "index_keys"});
  } else {
    append(block.items, unfused_attention(options, size, in));
  }
  if (options.attention_gate) {
    block.items.push_back(layer("gated", "gated", {{"activation", "sigmoid"}},
                                {"gate", options.fused_attention ? "attention" : "joined"}));
  }
  if (options.head_gate) append(block.items, head_gate_items(size, block.items.back().name));
  if (options.sub_norms) block.items.push_back(norm_item(options, "sub_norm"));
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
// Without an index of its own it sees the keys that an earlier layer's picked (GLM 5.2).
Block latent_attention_block(const TransformerOptions& options, bool own_index) {
  Block block{.name = own_index ? "attention" : "shared_index_attention", .inputs = {"x"}};
  if (!own_index) block.inputs.emplace_back("picked_before");
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
  if (options.indexer && own_index) append(block.items, indexer_items(options));
  if (options.indexer) inputs.emplace_back(own_index ? "picked" : "picked_before");
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

Block image_attention_block(const TransformerOptions& options) {
  Block block = cross_attention_block(options);
  const auto normed = [&](const std::string& name, const char* heads) {
    return std::vector<Item>{view(name + "_heads", {"batch", -1, heads, "head_dim"}, {name}),
                             norm_item(options, name + "_norm"),
                             view(name + "_flat", {"batch", -1, std::string(heads) + " * head_dim"})};
  };
  std::vector<Item> items;
  for (Item& item : block.items) {
    const std::string name = item.name;
    if (name == "k_cache") item.inputs = {"k_flat"};
    if (name == "attention") item.inputs.front() = "q_flat";
    items.push_back(std::move(item));
    if (name == "q") append(items, normed("q", "heads"));
    if (name != "k") continue;
    append(items, normed("k", "kv_heads"));
    for (std::size_t i = items.size() - 3; i < items.size(); ++i) items[i].skip = "encoded";
  }
  block.items = std::move(items);
  return block;
}

namespace {

// Both read x, and their outputs are added (Falcon-H1).
Block attention_and_state_block(const TransformerOptions& options) {
  Block block{.name = "full_and_mamba2", .inputs = {"x"}};
  for (std::string& input : mixer_inputs(options, "full")) block.inputs.push_back(std::move(input));
  block.items = {use("attention", "attention", {}, {block.inputs.begin(), block.inputs.end()}),
                 use("mamba2", "mamba2", {}, {"x"}), layer("sum", "add", {}, {"attention", "mamba2"})};
  return block;
}

}  // namespace

bool attends(const std::string& mixer) {
  constexpr std::array kAttention{"full", "window", "nope", "sparse", "kept", "kept_window", "shared_index"};
  return std::find(kAttention.begin(), kAttention.end(), mixer) != kAttention.end();
}

std::string mixer_block_name(const std::string& mixer) {
  if (mixer == "full") return "attention";
  if (mixer == "cross") return "cross_attention";
  return attends(mixer) ? mixer + "_attention" : mixer;
}

std::vector<std::string> mixer_inputs(const TransformerOptions& options, const std::string& mixer) {
  if (mixer == "shared_index") return {"picked_before"};
  if (mixer == "cross") return {"memory"};
  if (mixer == "full_and_mamba2") return mixer_inputs(options, "full");
  if (!attends(mixer) || (mixer == "full" && options.latent)) return {};
  std::vector<std::string> names = score_inputs(options);
  if (is_kept(mixer)) names.insert(names.end(), {mixer + "_k", mixer + "_v"});
  return names;
}

std::vector<Block> mixer_blocks(const TransformerOptions& options, const std::string& mixer) {
  if (mixer == "cross") return {image_attention_block(options)};
  if (mixer == "mamba") return {mamba_block(options)};
  if (mixer == "mamba2") return {mamba2_block(options)};
  if (mixer == "delta") return {delta_block(options)};
  if (mixer == "kda") return {kimi_delta_block(options)};
  if (mixer == "lightning") return {lightning_block(options)};
  if (mixer == "conv") return {short_conv_block(options)};
  if (mixer == "full_and_mamba2") {
    return {attention_block(options, "full"), mamba2_block(options), attention_and_state_block(options)};
  }
  if (mixer == "swa" || mixer == "csa" || mixer == "hca") return {compressed_attention_block(options, mixer)};
  if (mixer == "shared_index") return {latent_attention_block(options, false)};
  if (mixer == "full" && options.latent) return {latent_attention_block(options, true)};
  return {attention_block(options, mixer)};
}

}  // namespace ridgepoint
