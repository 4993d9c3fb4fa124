#include "importers/hf/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/checked.hpp"
#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

struct ActivationName {
  std::string_view theirs;
  std::string_view plain;
  std::string_view gated;
};

constexpr auto kActivations = std::to_array<ActivationName>({{"silu", "silu", "swiglu"},
                                                             {"swish", "silu", "swiglu"},
                                                             {"swiglu", "silu", "swiglu"},
                                                             {"swigluoai", "silu", "swiglu"},
                                                             {"gelu", "gelu", "geglu"},
                                                             {"gelu_new", "gelu_tanh", "geglu_tanh"},
                                                             {"gelu_fast", "gelu_tanh", "geglu_tanh"},
                                                             {"gelu_tanh", "gelu_tanh", "geglu_tanh"},
                                                             {"gelu_python", "gelu", "geglu"},
                                                             {"gegelu", "", "geglu"},
                                                             {"gelu_accurate", "gelu_tanh", "geglu_tanh"},
                                                             {"gelu_pytorch_tanh", "gelu_tanh", "geglu_tanh"},
                                                             {"quick_gelu", "quick_gelu", "swiglu"},
                                                             {"relu", "relu", "reglu"},
                                                             {"relu2", "relu_squared", "reglu"},
                                                             {"xielu", "xielu", ""},
                                                             {"tanh", "tanh", ""},
                                                             {"sigmoid", "sigmoid", "glu"}});

// As many as are listed, where the config does not say.
Size layer_count(Config& config) {
  static const Keys kLayers{"num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers"};
  if (auto layers = config.size(kLayers)) {
    expect_layers(config, kLayers, layers->value);
    return *layers;
  }
  const Node* listed = config.find({"layers_block_type"});
  if (listed == nullptr || listed->items.empty()) return config.required(kLayers);
  return {static_cast<std::int64_t>(listed->items.size()), listed->offset};
}

// MLPs of a width for each layer; where all are alike, one.
void set_widths(Config& config, Keys keys, const Node& node, Compact& compact) {
  const auto widths = *config.list(keys, compact.number("layers"));
  for (const std::int64_t width : widths) {
    if (width < 1) config.fail(keys, fmt::format("a width of {}", width), "at least 1");
  }
  const bool alike = std::all_of(widths.begin(), widths.end(), [&](auto width) { return width == widths.front(); });
  if (alike) return compact.set("ffn", Size{widths.front(), node.offset});
  compact.set("ffn", widths, node.offset);
}

void map_sizes(Config& config, const DecoderTraits& traits, Compact& compact) {
  compact.set("layers", layer_count(config));
  const Size hidden = config.required({"hidden_size", "n_embd", "d_model", "n_embed", "hidden_dim", "model_dim"});
  compact.set("hidden", hidden);
  compact.set("vocab", config.required({"vocab_size", "padded_vocab_size"}));
  const auto context = config.size({"max_position_embeddings", "n_positions", "max_sequence_length", "max_seq_len",
                                    "seq_length", "n_ctx", "model_max_length", "context_length", "max_context_length"});
  if (context) compact.set("context", *context);
  if (traits.only_states) return;
  static const Keys kWidths{"intermediate_size", "ffn_hidden_size",      "n_inner",
                            "ffn_dim",           "ffn_embed_dim",        "mlp_hidden_size",
                            "d_inner",           "ff_intermediate_size", "dff"};
  if (const Node* node = config.find(kWidths); node != nullptr && node->kind == Node::Kind::kArray) {
    set_widths(config, kWidths, *node, compact);
  } else if (const auto ffn = config.size(kWidths)) {
    compact.set("ffn", *ffn);
  } else if (traits.ffn_ratio > 0) {
    compact.set("ffn", Size{traits.ffn_ratio * hidden.value, hidden.at});
  } else if (!config.has("moe_intermediate_size")) {
    (void)config.required({"intermediate_size"});
  }
}

// Where all layers have experts, a config need not say how wide an MLP would be.
void expect_mlp_width(Config& config, const Compact& compact) {
  const Node* kinds = compact.root().find("mlp_types");
  const bool dense = kinds == nullptr || std::any_of(kinds->items.begin(), kinds->items.end(),
                                                     [](const Node& kind) { return kind.text == "dense"; });
  if (!compact.has("ffn") && dense) (void)config.required({"intermediate_size"});
}

void map_norms(const DecoderTraits& traits, Compact& compact) {
  compact.set("norm", traits.norm);
  compact.set("norm_weight", traits.norm_weight);
  if (traits.norm == "layer") compact.set("norm_bias", traits.norm_bias && traits.norm_weight);
  compact.set("norm_placement", traits.placement);
  compact.set("branches", traits.branches);
  compact.set("embedding_norm", traits.embedding_norm);
}

