// Encoders of speech: wav2vec 2.0 (Baevski et al., arXiv 2006.11477), HuBERT (arXiv 2106.07447) and WavLM (arXiv
// 2110.13900): convolutions over the samples, then a transformer over what they leave.

#include <fmt/format.h>

#include "core/text.hpp"
#include "importers/hf/written.hpp"

namespace ridgepoint::hf {
namespace {

constexpr std::string_view kSpeech = R"json({
  "name": "speech",
  "parameters": {"batch": 1, "samples": 160000, "layers": 12, "hidden": 768, "heads": 12, "ffn": 3072, "buckets": 320,
   "positions": 128, "groups": 16, "head_dim": "exact_div(hidden, heads)"},
  "inputs": {"waveform": {"shape": ["batch", 1, "samples"]}},
  "blocks": {
    "attention": {"inputs": ["x"], "layers": [
      {"op": "linear", "name": "q", "inputs": "x", "out_features": "hidden"},
      {"op": "linear", "name": "k", "inputs": "x", "out_features": "hidden"},
      {"op": "linear", "name": "v", "inputs": "x", "out_features": "hidden"},
      {"op": "attention", "inputs": ["q", "k", "v"], "heads": "heads"},
      {"op": "linear", "name": "o", "out_features": "hidden"}]},
    "gated_attention": {"inputs": ["x", "relative_bias"], "layers": [
      {"op": "linear", "name": "q", "inputs": "x", "out_features": "hidden"},
      {"op": "linear", "name": "k", "inputs": "x", "out_features": "hidden"},
      {"op": "linear", "name": "v", "inputs": "x", "out_features": "hidden"},
      {"op": "reshape", "name": "x_by_head", "inputs": "x", "shape": ["batch", -1, "heads", "head_dim"]},
      {"op": "linear", "name": "position_gates", "out_features": 8},
      {"op": "reshape", "name": "gate_pairs", "shape": ["batch", -1, "heads", 2, 4]},
      {"op": "reduce", "name": "gate_sums", "reduce": "sum", "axes": [-1]},
      {"op": "sigmoid", "name": "gates"},
      {"op": "slice", "name": "gate_a", "inputs": "gates", "axis": -1, "start": 0, "length": 1},
      {"op": "slice", "name": "gate_b", "inputs": "gates", "axis": -1, "start": 1, "length": 1},
      {"op": "layer_scale", "name": "position_scale", "inputs": "gate_b", "axis": 2},
      {"op": "mul", "name": "gate_product", "inputs": ["gate_a", "position_scale"]},
      {"op": "transpose", "name": "gate_by_head", "axes": [0, 2, 1, 3], "free": true},
      {"op": "mul", "name": "gated_bias", "inputs": ["relative_bias", "gate_by_head"]},
      {"op": "attention", "inputs": ["q", "k", "v", "gated_bias"], "heads": "heads"},
      {"op": "linear", "name": "o", "out_features": "hidden"}]},
    "mlp": {"layers": [
      {"op": "linear", "name": "up", "out_features": "ffn"},
      {"op": "gelu"},
      {"op": "linear", "name": "down", "out_features": "hidden"}]},
    "layer": {"inputs": ["x"], "layers": [
      {"block": "attention", "inputs": "x"},
      {"op": "add", "name": "attention_add", "inputs": ["x", "attention"]},
      {"op": "layer_norm", "name": "attention_norm"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["attention_norm", "mlp"]},
      {"op": "layer_norm", "name": "mlp_norm"}]},
    "stable_layer": {"inputs": ["x"], "layers": [
      {"op": "layer_norm", "name": "attention_norm", "inputs": "x"},
      {"block": "attention"},
      {"op": "add", "name": "attention_add", "inputs": ["x", "attention"]},
      {"op": "layer_norm", "name": "mlp_norm"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["attention_add", "mlp"]}]}
  },
  "layers": [
    {"op": "gelu", "name": "features", "inputs": "waveform"},
    {"op": "transpose", "name": "by_time", "axes": [0, 2, 1], "free": true},
    {"op": "layer_norm", "name": "feature_norm"},
    {"op": "linear", "name": "feature_projection", "out_features": "hidden"},
    {"op": "constant", "name": "masked_spec_embed", "inputs": "feature_projection", "shape": ["hidden"], "skip": 1},
    {"op": "constant", "name": "pos_conv_weight_g", "inputs": "feature_projection", "shape": [1, 1, "positions"],
     "skip": 1},
    {"op": "transpose", "name": "by_channel", "inputs": "feature_projection", "axes": [0, 2, 1], "free": true},
    {"op": "conv", "name": "pos_conv", "out_channels": "hidden", "kernel": "positions", "padding": "positions / 2",
     "groups": "groups"},
    {"op": "slice", "name": "pos_conv_cut", "axis": 2, "length": "seq"},
    {"op": "gelu", "name": "pos_conv_gelu"},
    {"op": "transpose", "name": "positions_by_time", "axes": [0, 2, 1], "free": true},
    {"op": "add", "name": "positioned", "inputs": ["feature_projection", "positions_by_time"]},
    {"op": "layer_norm", "name": "encoder_norm"},
    {"block": "layer", "name": "layer", "repeat": "layers"}
  ]
})json";

