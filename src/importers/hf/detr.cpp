// DETR (Carion et al., arXiv 2005.12872): a ResNet, an encoder over its pixels, a decoder of object queries. The norms
// of the backbone are frozen: their statistics and factors are buffers.

#include <fmt/format.h>

#include <array>

#include "core/text.hpp"
#include "importers/hf/written.hpp"

namespace ridgepoint::hf {
namespace {

constexpr std::string_view kDetr = R"json({
  "name": "detr",
  "parameters": {"batch": 1, "height": 800, "width": 1088, "channels": 3, "hidden": 256, "heads": 8, "ffn": 2048,
   "encoder_layers": 6, "decoder_layers": 6, "queries": 100, "classes": 91, "depth1": 3, "depth2": 4, "depth3": 6,
   "depth4": 3, "rows": "ceil_div(height, 32)", "columns": "ceil_div(width, 32)", "pixels": "rows * columns"},
  "inputs": {"image": {"shape": ["batch", "channels", "height", "width"]},
   "positions": {"shape": ["batch", "pixels", "hidden"]}},
  "blocks": {
    "conv_norm": {"parameters": {"out": null, "kernel": 1, "stride": 1}, "layers": [
      {"op": "conv", "out_channels": "out", "kernel": "kernel", "stride": "stride", "padding": "kernel / 2",
       "bias": false},
      {"op": "batch_norm", "affine": false}]},
    "bottleneck": {"parameters": {"mid": null, "stride": 1, "project": 0}, "layers": [
      {"block": "conv_norm", "name": "reduce", "out": "mid"},
      {"op": "relu", "name": "relu1"},
      {"block": "conv_norm", "name": "conv", "out": "mid", "kernel": 3, "stride": "stride"},
      {"op": "relu", "name": "relu2"},
      {"block": "conv_norm", "name": "expand", "out": "4 * mid"},
      {"block": "conv_norm", "name": "shortcut", "inputs": "x", "out": "4 * mid", "stride": "stride",
       "repeat": "project"},
      {"op": "add", "inputs": ["expand", "shortcut"]},
      {"op": "relu", "name": "relu3"}]},
    "attention": {"inputs": ["query", "key", "value"], "layers": [
      {"op": "linear", "name": "q", "inputs": "query", "out_features": "hidden"},
      {"op": "linear", "name": "k", "inputs": "key", "out_features": "hidden"},
      {"op": "linear", "name": "v", "inputs": "value", "out_features": "hidden"},
      {"op": "attention", "inputs": ["q", "k", "v"], "heads": "heads"},
      {"op": "linear", "name": "o", "out_features": "hidden"}]},
    "mlp": {"layers": [
      {"op": "linear", "name": "up", "out_features": "ffn"},
      {"op": "relu"},
      {"op": "linear", "name": "down", "out_features": "hidden"}]},
    "encoder_layer": {"inputs": ["x", "positions"], "layers": [
      {"op": "add", "name": "placed", "inputs": ["x", "positions"]},
      {"block": "attention", "inputs": ["placed", "placed", "x"]},
      {"op": "add", "name": "attention_add", "inputs": ["x", "attention"]},
      {"op": "layer_norm", "name": "attention_norm"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["attention_norm", "mlp"]},
      {"op": "layer_norm", "name": "mlp_norm"}]},
    "decoder_layer": {"inputs": ["x", "query_places", "memory", "memory_placed"], "layers": [
      {"op": "add", "name": "placed", "inputs": ["x", "query_places"]},
      {"block": "attention", "name": "self_attention", "inputs": ["placed", "placed", "x"]},
      {"op": "add", "name": "self_add", "inputs": ["x", "self_attention"]},
      {"op": "layer_norm", "name": "self_norm"},
      {"op": "add", "name": "cross_placed", "inputs": ["self_norm", "query_places"]},
      {"block": "attention", "name": "cross_attention", "inputs": ["cross_placed", "memory_placed", "memory"]},
      {"op": "add", "name": "cross_add", "inputs": ["self_norm", "cross_attention"]},
      {"op": "layer_norm", "name": "cross_norm"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["cross_norm", "mlp"]},
      {"op": "layer_norm", "name": "mlp_norm"}]}
  },
  "layers": [
    {"op": "conv", "name": "conv1", "inputs": "image", "out_channels": 64, "kernel": 7, "stride": 2, "padding": 3,
     "bias": false},
    {"op": "batch_norm", "name": "conv1_norm", "affine": false},
    {"op": "relu", "name": "conv1_relu"},
    {"op": "pool", "name": "pool1", "kernel": 3, "stride": 2, "padding": 1},
    {"block": "bottleneck", "name": "stage1_first", "mid": 64, "project": 1},
    {"block": "bottleneck", "name": "stage1", "mid": 64, "repeat": "depth1 - 1"},
    {"block": "bottleneck", "name": "stage2_first", "mid": 128, "stride": 2, "project": 1},
    {"block": "bottleneck", "name": "stage2", "mid": 128, "repeat": "depth2 - 1"},
    {"block": "bottleneck", "name": "stage3_first", "mid": 256, "stride": 2, "project": 1},
    {"block": "bottleneck", "name": "stage3", "mid": 256, "repeat": "depth3 - 1"},
    {"block": "bottleneck", "name": "stage4_first", "mid": 512, "stride": 2, "project": 1},
    {"block": "bottleneck", "name": "stage4", "mid": 512, "repeat": "depth4 - 1"},
    {"op": "conv", "name": "input_projection", "out_channels": "hidden", "kernel": 1},
    {"op": "reshape", "name": "by_channel", "shape": ["batch", "hidden", "pixels"]},
    {"op": "transpose", "name": "by_pixel", "axes": [0, 2, 1]},
    {"block": "encoder_layer", "name": "encoder", "inputs": ["by_pixel", "positions"], "repeat": "encoder_layers"},
    {"op": "add", "name": "memory_placed", "inputs": ["encoder", "positions"]},
    {"op": "learned_tokens", "name": "query_position_embeddings", "inputs": "encoder", "tokens": "queries",
     "replace": true},
    {"op": "sub", "name": "no_content", "inputs": ["query_position_embeddings", "query_position_embeddings"]},
    {"block": "decoder_layer", "name": "decoder",
     "inputs": ["no_content", "query_position_embeddings", "encoder", "memory_placed"], "repeat": "decoder_layers"},
    {"op": "layer_norm", "name": "decoder_norm"},
    {"op": "linear", "name": "class_labels_classifier", "out_features": "classes + 1"},
    {"op": "linear", "name": "bbox_predictor1", "inputs": "decoder_norm", "out_features": "hidden"},
    {"op": "relu", "name": "bbox_relu1"},
    {"op": "linear", "name": "bbox_predictor2", "out_features": "hidden"},
    {"op": "relu", "name": "bbox_relu2"},
    {"op": "linear", "name": "bbox_predictor3", "out_features": 4},
    {"op": "sigmoid", "name": "boxes"}
  ]
})json";

