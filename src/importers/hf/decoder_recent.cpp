// Decoders of 2025 and later: what each has of its own.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

std::vector<std::string> mixers_of(const Compact& compact) {
  std::vector<std::string> mixers;
  const auto& items = compact.root().find("layer_types")->items;
  for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
    mixers.push_back(items[static_cast<std::size_t>(i) % items.size()].text);
  }
  return mixers;
}

void set_if_other(std::string_view key, const std::optional<Size>& size, std::string_view than, Compact& compact) {
  if (size && size->value != compact.number(than)) compact.set(key, *size);
}

}  // namespace

// Experts in every so many layers beside one shared expert, as wide as they are; dense layers have a width of their
// own. Attention within chunks, but for every fourth layer, which is not rotated.
void map_llama4(Reading&, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  const auto rotated = config.list({"no_rope_layers"});
  const std::int64_t step = std::max<std::int64_t>(config.count({"no_rope_layer_interval"}, 4), 1);
  const bool listed = rotated && static_cast<std::int64_t>(rotated->size()) == layers;
  std::vector<std::string> mixers;
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool rotates = listed ? (*rotated)[static_cast<std::size_t>(i)] != 0 : (i + 1) % step != 0;
    mixers.emplace_back(rotates ? "window" : "nope");
  }
  compact.set("layer_types", mixers);
  compact.set("window", config.size_or({"attention_chunk_size"}, 8192));
  compact.set("qk_norm_weight", false);
  const Size width = config.required({"intermediate_size"});
  compact.set("ffn", config.size_or({"intermediate_size_mlp"}, width.value));
  if (!compact.has("experts")) return;
  compact.set("expert_ffn", width);
  compact.set("shared_ffn", width);
  config.ignore({"attn_scale", "for_llm_compressor"});
}

// Layers with a window have heads of their own, and a learned sink. The newest configs leave the number of their
// KV heads to the class.
void map_mimo(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  if (reading.mtp.layers == 0 && config.has("hybrid_layer_pattern")) reading.mtp.layers = 3;  // as its class has them
  compact.set("mtp_layer_types", std::vector<std::string>{"window"});
  compact.set("mtp_mlp_types", std::vector<std::string>{"dense"});
  const std::int64_t layers = compact.number("layers");
  if (const auto windows = config.list({"hybrid_layer_pattern"}, layers); windows && !config.has("layer_types")) {
    std::vector<std::string> mixers;
    for (const std::int64_t window : *windows) mixers.emplace_back(window != 0 ? "window" : "full");
    compact.set("layer_types", mixers);
    compact.set("window", config.required({"sliding_window", "sliding_window_size"}));
  }
  if (const auto width = config.size({"v_head_dim"})) compact.set("v_head_dim", *width);
  set_if_other("window_heads", config.size({"swa_num_attention_heads"}), "heads", compact);
  const std::optional<Size> kv_heads =
      config.has("hybrid_layer_pattern") ? config.size({"swa_num_key_value_heads"})
                                         : config.size_or({"swa_num_key_value_heads"}, 2 * compact.number("kv_heads"));
  set_if_other("window_kv_heads", kv_heads, "kv_heads", compact);
  set_if_other("window_head_dim", config.size({"swa_head_dim"}), "head_dim", compact);
  set_if_other("window_v_head_dim", config.size({"swa_v_head_dim"}), "v_head_dim", compact);
  compact.set("sinks", config.flag({"add_full_attention_sink_bias"}, false));
  compact.set("window_sinks", config.flag({"add_swa_attention_sink_bias"}, true));
  config.ignore({"attention_chunk_size", "attention_value_scale", "hybrid_block_size", "sliding_window_size",
                 "swa_rope_theta", "attention_projection_layout"});
}

// GLM 5: an indexer in the first layers and in every so many; the others see the keys that the last one picked.
void map_glm_dsa(Reading& reading, Config& config, Compact& compact) {
  map_deepseek(reading, config, compact);
  const std::int64_t layers = compact.number("layers");
  const std::int64_t step = config.count({"index_topk_freq"}, 1);
  const std::int64_t first = config.count({"index_skip_topk_offset"}, 0);
  const auto named = config.words({"indexer_types"}, layers);
  config.ignore({"index_topk_pattern"});
  std::vector<std::string> mixers;
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool own = named ? (*named)[static_cast<std::size_t>(i)] != "shared"
                           : step < 2 || std::max<std::int64_t>(i - first + 1, 0) % step == 0;
    mixers.emplace_back(own ? "full" : "shared_index");
  }
  if (std::find(mixers.begin(), mixers.end(), "shared_index") != mixers.end()) compact.set("layer_types", mixers);
  compact.set("mtp_layer_types", std::vector<std::string>{"full"});
}

