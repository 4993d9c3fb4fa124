// Reads what decides a transformer's layers.

#include <algorithm>
#include <array>

#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kNorms{"layer", "rms"};
constexpr std::array<std::string_view, 4> kPlacements{"pre", "post", "sandwich", "branch"};
constexpr std::array<std::string_view, 3> kBranches{"serial", "parallel", "parallel_norms"};
constexpr std::array<std::string_view, 14> kActivations{"gelu",   "gelu_tanh", "relu",       "silu",  "relu_squared",
                                                        "swiglu", "geglu",     "geglu_tanh", "reglu", "glu",
                                                        "tanh",   "sigmoid",   "quick_gelu", "xielu"};
constexpr std::array<std::string_view, 7> kPositions{"learned",    "rope",         "alibi", "relative",
                                                     "sinusoidal", "disentangled", "none"};
constexpr std::array<std::string_view, 2> kTables{"shared", "own"};
constexpr std::array<std::string_view, 2> kAttentions{"fused", "unfused"};
constexpr std::array<std::string_view, 2> kProjections{"fused", "separate"};
constexpr std::array<std::string_view, 2> kPositionProjections{"shared", "own"};
constexpr std::array<std::string_view, 3> kQkNorms{"none", "head", "full"};
constexpr std::array<std::string_view, 3> kSharedKv{"none", "full", "all"};
constexpr std::array<std::string_view, 3> kRouters{"softmax", "softmax_of_top", "sigmoid"};

void read_norms(CompactReader& reader, TransformerOptions& options) {
  options.norm = reader.word("norm", kNorms, "layer") + "_norm";
  options.norm_weight = reader.flag("norm_weight", true);
  options.norm_bias = reader.flag("norm_bias", options.norm_weight);
  const std::string placement = reader.word("norm_placement", kPlacements, "pre");
  options.placement = placement == "pre"        ? NormPlacement::kPre
                      : placement == "post"     ? NormPlacement::kPost
                      : placement == "sandwich" ? NormPlacement::kSandwich
                                                : NormPlacement::kBranch;
  const std::string branches = reader.word("branches", kBranches, "serial");
  options.parallel = branches != "serial";
  options.parallel_norms = branches == "parallel_norms";
  options.qk_norm = reader.word("qk_norm", kQkNorms, "none");
  options.qk_norm_weight = reader.flag("qk_norm_weight", true);
}

// The gate's function of each gated MLP.
void read_activation(CompactReader& reader, TransformerOptions& options) {
  struct Gated {
    std::string_view word;
    std::string_view function;
  };
  constexpr std::array kGated{Gated{"swiglu", "silu"}, Gated{"geglu", "gelu"}, Gated{"geglu_tanh", "gelu_tanh"},
                              Gated{"reglu", "relu"}, Gated{"glu", "sigmoid"}};
  const std::string word = reader.word("activation", kActivations, "gelu");
  options.activation = word == "relu_squared" ? "relu" : word == "quick_gelu" ? "silu" : word;
  options.squared = word == "relu_squared";
  for (const Gated& gated : kGated) {
    if (gated.word != word) continue;
    options.gated = true;
    options.activation = gated.function;
  }
}

void read_biases(CompactReader& reader, TransformerOptions& options) {
  // Networks with RMS norm have dropped the biases together with the norm's.
  const bool usual = options.norm == "layer_norm";
  const bool attention_bias = reader.flag("attention_bias", usual);
  const bool qkv_bias = reader.flag("qkv_bias", attention_bias);
  options.q_bias = reader.flag("q_bias", qkv_bias);
  options.k_bias = reader.flag("k_bias", qkv_bias);
  options.v_bias = reader.flag("v_bias", qkv_bias);
  options.output_bias = reader.flag("output_bias", attention_bias);
  options.mlp_bias = reader.flag("mlp_bias", usual);
}

// Disentangled positions look both ways, through projections that stand apart.
void read_disentangled(CompactReader& reader, TransformerOptions& options) {
  if (!options.disentangled()) return;
  if (options.decoder) {
    reader.fail("position", {"disentangled positions look both ways and a decoder does not", "\"kind\": \"encoder\""});
  }
  if (options.fused_qkv) {
    reader.fail("qkv", {"positions go through the projections of queries and keys, one by one", "separate"});
  }
  options.shared_positions = reader.word("position_projections", kPositionProjections, "shared") == "shared";
  options.position_norm = reader.flag("position_norm", options.shared_positions);
}