struct Backbone {
  std::string_view name;
  std::vector<std::int64_t> depths;
};

// ResNets with bottlenecks: depths by name, or of their own config.
std::vector<std::int64_t> depths_of(Config& config) {
  static const std::array kBackbones{Backbone{"resnet50", {3, 4, 6, 3}}, Backbone{"resnet101", {3, 4, 23, 3}},
                                     Backbone{"resnet152", {3, 8, 36, 3}}};
  static const Keys kKeys{"backbone", "backbone_config"};
  const std::string name = config.text({"backbone"}, "resnet50");
  if (auto own = config.child({"backbone_config"})) {
    const std::string type = own->text({"model_type"}, "resnet");
    const bool plain = type == "resnet" && own->text({"layer_type"}, "bottleneck") == "bottleneck";
    auto depths = own->list({"depths"}, 4);
    if (plain && depths) return *depths;
    if (plain) return kBackbones.front().depths;
    const std::string given = own->text({"backbone"}, "");
    for (const Backbone& known : kBackbones) {
      if (known.name == given) return known.depths;
    }
    config.fail({"backbone_config"}, "a backbone that is not known here", "a resnet with bottlenecks");
  }
  for (const Backbone& known : kBackbones) {
    if (known.name == name) return known.depths;
  }
  config.fail(kKeys, fmt::format("unknown backbone {}", in_quotes(name)), "resnet50, resnet101 or resnet152");
}

std::int64_t common(Config& config, Keys keys, Keys other, std::int64_t fallback) {
  const std::int64_t value = config.size_or(keys, fallback).value;
  if (config.size_or(other, fallback).value == value) return value;
  config.fail(other, fmt::format("{} and {} differ", in_quotes(*keys.begin()), in_quotes(*other.begin())),
              "the same number");
}

std::vector<std::string_view> types() { return {"detr"}; }

Description read(Reading& reading) {
  Config& config = reading.root;
  const auto depths = depths_of(config);
  const std::int64_t heads = common(config, {"encoder_attention_heads"}, {"decoder_attention_heads"}, 8);
  const std::int64_t hidden = config.size_or({"d_model", "hidden_size"}, 256).value;
  expect_heads(config, {"encoder_attention_heads"}, heads, hidden);
  if (config.flag({"dilation"}, false)) config.fail({"dilation"}, "a backbone with dilation", "false");
  if (activation_word(config, {"activation_function"}, "relu", false) != "relu") {
    config.fail({"activation_function"}, "an activation that is not known here", "relu");
  }
  for (const std::int64_t depth : depths) {
    if (depth < 1) config.fail({"backbone_config"}, "a stage without layers", "at least 1 in each");
  }
  Description description =
      written(reading, kDetr,
              {{"hidden", hidden},
               {"heads", heads},
               {"ffn", common(config, {"encoder_ffn_dim"}, {"decoder_ffn_dim"}, 2048)},
               {"encoder_layers", config.size_or({"encoder_layers", "num_hidden_layers"}, 6).value},
               {"decoder_layers", config.size_or({"decoder_layers"}, 6).value},
               {"queries", config.size_or({"num_queries"}, 100).value},
               {"channels", config.size_or({"num_channels"}, 3).value},
               {"classes", label_count(config).value},
               {"depth1", depths[0]},
               {"depth2", depths[1]},
               {"depth3", depths[2]},
               {"depth4", depths[3]}});
  config.ignore({"auxiliary_loss", "backbone_kwargs", "bbox_cost", "class_cost", "giou_cost", "bbox_loss_coefficient",
                 "dice_loss_coefficient", "eos_coefficient", "giou_loss_coefficient", "mask_loss_coefficient",
                 "max_position_embeddings", "position_embedding_type", "use_timm_backbone", "use_pretrained_backbone",
                 "num_labels", "backbone"});
  if (reading.architecture_ends("Model")) description.items.resize(description.items.size() - 7);
  reading.expect_head({"Model", "ForObjectDetection"});
  return description;
}

}  // namespace

const Kind kDetectors{types, read, "detectors"};

}  // namespace ridgepoint::hf
