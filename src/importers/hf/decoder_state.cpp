// Decoders whose layers keep a state instead of keys and values: Mamba, gated convolutions, linear attention.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

// What Mamba 1 and 2 have in common; `inner` is the width of the state's input.
void map_state_space(Config& config, Compact& compact) {
  compact.set("state", config.required({"mamba_d_state", "ssm_state_size", "state_size"}));
  compact.set("conv_kernel", config.size_or({"mamba_d_conv", "conv_kernel"}, 4));
  compact.set("conv_bias", config.flag({"mamba_conv_bias", "use_conv_bias"}, true));
  compact.set("mamba_bias", config.flag({"mamba_proj_bias"}, false) || config.flag({"use_bias"}, false));
}

void only_states(std::string_view mixer, Compact& compact) {
  compact.set("layer_types", std::vector<std::string>{std::string(mixer)});
  compact.set("mlp_types", std::vector<std::string>{"none"});
  compact.set("heads", std::int64_t{1});
}

void map_mamba2_sizes(Config& config, Compact& compact) {
  map_state_space(config, compact);
  const Size heads = config.required({"mamba_n_heads", "mamba_num_heads", "num_heads"});
  const std::int64_t wide = config.count({"mamba_expand", "expand"}, 2) * compact.number("hidden");
  const auto given = config.size({"mamba_d_ssm"});
  const Node* head = config.find({"mamba_d_head", "mamba_head_dim"});
  const bool automatic = head == nullptr || head->kind == Node::Kind::kString;
  if (automatic && !given && config.has("mamba_n_heads")) {
    expect_heads(config, {"mamba_n_heads"}, heads.value, wide, ", or a mamba_d_head");
  }
  const std::int64_t head_dim = automatic ? 0 : config.required({"mamba_d_head", "mamba_head_dim"}).value;
  compact.set("ssm_heads", heads);
  compact.set("inner", given ? *given : Size{automatic ? wide : heads.value * head_dim, heads.at});
  compact.set("groups", config.size_or({"mamba_n_groups", "n_groups"}, 1));
  compact.set("chunk", config.size_or({"mamba_chunk_size", "chunk_size"}, 256));
  config.ignore({"mamba_expand", "expand", "mamba_hidden_act", "mamba_ssm_cache_dtype", "mamba_ssm_dtype"});
}

bool has_mixer(const Compact& compact, std::string_view mixer) {
  const auto& kinds = compact.root().find("layer_types")->items;
  return std::any_of(kinds.begin(), kinds.end(), [&](const Node& kind) { return kind.text == mixer; });
}

// The letters of a pattern: M is Mamba 2, * attention, - an MLP, E experts. A layer has one of them.
struct NemotronLayer {
  std::string_view letter;
  std::string_view word;
  std::string_view state_word;  ///< of newer configs
  std::string_view mixer;
  std::string_view mlp;
};
constexpr auto kNemotronLayers = std::to_array<NemotronLayer>({{"M", "mamba", "linear_attention", "mamba2", "none"},
                                                               {"*", "attention", "full_attention", "full", "none"},
                                                               {"-", "mlp", "dense", "none", "dense"},
                                                               {"E", "moe", "sparse", "none", "moe"}});

std::vector<std::string> nemotron_words(Config& config, std::int64_t layers) {
  static const Keys kPattern{"hybrid_override_pattern"};
  static const Keys kWords{"layers_block_type", "layer_types"};
  if (auto words = config.words(kWords, layers)) {
    config.ignore(kPattern);
    return *words;
  }
  const std::string pattern = config.text(kPattern, "");
  if (static_cast<std::int64_t>(pattern.size()) != layers) {
    config.fail(kPattern,
                fmt::format("\"hybrid_override_pattern\" has {} letters for {} layers", pattern.size(), layers),
                "one for each layer");
  }
  std::vector<std::string> words;
  for (const char letter : pattern) words.emplace_back(1, letter);
  return words;
}

const NemotronLayer& nemotron_layer(Config& config, const std::string& word) {
  for (const NemotronLayer& layer : kNemotronLayers) {
    if (word == layer.letter || word == layer.word || word == layer.state_word) return layer;
  }
  config.fail({"layers_block_type", "hybrid_override_pattern", "layer_types"},
              fmt::format("unknown kind of layer {}", in_quotes(word)),
              "M, *, - or E; or one of mamba, attention, mlp and moe");
}

}  // namespace

