// Decoders of 2025 and later: what each has of its own.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

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
  std::vector<std::string> mixers = listed_mixers(compact);
  for (std::size_t i = 0; i < mixers.size(); ++i) {
    if (where[i] != 0) mixers[i] = "sparse";
  }
  compact.set("layer_types", mixers);
  reading.notes.emplace_back(
      "sparse attention picks blocks of keys; it is counted as picking as many keys one by one, and as attention to "
      "them alone");
  const Size blocks = sparse->required({"sparse_topk_blocks"});
  compact.set("index_keys", Size{blocks.value * sparse->required({"sparse_block_size"}).value, blocks.at});
  compact.set("index_heads", sparse->required({"sparse_num_index_heads"}));
  compact.set("index_dim", sparse->required({"sparse_index_dim"}));
  sparse->ignore({"sparse_disable_index_value", "sparse_init_block", "sparse_local_block", "sparse_score_type"});
  reading.warn_of_strangers(*sparse);
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
  std::vector<std::string> mixers = listed_mixers(compact);
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