void map_minimax_m2(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  config.ignore({"attn_type_list", "layernorm_full_attention_beta", "layernorm_linear_attention_beta",
                 "layernorm_mlp_beta", "full_attn_alpha_factor", "mlp_alpha_factor"});
}

// MiniMax M3: dense first layers with a width of their own; attention to the best blocks of keys in the others.
void map_minimax_m3(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  const std::int64_t layers = compact.number("layers");
  const Size width = config.required({"moe_intermediate_size", "intermediate_size"});
  compact.set("expert_ffn", width);
  compact.set("ffn", config.size_or({"dense_intermediate_size"}, width.value));
  config.ignore({"use_gemma_norm", "rotary_dim", "first_k_dense_replace", "index_block_size", "index_head_dim",
                 "index_local_blocks", "index_n_heads", "index_topk_blocks"});
  auto sparse = config.child({"sparse_attention_config"});
  if (!sparse || !sparse->flag({"use_sparse_attention"}, true)) return;
  const std::vector<std::int64_t> all(static_cast<std::size_t>(layers), 1);
  const auto where = sparse->list({"sparse_attention_freq"}, layers).value_or(all);
  std::vector<std::string> mixers = mixers_of(compact);
  for (std::size_t i = 0; i < mixers.size(); ++i) {
    if (where[i] != 0) mixers[i] = "sparse";
  }
  compact.set("layer_types", mixers);
  const Size blocks = sparse->required({"sparse_topk_blocks"});
  compact.set("index_keys", Size{blocks.value * sparse->required({"sparse_block_size"}).value, blocks.at});
  compact.set("index_heads", sparse->required({"sparse_num_index_heads"}));
  compact.set("index_dim", sparse->required({"sparse_index_dim"}));
  sparse->ignore({"sparse_disable_index_value", "sparse_init_block", "sparse_local_block", "sparse_score_type"});
  reading.warn_of_strangers(*sparse);
}

namespace {

// Full layers of Gemma 4 have wider heads and fewer of keys, which may be the values too.
void map_global_heads(Config& config, Compact& compact) {
  const auto global = config.size({"global_head_dim"});
  const auto global_kv = config.size({"num_global_key_value_heads"});
  const bool keys_are_values = config.flag({"attention_k_eq_v"}, false);
  if (keys_are_values) compact.set("shared_kv", "full");
  compact.set("value_norm", true);
  if (global && global->value != compact.number("head_dim")) {
    compact.set("window_head_dim", compact.number("head_dim"));
    compact.set("head_dim", *global);
  }
  if (global_kv && keys_are_values && global_kv->value != compact.number("kv_heads")) {
    compact.set("window_kv_heads", compact.number("kv_heads"));
    compact.set("kv_heads", *global_kv);
  }
  compact.erase("rope_dim");  // a part of the wider heads is rotated, all of the others
}

// "per_layer_config": {"05": {"head_dim": 512}, ...}: what full layers have of their own.
void map_layer_configs(Config& config, Compact& compact) {
  const Node* layers = config.find({"per_layer_config"});
  if (layers == nullptr || layers->items.empty()) return;
  Config first(config.document(), layers->items.front(), config.named("per_layer_config"));
  const auto set = [&](const char* theirs, const char* ours) {
    const auto size = first.size({theirs});
    if (!size || size->value == compact.number(ours)) return;
    compact.set(std::string("window_") + ours, compact.number(ours));
    compact.set(ours, *size);
  };
  set("head_dim", "head_dim");
  set("num_key_value_heads", "kv_heads");
}

// The last layers of Gemma 3n and 4 have no keys and values of their own.
void map_kept(Config& config, Compact& compact, bool wide_mlp) {
  const std::int64_t layers = compact.number("layers");
  const std::int64_t kept = config.count({"num_kv_shared_layers"}, 0);
  if (kept > layers) config.fail({"num_kv_shared_layers"}, fmt::format("{} of {} layers", kept, layers), "fewer");
  if (kept == 0) return;
  std::vector<std::string> mixers = mixers_of(compact);
  std::vector<std::int64_t> widths;
  for (std::int64_t i = 0; i < layers; ++i) {
    std::string& mixer = mixers[static_cast<std::size_t>(i)];
    if (i >= layers - kept) mixer = mixer == "window" ? "kept_window" : "kept";
    widths.push_back(compact.number("ffn") * (wide_mlp && i >= layers - kept ? 2 : 1));
  }
  compact.set("layer_types", mixers);
  if (wide_mlp) compact.set("ffn", widths);
}

void map_per_layer_inputs(Config& config, Compact& compact) {
  const std::int64_t width = config.count({"hidden_size_per_layer_input"}, 0);
  const auto vocab = config.size({"vocab_size_per_layer_input"});
  if (width == 0) return;
  compact.set("per_layer_input", width);
  if (vocab) compact.set("per_layer_vocab", *vocab);
}

}  // namespace