void read_attention(CompactReader& reader, TransformerOptions& options) {
  options.position = reader.word("position", kPositions, "learned");
  options.position_table = reader.flag("position_table", options.position == "learned");
  options.relative_bias = reader.flag("relative_bias", false);
  options.relative_tables = options.relative() && reader.word("relative_tables", kTables, "shared") == "own";
  options.fused_qkv = reader.word("qkv", kProjections, "separate") == "fused";
  options.fused_attention = reader.word("attention", kAttentions, "fused") == "fused";
  options.causal = reader.flag("causal", options.decoder);
  options.attention_gate = reader.flag("attention_gate", false);
  options.head_gate = reader.flag("head_gate", false);
  options.shared_kv = reader.word("shared_kv", kSharedKv, "none");
  options.attention_softcap = reader.flag("attention_softcap", false);
  options.sinks = reader.flag("sinks", false);
  read_disentangled(reader, options);
  options.window_sinks = reader.flag("window_sinks", options.sinks);
  options.sub_norms = reader.flag("sub_norms", false);
  options.value_norm = reader.flag("value_norm", false);
}

void read_moe(CompactReader& reader, TransformerOptions& options) {
  options.router = reader.word("router", kRouters, "softmax");
  options.router_bias = reader.flag("router_bias", false);
  options.choice_bias = reader.flag("choice_bias", false);
  options.expert_bias = reader.flag("expert_bias", false);
  options.shared_gate = reader.flag("shared_gate", false);
  options.capacity_factor = reader.real("capacity_factor", 0);
  options.imbalance = reader.real("imbalance", 1);
}

// The mixer or MLP of layer i: the list is taken as often as the layers need it.
std::string kind_at(const std::vector<std::string>& words, std::int64_t i) {
  return words[static_cast<std::size_t>(i) % words.size()];
}

// Sizes that may be lists, one number per layer.
constexpr std::array<std::string_view, 3> kPerLayer{"heads", "kv_heads", "ffn"};
// Numbers of the layers' variants.
constexpr std::string_view kVariants = "layer_variants";

bool uses(const std::vector<LayerKind>& kinds, std::string_view word) {
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const LayerKind& kind) { return kind.mixer == word || kind.mlp == word; });
}

void read_moe_sizes(CompactReader& reader, TransformerOptions& options) {
  read_moe(reader, options);
  reader.size("experts");
  reader.size("top_k");
  reader.size("expert_ffn", "ffn");
  reader.expect_at_most("top_k", "experts");
  options.shared_expert = reader.optional_size("shared_ffn");
  options.moe_latent = reader.optional_size("moe_latent");
}

void read_state_sizes(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds) {
  const bool mamba = uses(kinds, "mamba");
  const bool mamba2 = uses(kinds, "mamba2") || uses(kinds, "full_and_mamba2");
  const bool delta = uses(kinds, "delta");
  const bool kda = uses(kinds, "kda");
  const bool conv = uses(kinds, "conv");
  if (uses(kinds, "lightning") || mamba2 || delta || kda) reader.size("chunk", mamba2 ? 256 : 64);
  if (!mamba && !mamba2 && !delta && !kda && !conv) return;
  reader.size("conv_kernel", 4);
  if (kda) {
    for (const char* key : {"delta_heads", "delta_value_dim"}) reader.size(key);
  }
  if (delta) {
    for (const char* key : {"delta_heads", "delta_key_dim", "delta_value_dim"}) reader.size(key);
    reader.size("delta_key_heads", "delta_heads");
    reader.expect_divides("delta_key_heads", "delta_heads");
  }
  if (!mamba && !mamba2 && !conv) return;
  options.mamba_bias = reader.flag("mamba_bias", false);
  options.conv_bias = reader.flag("conv_bias", true);
  if (!mamba && !mamba2) return;
  options.mamba_norms = reader.flag("mamba_norms", false);
  options.mamba2_norm = reader.flag("mamba2_norm", true);
  reader.size("state", mamba ? 16 : 128);
  reader.size("inner", "2 * hidden");
  if (mamba) reader.size("dt_rank", "ceil_div(hidden, 16)");
  if (mamba2) {
    reader.size("ssm_heads", "exact_div(inner, 64)");
    reader.size("groups", 1);
  }
}

