// Attention of decoders: heads, rotation, windows, latent projections.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder.hpp"

namespace ridgepoint::hf {
namespace {

// The part of each head that is rotated, where it is not all of it.
void map_rotation(Config& config, const DecoderTraits& traits, std::int64_t head_dim, Compact& compact) {
  double factor =
      config.real({"partial_rotary_factor", "rotary_pct", "rope_pct", "partial_rotary_factors"}, traits.rotated);
  if (auto rope = config.child({"rope_parameters", "rope_scaling"})) {
    factor = rope->real({"partial_rotary_factor"}, factor);
    if (auto full = rope->has("full_attention") ? rope->child({"full_attention"}) : std::nullopt) {
      factor = full->real({"partial_rotary_factor"}, factor);
    }
  }
  std::int64_t rotated = static_cast<std::int64_t>(factor * static_cast<double>(head_dim));
  if (const auto dim = config.size({"rotary_dim"})) rotated = dim->value;
  rotated -= rotated % 2;
  if (traits.position == "rope" && rotated > 0 && rotated < head_dim) compact.set("rope_dim", rotated);
}

std::vector<std::string> windows_of(Windows windows, std::int64_t pattern, std::int64_t layers) {
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool window = windows == Windows::kAll || (windows == Windows::kEven && i % 2 == 0) ||
                        (windows == Windows::kOdd && i % 2 == 1) ||
                        (windows == Windows::kPattern && (i + 1) % pattern != 0) ||
                        (windows == Windows::kUpper && i >= pattern);
    words.emplace_back(window ? "window" : "full");
  }
  return words;
}

// What a config calls a kind of layer; "" is the model type's own.
struct MixerName {
  std::string_view theirs;
  std::string_view ours;
};

constexpr auto kMixerNames = std::to_array<MixerName>({{"full_attention", "full"},
                                                       {"global_attention", "full"},
                                                       {"global", "full"},
                                                       {"attention", "full"},
                                                       {"sliding_attention", "window"},
                                                       {"local_attention", "window"},
                                                       {"local", "window"},
                                                       {"chunked_attention", "window"},
                                                       {"deepseek_sparse_attention", "full"},
                                                       {"indexed_attention", "full"},
                                                       {"linear_attention", ""},
                                                       {"mamba", ""},
                                                       {"mamba1", "mamba"},
                                                       {"mamba2", "mamba2"},
                                                       {"hybrid", ""},
                                                       {"conv", "conv"}});

std::vector<std::string> mixers_of(Config& config, Keys keys, const std::vector<std::string>& types,
                                   std::string_view own) {
  std::vector<std::string> mixers;
  std::vector<std::string_view> names;
  names.reserve(kMixerNames.size());
  for (const MixerName& name : kMixerNames) names.push_back(name.theirs);
  for (const std::string& type : types) {
    const auto* found = std::find_if(kMixerNames.begin(), kMixerNames.end(),
                                     [&](const MixerName& name) { return name.theirs == type; });
    if (found == kMixerNames.end()) {
      config.fail(keys, fmt::format("unknown kind of layer {}", in_quotes(type)), "one of " + join_choices(names));
    }
    mixers.emplace_back(found->ours.empty() ? own : found->ours);
  }
  return mixers;
}

bool uses(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The windows of a config that does not name its layers one by one.
std::vector<std::string> implied_windows(Config& config, const DecoderTraits& traits, std::int64_t layers) {
  std::int64_t pattern = config.count({"sliding_window_pattern", "_sliding_window_pattern"}, traits.pattern);
  Windows windows = traits.windows;
  if (traits.windows == Windows::kUpper) {
    pattern = config.count({"max_window_layers"}, layers);
    if (!config.flag({"use_sliding_window"}, false)) windows = Windows::kNone;
  }
  if (pattern > 0 && traits.pattern > 0) windows = Windows::kPattern;
  return windows_of(windows, pattern, layers);
}

}  // namespace

void map_attention(Config& config, const DecoderTraits& traits, Compact& compact) {
  if (config.has("kv_lora_rank")) {
    map_latent_attention(config, compact);
    return;
  }
  const Size heads = config.required({"num_attention_heads", "n_head", "n_heads", "attention_heads", "num_heads"});
  compact.set("heads", heads);
  if (const auto kv = config.size({"num_key_value_heads", "num_kv_heads", "multi_query_group_num", "n_head_kv"})) {
    compact.set("kv_heads", *kv);
  }
  const auto head_dim = config.size({"head_dim", "kv_channels", "attention_head_dim", "d_kv"});
  if (head_dim) compact.set("head_dim", *head_dim);
  if (!head_dim) {
    expect_heads(config, {"num_attention_heads", "n_head", "n_heads"}, heads.value, compact.number("hidden"),
                 ", or a head_dim");
  }
  const std::int64_t dim = head_dim ? head_dim->value : compact.number("hidden") / heads.value;
  map_rotation(config, traits, dim, compact);
  std::string qk_norm(traits.qk_norm);
  if (config.flag({"use_qk_norm", "qk_layernorm", "use_qk_layernorm"}, false) && qk_norm == "none") qk_norm = "head";
  const std::string kind = config.text({"qk_norm_type"}, "");
  if (kind == "per_layer") qk_norm = "full";
  if (config.has("use_qk_norm") && !config.flag({"use_qk_norm"}, true)) qk_norm = "none";
  compact.set("qk_norm", qk_norm);
  if (config.real({"attn_logit_softcapping"}, 0) > 0) compact.set("attention_softcap", true);
  if (config.flag({"attn_output_gate", "attention_output_gate"}, false)) compact.set("attention_gate", true);
}

void map_mixers(Config& config, const DecoderTraits& traits, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  static const Keys kTypes{"layer_types", "layers_block_type"};
  std::vector<std::string> mixers;
  const auto types = config.words(kTypes, layers);
  if (types) {
    mixers = mixers_of(config, kTypes, *types, traits.state);
    config.ignore({"sliding_window_pattern", "_sliding_window_pattern", "max_window_layers"});
  } else {
    mixers = implied_windows(config, traits, layers);
  }
  static const Keys kWindow{"sliding_window", "attention_chunk_size", "window_size"};
  const auto window = config.count(kWindow, 0) > 0 ? config.size(kWindow) : std::nullopt;
  config.ignore({"use_sliding_window"});
  if (!window && uses(mixers, "window")) {
    if (types) (void)config.required({"sliding_window"});
    std::replace(mixers.begin(), mixers.end(), std::string("window"), std::string("full"));
  }
  if (uses(mixers, "window")) compact.set("window", *window);
  const bool alike = std::all_of(mixers.begin(), mixers.end(), [&](const auto& m) { return m == mixers.front(); });
  if (alike) mixers.resize(1);
  compact.set("layer_types", mixers);
}

void map_latent_attention(Config& config, Compact& compact) {
  compact.set("heads", config.required({"num_attention_heads"}));
  compact.set("kv_rank", config.required({"kv_lora_rank"}));
  if (const auto rank = config.size({"q_lora_rank"})) compact.set("q_rank", *rank);
  compact.set("nope_dim", config.required({"qk_nope_head_dim"}));
  compact.set("rope_dim", config.required({"qk_rope_head_dim"}));
  compact.set("v_head_dim", config.required({"v_head_dim"}));
  config.ignore({"num_key_value_heads", "head_dim", "qk_head_dim", "rope_parameters", "rope_scaling"});
  if (config.flag({"attention_bias"}, false)) {
    config.fail({"attention_bias"}, "latent attention with biases is not known here", "false");
  }
  if (const auto keys = config.size({"index_topk"})) {
    compact.set("index_keys", *keys);
    compact.set("index_heads", config.required({"index_n_heads"}));
    compact.set("index_dim", config.required({"index_head_dim"}));
  }
}

}  // namespace ridgepoint::hf