// Gemma 4: experts beside the MLP, embeddings of each layer, keys and values kept for the last layers.
void map_gemma4(Reading& reading, Config& config, Compact& compact) {
  map_gemma(reading, config, compact);
  map_global_heads(config, compact);
  map_layer_configs(config, compact);
  if (config.flag({"enable_moe_block"}, false)) {
    compact.set("mlp_types", std::vector<std::string>{"dense_and_moe"});
    compact.set("choice_bias", true);  // a factor per expert stands in its place
  } else {
    for (const char* key : {"experts", "top_k", "expert_ffn", "mlp_types", "router", "choice_bias"}) compact.erase(key);
  }
  map_per_layer_inputs(config, compact);
  map_kept(config, compact, config.flag({"use_double_wide_mlp"}, false));
  config.ignore({"expert_intermediate_size", "moe_intermediate_size", "num_experts", "top_k_experts"});
}

// DeepSeek-V4: one head of keys that are the values too, compressed entries of earlier tokens, hyper-connections.
void map_deepseek_v4(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  reading.mtp.modelled = false;
  const std::int64_t layers = compact.number("layers");
  std::vector<std::string> mixers;
  if (const auto ratios = config.list({"compress_ratios"})) {
    if (static_cast<std::int64_t>(ratios->size()) < layers) {
      config.fail({"compress_ratios"}, fmt::format("{} ratios for {} layers", ratios->size(), layers),
                  "one for each layer");
    }
    const std::int64_t heavy = *std::max_element(ratios->begin(), ratios->end());
    for (std::int64_t i = 0; i < layers; ++i) {
      const std::int64_t ratio = (*ratios)[static_cast<std::size_t>(i)];
      mixers.emplace_back(ratio == 0 ? "swa" : ratio == heavy ? "hca" : "csa");
      if (ratio > 0) compact.set(ratio == heavy ? "hca_ratio" : "csa_ratio", ratio);
    }
  } else {
    for (const std::string& word : config.words({"layer_types"}, layers).value_or(std::vector<std::string>{})) {
      mixers.emplace_back(word == "sliding_attention" ? "swa" : word == "compressed_sparse_attention" ? "csa" : "hca");
    }
    config.ignore({"compress_rates"});
  }
  compact.set("layer_types", mixers);
  compact.set("streams", config.size_or({"hc_mult"}, 4));
  compact.set("q_rank", config.required({"q_lora_rank"}));
  compact.set("o_rank", config.required({"o_lora_rank"}));
  compact.set("o_groups", config.required({"o_groups"}));
  compact.set("rope_dim", config.required({"qk_rope_head_dim"}));
  compact.set("window", config.required({"sliding_window"}));
  compact.set("index_keys", config.required({"index_topk"}));
  compact.set("index_heads", config.required({"index_n_heads"}));
  compact.set("index_dim", config.required({"index_head_dim"}));
  config.ignore({"compress_rope_theta", "expert_dtype", "mlp_layer_types", "num_hash_layers", "partial_rotary_factor"});
}

// Ernie 4.5: experts between two layers, every so many.
void map_ernie_moe(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  compact.set("choice_bias", config.flag({"moe_use_aux_free"}, true));
  config.ignore({"moe_norm_min", "moe_gate", "moe_capacity", "moe_layer_interval"});
}

// Layers that see everything are not rotated.
void map_plain_full_layers(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  std::vector<std::string> mixers = mixers_of(compact);
  if (compact.has("window")) std::replace(mixers.begin(), mixers.end(), std::string("full"), std::string("nope"));
  compact.set("layer_types", mixers);
  config.ignore({"global_attn_every_n_layers", "load_balance_coeff", "mup_enabled", "route_norm", "route_scale",
                 "score_func", "num_expert_groups", "num_limited_groups", "is_moe_layer", "sliding_window_pattern"});
}

void map_afmoe(Reading& reading, Config& config, Compact& compact) {
  map_plain_full_layers(reading, config, compact);
  compact.set("attention_gate", true);
}

void map_sub_norms(Reading&, Config& config, Compact& compact) {
  config.ignore({"attention_sub_norm", "quantization_config"});
  compact.set("sub_norms", true);
}

// A learned score per head joins the softmax of every layer.
void map_sinks(Reading&, Config& config, Compact& compact) {
  config.ignore({"layer_rope_theta"});
  compact.set("sinks", true);
}

// nanochat: norms have no factors, those of queries and keys neither.
void map_nanochat(Reading&, Config&, Compact& compact) { compact.set("qk_norm_weight", false); }

}  // namespace ridgepoint::hf