void read_latent_sizes(CompactReader& reader, TransformerOptions& options) {
  if (!reader.optional_size("kv_rank")) return;
  options.latent = true;
  options.query_latent = reader.optional_size("q_rank");
  for (const char* key : {"nope_dim", "rope_dim", "v_head_dim"}) reader.size(key);
}

// Of DeepSeek-V4: its queries, keys and outputs, and how many tokens one compressed entry stands for.
void read_compressed_sizes(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds) {
  const bool sparse = uses(kinds, "csa");
  const bool heavy = uses(kinds, "hca");
  options.streams = reader.optional_size("streams");
  if (!sparse && !heavy && !uses(kinds, "swa")) return;
  for (const char* key : {"q_rank", "o_groups", "o_rank", "window"}) reader.size(key);
  if (!options.partial_rope) reader.size("rope_dim", "head_dim");
  if (heavy) reader.size("hca_ratio", 128);
  if (!sparse) return;
  reader.size("csa_ratio", 4);
  for (const char* key : {"index_keys", "index_heads", "index_dim"}) reader.size(key);
}

void read_index_sizes(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds) {
  const bool sparse = uses(kinds, "sparse");
  if (sparse) reader.size("index_keys");
  options.indexer = sparse || (options.latent && reader.optional_size("index_keys"));
  options.shared_index = uses(kinds, "shared_index");
  if (options.shared_index && !(options.latent && options.indexer)) {
    reader.fail("layer_types", {"layers that share an index need latent attention with one", "kv_rank and index_keys"});
  }
  if (!options.indexer) return;
  reader.size("index_heads");
  reader.size("index_dim");
}

// Copies of a token: a number, for there is a projection for each.
void read_copies(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds) {
  options.copies = reader.integer("copies", 0);
  if (options.copies == 0) return;
  options.laurel = reader.optional_size("laurel");
  const bool plain = std::all_of(kinds.begin(), kinds.end(), [](const LayerKind& kind) {
    return attends(kind.mixer) && kind.mlp == "dense" && kind.variant == 0;
  });
  if (!plain || options.copies < 2) {
    reader.fail("copies", {"copies of a token need two of them, attention and an MLP in every layer", "none"});
  }
}

void read_window_sizes(CompactReader& reader, TransformerOptions& options) {
  reader.size("window");
  options.window_heads = reader.optional_size("window_heads");
  options.window_kv_heads = reader.optional_size("window_kv_heads");
  options.window_head_dim = reader.optional_size("window_head_dim");
  options.window_v_head_dim = reader.optional_size("window_v_head_dim");
}

std::vector<std::int64_t> one_per_layer(CompactReader& reader, std::string_view key, std::size_t layers,
                                        std::int64_t minimum) {
  std::vector<std::int64_t> values = reader.list(key, minimum);
  if (values.size() != layers) {
    reader.fail(key, {std::to_string(values.size()) + " numbers for " + std::to_string(layers) + " layers",
                      "one number, or one per layer"});
  }
  return values;
}

void read_listed_sizes(CompactReader& reader, TransformerOptions& options, std::vector<LayerKind>& kinds) {
  for (const std::string_view key : kPerLayer) {
    if (!reader.is_list(key)) continue;
    const std::vector<std::int64_t> values = one_per_layer(reader, key, kinds.size(), 1);
    for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i].sizes.emplace_back(key, values[i]);
    options.listed.emplace_back(key);
  }
  if (!reader.is_list(kVariants)) return;
  const std::vector<std::int64_t> values = one_per_layer(reader, kVariants, kinds.size(), 0);
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i].variant = values[i];
}

bool is_listed(const TransformerOptions& options, std::string_view key) {
  return std::find(options.listed.begin(), options.listed.end(), key) != options.listed.end();
}

}  // namespace

TransformerOptions read_layer_options(CompactReader& reader, bool decoder) {
  TransformerOptions options;
  options.decoder = decoder;
  read_norms(reader, options);
  read_activation(reader, options);
  read_biases(reader, options);
  read_attention(reader, options);
  return options;
}