// Gu and Dao, arXiv 2312.00752. Falcon Mamba normalizes dt, B and C without factors.
void map_mamba(Reading&, Config& config, Compact& compact) {
  only_states("mamba", compact);
  map_state_space(config, compact);
  const std::int64_t wide = config.count({"expand"}, 2) * compact.number("hidden");
  compact.set("inner", config.size_or({"intermediate_size", "d_inner"}, wide));
  const Node* rank = config.find({"time_step_rank"});
  if (rank != nullptr && rank->kind == Node::Kind::kInteger) compact.set("dt_rank", *config.size({"time_step_rank"}));
  config.ignore({"mixer_rms_eps", "time_step_init_scheme", "time_step_scale", "use_associative_scan", "use_mambapy"});
}

// Dao and Gu, arXiv 2405.21060.
void map_mamba2(Reading&, Config& config, Compact& compact) {
  only_states("mamba2", compact);
  map_mamba2_sizes(config, compact);
  if (const auto head_dim = config.size({"head_dim"})) {
    compact.set("inner", Size{compact.number("ssm_heads") * head_dim->value, head_dim->at});
  }
  config.ignore({"time_step_rank", "norm_before_gate", "rms_norm"});
}

// Bamba and Granite 4: Mamba 2 or attention, by name or by the numbers of the layers with attention.
void map_mamba2_hybrid(Reading&, Config& config, Compact& compact) {
  map_mamba2_sizes(config, compact);
  const auto listed = config.list({"attn_layer_indices"});
  if (!config.has("layer_types") && !config.has("layers_block_type")) {
    std::vector<std::string> mixers(static_cast<std::size_t>(compact.number("layers")), "mamba2");
    for (const std::int64_t layer : listed.value_or(std::vector<std::int64_t>{})) {
      if (layer < 0 || layer >= compact.number("layers")) {
        config.fail({"attn_layer_indices"}, fmt::format("there is no layer {}", layer),
                    fmt::format("at most {}", compact.number("layers") - 1));
      }
      mixers[static_cast<std::size_t>(layer)] = "full";
    }
    compact.set("layer_types", mixers);
  }
  config.ignore({"z_loss_coefficient", "num_logits_to_keep"});
}

// All tokens go through the shared MLP, and where there are experts, through those too.
void map_granite_hybrid(Reading& reading, Config& config, Compact& compact) {
  map_mamba2_hybrid(reading, config, compact);
  const std::string position = config.text({"position_embedding_type"}, "rope");
  if (position != "rope") compact.set("position", "none");
  if (!compact.has("experts")) {
    compact.set("ffn", config.required({"shared_intermediate_size", "intermediate_size"}));
  }
  config.ignore({"num_experts_per_tok", "num_local_experts", "init_method"});
}

// Falcon-H1: attention and Mamba 2 side by side in every layer.
void map_falcon_h1(Reading&, Config& config, Compact& compact) {
  map_mamba2_sizes(config, compact);
  compact.set("layer_types", std::vector<std::string>{"full_and_mamba2"});
  compact.set("mamba2_norm", config.flag({"mamba_rms_norm"}, false));
  const bool bias = config.flag({"projectors_bias"}, false);
  compact.set("mamba_bias", bias);
  config.ignore({"mamba_norm_before_gate", "mamba_use_mlp", "ssm_in_multiplier", "ssm_out_multiplier",
                 "ssm_multipliers", "key_multiplier", "attention_in_multiplier", "attention_out_multiplier",
                 "mlp_multipliers", "mlp_expansion_factor", "num_logits_to_keep"});
}

// The kinds of the layers of one step of prediction: by letters, or by words.
void map_nemotron_mtp(Config& config, Compact& compact) {
  auto words = config.words({"mtp_layers_block_type"});
  if (!words) {
    words.emplace();
    for (const char letter : config.text({"mtp_hybrid_override_pattern"}, "")) words->emplace_back(1, letter);
  }
  if (words->empty()) return;
  std::vector<std::string> mixers;
  std::vector<std::string> mlps;
  for (const std::string& word : *words) {
    const NemotronLayer& layer = nemotron_layer(config, word);
    mixers.emplace_back(layer.mixer);
    mlps.emplace_back(layer.mlp);
  }
  compact.set("mtp_layer_types", mixers);
  compact.set("mtp_mlp_types", mlps);
}

void map_nemotron_h(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  if (reading.mtp.layers > 0) map_nemotron_mtp(config, compact);
  map_mamba2_sizes(config, compact);
  std::vector<std::string> mixers;
  std::vector<std::string> mlps;
  for (const std::string& word : nemotron_words(config, compact.number("layers"))) {
    const NemotronLayer& layer = nemotron_layer(config, word);
    mixers.emplace_back(layer.mixer);
    mlps.emplace_back(layer.mlp);
  }
  compact.set("layer_types", mixers);
  compact.set("mlp_types", mlps);
  config.ignore({"attention_head_dim", "intermediate_size", "hybrid_layer_pattern", "rope_parameters"});
}