// `bias` and its like cover everything, `attention_bias` the projections of attention, `qkv_bias` three of them.
void map_biases(Config& config, const DecoderTraits& traits, Compact& compact) {
  static const Keys kAll{"bias", "use_bias", "enable_bias", "add_bias_linear"};
  bool qkv = config.flag(kAll, traits.qkv_bias);
  bool output = config.flag(kAll, traits.output_bias);
  bool mlp = config.flag(kAll, traits.mlp_bias);
  if (config.flag({"no_bias"}, false) && !traits.bias_stays) qkv = output = mlp = false;
  qkv = config.flag({"attention_bias"}, qkv);
  if (traits.output_follows) output = config.flag({"attention_bias"}, output);
  qkv = config.flag({"qkv_bias", "use_qkv_bias", "add_qkv_bias"}, qkv);
  output = config.flag({"attention_out_bias"}, output);
  mlp = config.flag({"mlp_bias"}, mlp);
  compact.set("qkv_bias", qkv);
  compact.set("output_bias", output);
  compact.set("mlp_bias", mlp);
}

void map_head(Reading& reading, Config& config, const DecoderTraits& traits, Compact& compact) {
  const bool inner = config.flag({"tie_word_embeddings"}, traits.tied);
  const bool tied = reading.root.flag({"tie_word_embeddings"}, inner);  // of several parts the whole says so
  // "InternVLChatModel" generates; a class that is named for something else has another head.
  const bool words = reading.architecture.empty() || reading.architecture_has("ForCausalLM") ||
                     reading.architecture_has("LMHead") || reading.architecture_has("Conditional") ||
                     reading.architecture_has("Chat");
  const bool spans = reading.architecture_ends("ForQuestionAnswering");
  const bool classifies = reading.architecture_has("Classification") || spans;
  const bool headless = !words && !classifies;
  if (!words && !classifies && reading.architecture_has("For")) reading.expect_head({});
  compact.set("head", words);
  if (classifies) compact.set("classes", spans ? Size{2, 0} : label_count(reading.root));
  compact.set("tied", tied && !headless && !classifies);
  if (tied && !headless && !classifies) {
    reading.notes.push_back(fmt::format("the head is the embedding, counted once: files may hold its {} values twice",
                                        checked_mul(compact.number("vocab"), compact.number("hidden"))));
  }
  compact.set("head_bias", config.flag({"lm_head_bias"}, traits.head_bias));
  if (config.real({"final_logit_softcapping", "logits_soft_cap"}, 0) > 0) compact.set("logit_softcap", true);
}

// Llama's files of 2023 hold the frequencies of each layer's rotation.
void note_frequencies(Reading& reading, const DecoderTraits& traits, const Compact& compact) {
  const std::string version = reading.root.text({"transformers_version"}, "");
  const bool old = version.starts_with("4.2") || version.starts_with("4.30") || version.starts_with("4.31");
  if (!old || traits.type != "llama") return;
  const std::int64_t each =
      compact.has("head_dim") ? compact.number("head_dim") : compact.number("hidden") / compact.number("heads");
  reading.notes.push_back(
      fmt::format("files of that version may hold {} frequencies of rotation, which are no parameters",
                  checked_mul(compact.number("layers"), each / 2)));
}

}  // namespace

Size label_count(Config& root) {
  if (const Node* labels = root.find({"id2label"})) {
    return {static_cast<std::int64_t>(labels->items.size()), labels->offset};
  }
  return root.size_or({"num_labels"}, 2);
}

std::string activation_word(Config& config, Keys keys, std::string_view fallback, bool gated) {
  const std::string given = config.text(keys, fallback);
  std::vector<std::string_view> names;
  for (const ActivationName& name : kActivations) {
    const std::string_view ours = gated ? name.gated : name.plain;
    if (name.theirs == given && !ours.empty()) return std::string(ours);
    if (!ours.empty()) names.push_back(name.theirs);
  }
  config.fail(keys, fmt::format("unknown activation {}", in_quotes(given)), "one of " + join_choices(names));
}

void map_decoder(Reading& reading, Config& config, const DecoderTraits& traits, Compact& compact) {
  compact.set("kind", "decoder");
  map_sizes(config, traits, compact);
  map_norms(traits, compact);
  compact.set("activation", activation_word(config,
                                            {"hidden_act", "hidden_activation", "mlp_hidden_act", "activation_function",
                                             "activation", "activation_fn_name"},
                                            traits.activation, traits.gated));
  compact.set("position", traits.position);
  if (!traits.only_states) {
    map_biases(config, traits, compact);
    if (!traits.own_attention) map_attention(config, traits, compact);
    if (!traits.own_layers) map_mixers(config, traits, compact);
    map_experts(config, traits, compact);
    expect_mlp_width(config, compact);
  }
  map_head(reading, config, traits, compact);
  note_frequencies(reading, traits, compact);
  if (traits.more != nullptr) traits.more(reading, config, compact);
}

}  // namespace ridgepoint::hf
