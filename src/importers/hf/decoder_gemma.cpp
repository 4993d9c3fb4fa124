// Gemma 4: experts beside the MLP, embeddings of each layer, heads and caches that differ by layer.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
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
  std::vector<std::string> mixers = listed_mixers(compact);
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

// Gemma 3n: several copies of each token (AltUp), a low-rank branch (LAuReL), embeddings of each layer.
void map_gemma3n(Reading& reading, Config& config, Compact& compact) {
  map_gemma(reading, config, compact);
  compact.set("value_norm", true);
  compact.set("copies", config.size_or({"altup_num_inputs"}, 4));
  compact.set("laurel", config.size_or({"laurel_rank"}, 64));
  map_per_layer_inputs(config, compact);
  map_kept(config, compact, false);
  config.ignore({"activation_sparsity_pattern", "altup_active_idx", "altup_coef_clip", "altup_correct_scale",
                 "altup_lr_multiplier"});
}

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

}  // namespace ridgepoint::hf