struct Convs {
  std::vector<std::int64_t> channels;
  std::vector<std::int64_t> kernels;
  std::vector<std::int64_t> strides;
  bool bias = false;
  bool layer_norms = false;
};

std::vector<std::int64_t> sizes_of(Config& config, Keys keys, std::vector<std::int64_t> fallback, std::int64_t length) {
  std::vector<std::int64_t> values = config.list(keys, length).value_or(std::move(fallback));
  for (const std::int64_t value : values) {
    if (value < 1) config.fail(keys, fmt::format("{} holds {}", in_quotes(*keys.begin()), value), "at least 1");
  }
  return values;
}

Convs read_convs(Config& config) {
  Convs convs;
  convs.channels = sizes_of(config, {"conv_dim"}, std::vector<std::int64_t>(7, 512), 0);
  const auto count = static_cast<std::int64_t>(convs.channels.size());
  convs.kernels = sizes_of(config, {"conv_kernel"}, {10, 3, 3, 3, 3, 2, 2}, count);
  convs.strides = sizes_of(config, {"conv_stride"}, {5, 2, 2, 2, 2, 2, 2}, count);
  if (convs.channels.empty() || convs.kernels.size() != convs.channels.size() ||
      convs.strides.size() != convs.channels.size()) {
    config.fail({"conv_dim"}, "\"conv_dim\", \"conv_kernel\" and \"conv_stride\" differ in length", "one for each");
  }
  convs.bias = config.flag({"conv_bias"}, false);
  convs.layer_norms = config.text({"feat_extract_norm"}, "group") == "layer";
  config.ignore({"num_feat_extract_layers"});
  return convs;
}

// A convolution over time, its norm and gelu. In the place of norms of all layers the first may have one per channel.
void add_conv(const Convs& convs, std::size_t i, const std::string& input, std::vector<Item>& items) {
  const std::string name = fmt::format("conv{}", i);
  const std::vector<std::int64_t> axes{0, 2, 1};
  items.push_back(layer(name, "conv",
                        {{"out_channels", convs.channels[i]},
                         {"kernel", convs.kernels[i]},
                         {"stride", convs.strides[i]},
                         {"bias", convs.bias}},
                        {input}));
  if (convs.layer_norms) {
    items.push_back(layer(name + "_by_time", "transpose", {{"axes", axes}, {"free", true}}));
    items.push_back(layer(name + "_norm", "layer_norm"));
    items.push_back(layer(name + "_by_channel", "transpose", {{"axes", axes}, {"free", true}}));
  } else if (i == 0) {
    items.push_back(layer(name + "_norm", "group_norm", {{"groups", convs.channels[i]}}));
  }
  items.push_back(layer(name + "_gelu", "gelu"));
}

// The convolutions, and how many vectors are left of the samples.
void add_convs(const Convs& convs, Description& description) {
  std::vector<Item> items;
  std::string length = "samples";
  for (std::size_t i = 0; i < convs.channels.size(); ++i) {
    add_conv(convs, i, i == 0 ? "waveform" : items.back().name, items);
    const std::string name = fmt::format("length{}", i);
    description.parameters.push_back(
        {name, fmt::format("({} - {}) / {} + 1", length, convs.kernels[i], convs.strides[i])});
    length = name;
  }
  description.parameters.push_back({"seq", length});
  replace_item(description, "features", std::move(items));
}

Item& item_named(Description& description, std::string_view name) {
  return *std::find_if(description.items.begin(), description.items.end(),
                       [&](const Item& item) { return item.name == name; });
}

void drop_item(Description& description, std::string_view name) {
  std::erase_if(description.items, [&](const Item& item) { return item.name == name; });
}

// Norms before each branch, and one behind the last layer.
void make_stable(Description& description) {
  drop_item(description, "encoder_norm");
  item_named(description, "layer").block = "stable_layer";
  item_named(description, "layer").inputs = {"positioned"};
  description.items.push_back(layer("encoder_norm", "layer_norm"));
}

// WavLM: T5's bias, which gates of each layer scale.
void add_relative_bias(Description& description) {
  const auto stack = std::find_if(description.items.begin(), description.items.end(),
                                  [](const Item& item) { return item.name == "layer"; });
  const std::string before = stack->inputs.empty() ? (stack - 1)->name : stack->inputs.front().name;
  stack->inputs = {before, "relative_bias"};
  description.items.insert(
      stack, layer("relative_bias", "relative_bias",
                   {{"heads", "heads"}, {"entries", "buckets"}, {"q_len", "seq"}, {"kv_len", "seq"}}, {before}));
  for (Block& block : description.blocks) {
    if (!block.name.ends_with("layer")) continue;
    block.inputs.emplace_back("relative_bias");
    for (Item& item : block.items) {
      if (item.block != "attention") continue;
      item.name = "attention";
      item.block = "gated_attention";
      item.inputs = {block.name == "layer" ? "x" : "attention_norm", "relative_bias"};
    }
  }
}