std::vector<LayerKind> read_layer_kinds(CompactReader& reader, TransformerOptions& options) {
  const std::vector<std::string> mixers = reader.words("layer_types", kMixers, {"full"});
  const bool experts = reader.has("experts");
  const std::vector<std::string> mlps = reader.words("mlp_types", kMlps, {experts ? "moe" : "dense"});
  const std::int64_t dense = reader.integer("dense_layers", 0);
  const std::size_t distinct = std::max(mixers.size(), mlps.size());
  const bool lists = reader.is_list(kVariants) ||
                     std::any_of(kPerLayer.begin(), kPerLayer.end(), [&](auto key) { return reader.is_list(key); });
  options.windows = std::find(mixers.begin(), mixers.end(), "window") != mixers.end();
  options.shared_layers = reader.flag("shared_layers", false);
  if (distinct == 1 && dense == 0 && !lists) return {{mixers.front(), mlps.front()}};
  if (options.shared_layers) {
    reader.fail("shared_layers",
                {"layers of several kinds cannot share their parameters", "layers that are all alike"});
  }
  const auto layers = reader.number("layers");
  if (!layers) reader.fail("layers", {"layers of several kinds need a number of layers", "a plain integer"});
  if (distinct > static_cast<std::size_t>(*layers) || dense > *layers) {
    reader.fail(dense > *layers             ? "dense_layers"
                : distinct == mixers.size() ? "layer_types"
                                            : "mlp_types",
                {"names more than the " + std::to_string(*layers) + " layers", "at most " + std::to_string(*layers)});
  }
  std::vector<LayerKind> kinds;
  for (std::int64_t i = 0; i < *layers; ++i) {
    kinds.push_back({kind_at(mixers, i), i < dense ? "dense" : kind_at(mlps, i)});
    if (kinds.back().mixer == "none" && kinds.back().mlp == "none") {
      reader.fail("mlp_types", {"layer " + std::to_string(i) + " has neither a mixer nor an MLP", "one of them"});
    }
  }
  read_listed_sizes(reader, options, kinds);
  return kinds;
}

void read_kind_sizes(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds) {
  const bool heads_differ = is_listed(options, "heads");  // then nothing follows from their number
  if (!heads_differ) reader.size("heads");
  if (!is_listed(options, "kv_heads")) heads_differ ? reader.size("kv_heads") : reader.size("kv_heads", "heads");
  read_latent_sizes(reader, options);
  if (!options.latent) {
    heads_differ ? reader.size("head_dim") : reader.size("head_dim", "exact_div(hidden, heads)");
    options.value_width = reader.optional_size("v_head_dim");
    options.partial_rope = reader.optional_size("rope_dim");
    if (!reader.number("head_dim")) reader.expect_divides("heads", "hidden");
    reader.expect_divides("kv_heads", "heads");
  }
  if (options.relative()) reader.size("buckets", 32);
  if (options.disentangled()) reader.size("buckets", 256);
  options.paged = reader.optional_size("page");
  options.kept = uses(kinds, "kept");
  options.kept_window = uses(kinds, "kept_window");
  options.images = uses(kinds, "cross");
  if (options.images && options.latent) {
    reader.fail("layer_types", {"layers of latent attention cannot attend to images", "another mixer"});
  }
  if (uses(kinds, "window") || options.kept_window) read_window_sizes(reader, options);
  const bool both = uses(kinds, "dense_and_moe");
  const bool alone = uses(kinds, "moe") || uses(kinds, "hash_moe");
  const bool experts = both || alone;
  if (!is_listed(options, "ffn") && (experts || uses(kinds, "dense"))) reader.size("ffn", "4 * hidden");
  if (experts) read_moe_sizes(reader, options);
  options.router_norm = both;
  if (both && alone) {
    reader.fail("mlp_types", {"experts alone and experts beside an MLP", "one of moe and dense_and_moe"});
  }
  read_index_sizes(reader, options, kinds);
  read_compressed_sizes(reader, options, kinds);
  read_state_sizes(reader, options, kinds);
  read_copies(reader, options, kinds);
  options.per_layer_inputs = reader.optional_size("per_layer_input");
  if (options.per_layer_inputs) reader.size("per_layer_vocab", "vocab");
}

}  // namespace ridgepoint