// LFM2: gated convolutions and attention. Its MLP is narrowed to two thirds and rounded up.
void map_lfm2(Reading&, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  const auto full = config.list({"full_attn_idxs"});
  if (full && !config.has("layer_types")) {
    std::vector<std::string> mixers(static_cast<std::size_t>(layers), "conv");
    for (const std::int64_t i : *full) {
      if (i >= 0 && i < layers) mixers[static_cast<std::size_t>(i)] = "full";
    }
    compact.set("layer_types", mixers);
  }
  const Size kernel = config.size_or({"conv_L_cache"}, 3);
  const bool bias = config.flag({"conv_bias"}, false);
  if (has_mixer(compact, "conv")) {
    compact.set("conv_kernel", kernel);
    compact.set("conv_bias", bias);
    compact.set("mamba_bias", bias);
  }
  const double multiplier = config.real({"block_ffn_dim_multiplier"}, 1);
  const std::int64_t multiple = config.count({"block_multiple_of"}, 256);
  if (config.flag({"block_auto_adjust_ff_dim"}, !compact.has("experts")) && multiple > 0) {
    const Size given = config.required({"intermediate_size", "block_ff_dim"});
    const std::int64_t two_thirds = 2 * given.value / 3;
    const auto narrowed = static_cast<std::int64_t>(multiplier * static_cast<double>(two_thirds));
    compact.set("ffn", Size{(narrowed + multiple - 1) / multiple * multiple, given.at});
  }
  compact.set("tied", config.flag({"tie_embedding"}, compact.root().find("tied")->boolean));
  if (compact.has("experts")) compact.set("choice_bias", config.flag({"use_expert_bias"}, true));
  config.ignore({"block_dim", "block_ff_dim", "block_mlp_init_scale", "block_norm_eps", "block_out_init_scale",
                 "block_use_swiglu", "block_use_xavier_init", "conv_dim", "conv_dim_out", "conv_use_xavier_init",
                 "num_heads", "use_pos_enc", "theta"});
}

// MiniMax-01: lightning attention in seven layers of eight.
void map_minimax(Reading&, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  if (const auto kinds = config.list({"attn_type_list"}, layers); kinds && !config.has("layer_types")) {
    std::vector<std::string> mixers;
    for (const std::int64_t kind : *kinds) mixers.emplace_back(kind == 1 ? "full" : "lightning");
    compact.set("layer_types", mixers);
  }
  compact.set("chunk", config.size_or({"block_size"}, 256));
  for (const char* part : {"full_attn", "linear_attn", "mlp"}) {
    for (const char* factor : {"alpha", "beta"}) config.ignore({fmt::format("{}_{}_factor", part, factor)});
  }
  config.ignore({"layernorm_full_attention_alpha", "layernorm_full_attention_beta", "layernorm_linear_attention_alpha",
                 "layernorm_linear_attention_beta", "layernorm_mlp_alpha", "layernorm_mlp_beta", "postnorm",
                 "shared_moe_mode"});
}

// Kimi Linear (arXiv 2510.26692): Kimi delta attention in three layers of four, latent attention in the fourth.
void map_kimi_linear(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  config.ignore({"head_dim", "mla_use_nope", "moe_renormalize", "num_expert_group", "qk_head_dim", "use_grouped_topk",
                 "moe_router_activation_func"});
  compact.set("chunk", std::int64_t{64});
  auto nested = config.child({"linear_attn_config"});
  Config& sizes = nested ? *nested : config;
  compact.set("delta_heads", sizes.required({"num_heads", "linear_num_heads"}));
  compact.set("delta_value_dim", sizes.required({"head_dim", "linear_head_dim"}));
  if (!nested) compact.set("delta_value_dim", sizes.required({"linear_head_dim"}));
  compact.set("conv_kernel", sizes.size_or({"short_conv_kernel_size", "linear_conv_kernel_dim"}, 4));
  if (!nested) return;
  nested->ignore({"kda_layers"});
  std::vector<std::string> mixers(static_cast<std::size_t>(compact.number("layers")), "kda");
  for (const std::int64_t layer : nested->list({"full_attn_layers"}).value_or(std::vector<std::int64_t>{})) {
    if (layer < 1 || layer > compact.number("layers")) {
      nested->fail({"full_attn_layers"}, fmt::format("there is no layer {}", layer), "layers counted from 1");
    }
    mixers[static_cast<std::size_t>(layer - 1)] = "full";
  }
  compact.set("layer_types", mixers);
  reading.warn_of_strangers(*nested);
}

}  // namespace ridgepoint::hf