// Vectors of a codebook for each time, and those of the transformer, for the contrastive loss.
void add_pretraining(Config& config, Description& description) {
  const std::string hidden = description.items.back().name;
  const std::int64_t groups = config.size_or({"num_codevector_groups"}, 2).value;
  const std::int64_t codes = groups * config.size_or({"num_codevectors_per_group"}, 320).value;
  const std::int64_t width = config.size_or({"codevector_dim"}, 256).value;
  const std::int64_t projected = config.size_or({"proj_codevector_dim"}, 256).value;
  const auto add = [&](Item item) { description.items.push_back(std::move(item)); };
  add(layer("project_hid", "linear", {{"out_features", projected}}, {hidden}));
  add(layer("code_scores", "linear", {{"out_features", codes}}, {"feature_norm"}));
  add(layer("code_scores_by_group", "reshape", {{"shape", sizes({-1, groups, codes / groups})}}));
  add(layer("codes", "arg_max", {{"axis", -1}}));
  add(layer("codevectors", "embedding", {{"rows", codes}, {"dim", width / groups}}, {"codes"}));
  add(layer("quantized", "reshape", {{"shape", sizes({"batch", "seq", width})}}));
  add(layer("project_q", "linear", {{"out_features", projected}}));
  config.ignore({"num_negatives", "diversity_loss_weight"});
}

void add_head(Reading& reading, Description& description) {
  Config& config = reading.root;
  const auto add = [&](Item item) { description.items.push_back(std::move(item)); };
  const Size words = config.size_or({"vocab_size"}, 32);
  if (reading.architecture_ends("ForCTC")) {
    add(layer("lm_head", "linear", {{"out_features", words.value}}));
  } else if (reading.architecture_ends("ForSequenceClassification")) {
    add(layer("projector", "linear", {{"out_features", config.size_or({"classifier_proj_size"}, 256).value}}));
    add(layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}));
    add(layer("classifier", "linear", {{"out_features", label_count(config).value}}));
  } else if (reading.architecture_ends("ForPreTraining") && reading.type == "wav2vec2") {
    add_pretraining(config, description);
  } else {
    reading.expect_head({"Model"});
  }
}

void expect_known(Config& config) {
  if (config.flag({"add_adapter"}, false)) config.fail({"add_adapter"}, "convolutions behind the encoder", "false");
  if (activation_word(config, {"hidden_act"}, "gelu", false) != "gelu" ||
      activation_word(config, {"feat_extract_activation"}, "gelu", false) != "gelu") {
    config.fail({"hidden_act", "feat_extract_activation"}, "an activation that is not known here", "gelu");
  }
  config.ignore({"adapter_kernel_size", "adapter_stride", "num_adapter_layers", "output_hidden_size", "tdnn_dim",
                 "tdnn_kernel", "tdnn_dilation", "xvector_output_dim", "num_codevector_groups",
                 "num_codevectors_per_group", "codevector_dim", "proj_codevector_dim", "num_negatives",
                 "diversity_loss_weight", "max_bucket_distance", "num_ctc_classes", "feat_quantizer_dropout",
                 "num_labels", "adapter_attn_dim"});
}

std::vector<std::string_view> types() { return {"wav2vec2", "hubert", "wavlm"}; }

Description read(Reading& reading) {
  Config& config = reading.root;
  const Size hidden = config.size_or({"hidden_size"}, 768);
  const Size heads = config.size_or({"num_attention_heads"}, 12);
  expect_heads(config, {"num_attention_heads"}, heads.value, hidden.value);
  Description description = written(reading, kSpeech,
                                    {{"hidden", hidden.value},
                                     {"heads", heads.value},
                                     {"layers", config.size_or({"num_hidden_layers"}, 12).value},
                                     {"ffn", config.size_or({"intermediate_size"}, 3072).value},
                                     {"positions", config.size_or({"num_conv_pos_embeddings"}, 128).value},
                                     {"groups", config.size_or({"num_conv_pos_embedding_groups"}, 16).value},
                                     {"buckets", config.size_or({"num_buckets"}, 320).value}});
  expect_known(config);
  add_convs(read_convs(config), description);
  if (!config.flag({"feat_proj_layer_norm"}, true)) drop_item(description, "feature_norm");
  if (config.real({"mask_time_prob"}, 0.05) <= 0 && config.real({"mask_feature_prob"}, 0) <= 0) {
    drop_item(description, "masked_spec_embed");
  } else {
    reading.notes.push_back(
        fmt::format("{} of the parameters are read in training alone (masked_spec_embed)", hidden.value));
  }
  if (config.flag({"do_stable_layer_norm"}, false)) make_stable(description);
  if (reading.type == "wavlm") add_relative_bias(description);
  std::erase_if(description.blocks, [&](const Block& block) {
    const bool stable = config.flag({"do_stable_layer_norm"}, false);
    return block.name == (stable ? "layer" : "stable_layer") ||
           block.name == (reading.type == "wavlm" ? "attention" : "gated_attention");
  });
  add_head(reading, description);
  return description;
}

}  // namespace

const Kind kSpeechEncoders{types, read, "encoders of speech"};

}  // namespace ridgepoint::hf
