// SAM (Kirillov et al., arXiv 2304.02643): an encoder of images with windows and decomposed relative positions (as in
// MViTv2, arXiv 2112.01526), an encoder of prompts, and a small decoder that goes both ways between prompts and image.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/written.hpp"

namespace ridgepoint::hf {
namespace {

// `prompts` are points and one that fills up, as the transformers library has it without boxes.
constexpr std::string_view kSam = R"json({
  "name": "sam",
  "parameters": {"batch": 1, "image": 1024, "patch": 16, "channels": 3, "hidden": 768, "heads": 12, "ffn": 3072,
   "window": 14, "width": 256, "inner": 128, "decoder_heads": 8, "decoder_ffn": 2048, "decoder_layers": 2,
   "iou_hidden": 256, "mask_channels": 16, "masks": 4, "prompts": 2, "head_dim": "exact_div(hidden, heads)",
   "grid": "exact_div(image, patch)", "across": "ceil_div(grid, window)", "padded": "across * window"},
  "inputs": {"image": {"shape": ["batch", "channels", "image", "image"]},
   "prompt_vectors": {"shape": ["batch", "prompts", "width"]},
   "image_places": {"shape": ["batch", "grid * grid", "width"]},
   "mask": {"shape": ["batch", 1, "4 * grid", "4 * grid"]}},
  "blocks": {
    "norm_2d": {"layers": [
      {"op": "transpose", "name": "last", "axes": [0, 2, 3, 1], "free": true},
      {"op": "layer_norm", "name": "norm"},
      {"op": "transpose", "name": "first", "axes": [0, 3, 1, 2], "free": true}]},
    "attention": {"inputs": ["x"], "parameters": {"size": null}, "layers": [
      {"op": "linear", "name": "qkv", "inputs": "x", "out_features": "3 * hidden"},
      {"op": "slice", "name": "q", "inputs": "qkv", "axis": -1, "start": 0, "length": "hidden"},
      {"op": "slice", "name": "k", "inputs": "qkv", "axis": -1, "start": "hidden", "length": "hidden"},
      {"op": "slice", "name": "v", "inputs": "qkv", "axis": -1, "start": "2 * hidden", "length": "hidden"},
      {"op": "reshape", "name": "q_grid", "inputs": "q", "shape": [-1, "size", "size", "heads", "head_dim"]},
      {"op": "transpose", "name": "q_by_row", "inputs": "q_grid", "axes": [1, 0, 3, 2, 4], "free": true},
      {"op": "reshape", "name": "row_queries", "shape": ["size", -1, "head_dim"]},
      {"op": "constant", "name": "rel_pos_h", "inputs": "x", "shape": ["2 * size - 1", "head_dim"]},
      {"op": "index_select", "name": "rel_h_rows", "axis": 0, "count": "size * size"},
      {"op": "reshape", "name": "rel_h_table", "shape": ["size", "size", "head_dim"]},
      {"op": "matmul", "name": "rel_h", "inputs": ["row_queries", "rel_h_table"], "transpose_b": true},
      {"op": "reshape", "name": "rel_h_split", "shape": ["size", -1, "heads", "size", "size"]},
      {"op": "transpose", "name": "rel_h_by_query", "axes": [1, 2, 0, 3, 4], "free": true},
      {"op": "reshape", "name": "rel_h_scores", "shape": [-1, "heads", "size", "size", "size", 1]},
      {"op": "transpose", "name": "q_by_column", "inputs": "q_grid", "axes": [2, 0, 3, 1, 4], "free": true},
      {"op": "reshape", "name": "column_queries", "shape": ["size", -1, "head_dim"]},
      {"op": "constant", "name": "rel_pos_w", "inputs": "x", "shape": ["2 * size - 1", "head_dim"]},
      {"op": "index_select", "name": "rel_w_rows", "axis": 0, "count": "size * size"},
      {"op": "reshape", "name": "rel_w_table", "shape": ["size", "size", "head_dim"]},
      {"op": "matmul", "name": "rel_w", "inputs": ["column_queries", "rel_w_table"], "transpose_b": true},
      {"op": "reshape", "name": "rel_w_split", "shape": ["size", -1, "heads", "size", "size"]},
      {"op": "transpose", "name": "rel_w_by_query", "axes": [1, 2, 3, 0, 4], "free": true},
      {"op": "reshape", "name": "rel_w_scores", "shape": [-1, "heads", "size", "size", 1, "size"]},
      {"op": "add", "name": "rel_pos", "inputs": ["rel_h_scores", "rel_w_scores"]},
      {"op": "reshape", "name": "bias", "shape": [-1, "heads", "size * size", "size * size"]},
      {"op": "attention", "inputs": ["q", "k", "v", "bias"], "heads": "heads"},
      {"op": "linear", "name": "proj", "out_features": "hidden"}]},
    "mlp": {"layers": [
      {"op": "linear", "name": "lin1", "out_features": "ffn"},
      {"op": "gelu"},
      {"op": "linear", "name": "lin2", "out_features": "hidden"}]},
    "window_layer": {"inputs": ["x"], "layers": [
      {"op": "layer_norm", "name": "layer_norm1", "inputs": "x"},
      {"op": "pad", "before": [0, 0, 0], "behind": ["padded - grid", "padded - grid", 0]},
      {"op": "reshape", "name": "windows_apart", "shape": ["batch", "across", "window", "across", "window", "hidden"]},
      {"op": "transpose", "name": "cut", "axes": [0, 1, 3, 2, 4, 5]},
      {"op": "reshape", "name": "windows", "shape": [-1, "window * window", "hidden"]},
      {"block": "attention", "name": "attn", "size": "window"},
      {"op": "reshape", "name": "by_window", "shape": ["batch", "across", "across", "window", "window", "hidden"]},
      {"op": "transpose", "name": "joined", "axes": [0, 1, 3, 2, 4, 5]},
      {"op": "reshape", "name": "padded_tokens", "shape": ["batch", "padded", "padded", "hidden"]},
      {"op": "slice", "name": "rows", "axis": 1, "length": "grid"},
      {"op": "slice", "name": "tokens", "axis": 2, "length": "grid"},
      {"op": "add", "name": "attn_add", "inputs": ["x", "tokens"]},
      {"op": "layer_norm", "name": "layer_norm2"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["attn_add", "mlp"]}]},
    "global_layer": {"inputs": ["x"], "layers": [
      {"op": "layer_norm", "name": "layer_norm1", "inputs": "x"},
      {"op": "reshape", "name": "whole", "shape": ["batch", "grid * grid", "hidden"]},
      {"block": "attention", "name": "attn", "size": "grid"},
      {"op": "reshape", "name": "tokens", "shape": ["batch", "grid", "grid", "hidden"]},
      {"op": "add", "name": "attn_add", "inputs": ["x", "tokens"]},
      {"op": "layer_norm", "name": "layer_norm2"},
      {"block": "mlp"},
      {"op": "add", "name": "mlp_add", "inputs": ["attn_add", "mlp"]}]},
    "mask_embed": {"inputs": ["mask"], "layers": [
      {"op": "conv", "name": "conv1", "inputs": "mask", "out_channels": "mask_channels / 4", "kernel": 2, "stride": 2},
      {"block": "norm_2d", "name": "layer_norm1"},
      {"op": "gelu", "name": "gelu1"},
      {"op": "conv", "name": "conv2", "out_channels": "mask_channels", "kernel": 2, "stride": 2},
      {"block": "norm_2d", "name": "layer_norm2"},
      {"op": "gelu", "name": "gelu2"},
      {"op": "conv", "name": "conv3", "out_channels": "width", "kernel": 1}]},
    "mask_attention": {"inputs": ["query", "key", "value"], "parameters": {"within": null}, "layers": [
      {"op": "linear", "name": "q", "inputs": "query", "out_features": "within"},
      {"op": "linear", "name": "k", "inputs": "key", "out_features": "within"},
      {"op": "linear", "name": "v", "inputs": "value", "out_features": "within"},
      {"op": "attention", "inputs": ["q", "k", "v"], "heads": "decoder_heads"},
      {"op": "linear", "name": "out", "out_features": "width"}]},
    "two_way_layer": {"inputs": ["queries", "keys", "query_places", "key_places"], "outputs": ["norm3", "norm4"],
     "layers": [
      {"op": "add", "name": "self_placed", "inputs": ["queries", "query_places"]},
      {"block": "mask_attention", "name": "self_attn", "inputs": ["self_placed", "self_placed", "queries"],
       "within": "width"},
      {"op": "add", "name": "self_add", "inputs": ["queries", "self_attn"]},
      {"op": "layer_norm", "name": "norm1"},
      {"op": "add", "name": "token_placed", "inputs": ["norm1", "query_places"]},
      {"op": "add", "name": "image_placed", "inputs": ["keys", "key_places"]},
      {"block": "mask_attention", "name": "cross_attn_token_to_image",
       "inputs": ["token_placed", "image_placed", "keys"], "within": "inner"},
      {"op": "add", "name": "token_add", "inputs": ["norm1", "cross_attn_token_to_image"]},
      {"op": "layer_norm", "name": "norm2"},
      {"op": "linear", "name": "lin1", "out_features": "decoder_ffn"},
      {"op": "relu"},
      {"op": "linear", "name": "lin2", "out_features": "width"},
      {"op": "add", "name": "mlp_add", "inputs": ["norm2", "lin2"]},
      {"op": "layer_norm", "name": "norm3"},
      {"op": "add", "name": "answer_placed", "inputs": ["norm3", "query_places"]},
      {"block": "mask_attention", "name": "cross_attn_image_to_token",
       "inputs": ["image_placed", "answer_placed", "norm3"], "within": "inner"},
      {"op": "add", "name": "image_add", "inputs": ["keys", "cross_attn_image_to_token"]},
      {"op": "layer_norm", "name": "norm4"}]},
    "feed_forward": {"inputs": ["x"], "parameters": {"within": null, "out": null}, "layers": [
      {"op": "linear", "name": "proj_in", "inputs": "x", "out_features": "within"},
      {"op": "relu", "name": "relu1"},
      {"op": "linear", "name": "layers", "out_features": "within"},
      {"op": "relu", "name": "relu2"},
      {"op": "linear", "name": "proj_out", "out_features": "out"}]},
    "hypernetwork": {"inputs": ["tokens"], "parameters": {"number": null}, "layers": [
      {"op": "slice", "name": "token", "inputs": "tokens", "axis": 1, "start": "1 + number", "length": 1},
      {"block": "feed_forward", "within": "width", "out": "width / 8"}]}
  },
  "layers": [
    {"op": "conv", "name": "patch_embed", "inputs": "image", "out_channels": "hidden", "kernel": "patch",
     "stride": "patch"},
    {"op": "transpose", "name": "channels_last", "axes": [0, 2, 3, 1]},
    {"op": "learned_add", "name": "pos_embed", "axes": 3},
    {"block": "global_layer", "name": "layers"},
    {"op": "transpose", "name": "neck_input", "axes": [0, 3, 1, 2]},
    {"op": "conv", "name": "neck_conv1", "out_channels": "width", "kernel": 1, "bias": false},
    {"block": "norm_2d", "name": "neck_norm1"},
    {"op": "conv", "name": "neck_conv2", "out_channels": "width", "kernel": 3, "padding": 1, "bias": false},
    {"block": "norm_2d", "name": "neck_norm2"},
    {"op": "reshape", "name": "flat", "shape": ["batch", "width", "grid * grid"]},
    {"op": "transpose", "name": "image_tokens", "axes": [0, 2, 1]},
    {"op": "constant", "name": "point_embed", "inputs": "prompt_vectors", "shape": [5, "width"], "skip": 1},
    {"op": "constant", "name": "shared_image_embedding", "inputs": "prompt_vectors", "shape": [2, "width / 2"],
     "skip": 1},
    {"block": "mask_embed", "inputs": "mask", "skip": 1},
    {"op": "bias", "name": "no_mask_embed", "inputs": "image_tokens"},
    {"op": "learned_tokens", "name": "output_tokens", "inputs": "prompt_vectors", "tokens": "1 + masks"},
    {"block": "two_way_layer", "name": "transformer",
     "inputs": ["output_tokens", "no_mask_embed", "output_tokens", "image_places"], "repeat": "decoder_layers"},
    {"op": "add", "name": "final_placed", "inputs": ["transformer", "output_tokens"]},
    {"op": "add", "name": "final_image", "inputs": ["transformer:1", "image_places"]},
    {"block": "mask_attention", "name": "final_attn_token_to_image",
     "inputs": ["final_placed", "final_image", "transformer:1"], "within": "inner"},
    {"op": "add", "name": "final_add", "inputs": ["transformer", "final_attn_token_to_image"]},
    {"op": "layer_norm", "name": "layer_norm_final_attn"},
    {"op": "transpose", "name": "image_by_channel", "inputs": "transformer:1", "axes": [0, 2, 1]},
    {"op": "reshape", "name": "image_grid", "shape": ["batch", "width", "grid", "grid"]},
    {"op": "conv_transpose", "name": "upscale_conv1", "out_channels": "width / 4", "kernel": 2, "stride": 2},
    {"block": "norm_2d", "name": "upscale_layer_norm"},
    {"op": "gelu", "name": "upscale_gelu1"},
    {"op": "conv_transpose", "name": "upscale_conv2", "out_channels": "width / 8", "kernel": 2, "stride": 2},
    {"op": "gelu", "name": "upscale_gelu2"},
    {"op": "reshape", "name": "upscaled", "shape": ["batch", "width / 8", "16 * grid * grid"]},
    {"op": "concat", "name": "hyper_in", "axis": 1},
    {"op": "matmul", "name": "low_res_masks", "inputs": ["hyper_in", "upscaled"]},
    {"op": "slice", "name": "iou_token", "inputs": "layer_norm_final_attn", "axis": 1, "length": 1},
    {"block": "feed_forward", "name": "iou_prediction_head", "within": "iou_hidden", "out": "masks"}
  ]
})json";

// Layers with windows, and those at `whole` that see the whole image.
std::vector<Item> vision_layers(std::int64_t layers, const std::vector<std::int64_t>& whole) {
  std::vector<Item> items;
  const auto is_whole = [&](std::int64_t i) { return std::find(whole.begin(), whole.end(), i) != whole.end(); };
  for (std::int64_t i = 0; i < layers;) {
    std::int64_t end = i + 1;
    while (end < layers && is_whole(end) == is_whole(i)) ++end;
    items.push_back(use(fmt::format("layers{}", i), is_whole(i) ? "global_layer" : "window_layer", {}, {}, end - i));
    i = end;
  }
  return items;
}

// A small network for each mask, which turns the mask's token into the weights of the last layer.
void add_hypernetworks(std::int64_t masks, Description& description) {
  const auto place = std::find_if(description.items.begin(), description.items.end(),
                                  [](const Item& item) { return item.name == "hyper_in"; });
  std::vector<Item> items;
  for (std::int64_t i = 0; i < masks; ++i) {
    items.push_back(
        use(fmt::format("output_hypernetworks_mlps{}", i), "hypernetwork", {{"number", i}}, {"layer_norm_final_attn"}));
    place->inputs.emplace_back(items.back().name);
  }
  description.items.insert(place, items.begin(), items.end());
}

struct Parts {
  Config vision;
  Config prompts;
  Config masks;
};

void expect_known(Parts& parts) {
  if (!parts.vision.flag({"use_rel_pos"}, true)) parts.vision.fail({"use_rel_pos"}, "no relative positions", "true");
  if (!parts.vision.flag({"use_abs_pos"}, true)) parts.vision.fail({"use_abs_pos"}, "no learned positions", "true");
  if (!parts.vision.flag({"qkv_bias"}, true)) parts.vision.fail({"qkv_bias"}, "projections without biases", "true");
  if (parts.masks.size_or({"iou_head_depth"}, 3).value != 3) {
    parts.masks.fail({"iou_head_depth"}, "a head of another depth", "3");
  }
  parts.vision.ignore({"intermediate_size", "num_pos_feats", "projection_dim", "hidden_act", "model_type"});
  parts.prompts.ignore({"hidden_size", "image_embedding_size", "image_size", "num_point_embeddings", "patch_size",
                        "hidden_act", "model_type"});
  parts.masks.ignore({"hidden_act", "model_type"});
}

Description describe(Reading& reading, Parts& parts) {
  const std::int64_t hidden = parts.vision.size_or({"hidden_size"}, 768).value;
  const std::int64_t heads = parts.vision.size_or({"num_attention_heads"}, 12).value;
  expect_heads(parts.vision, {"num_attention_heads"}, heads, hidden);
  const double ratio = parts.vision.real({"mlp_ratio"}, 4);
  const auto ffn = static_cast<std::int64_t>(static_cast<double>(hidden) * ratio);
  const std::int64_t layers = parts.vision.size_or({"num_hidden_layers"}, 12).value;
  const std::int64_t width = parts.masks.size_or({"hidden_size"}, 256).value;
  const std::int64_t masks = parts.masks.count({"num_multimask_outputs"}, 3) + 1;
  Description description = written(reading, kSam,
                                    {{"image", parts.vision.size_or({"image_size"}, 1024).value},
                                     {"patch", parts.vision.size_or({"patch_size"}, 16).value},
                                     {"channels", parts.vision.size_or({"num_channels"}, 3).value},
                                     {"hidden", hidden},
                                     {"heads", heads},
                                     {"ffn", parts.vision.size_or({"mlp_dim"}, ffn).value},
                                     {"window", parts.vision.size_or({"window_size"}, 14).value},
                                     {"width", width},
                                     {"inner", width / parts.masks.size_or({"attention_downsample_rate"}, 2).value},
                                     {"decoder_heads", parts.masks.size_or({"num_attention_heads"}, 8).value},
                                     {"decoder_ffn", parts.masks.size_or({"mlp_dim"}, 2048).value},
                                     {"decoder_layers", parts.masks.size_or({"num_hidden_layers"}, 2).value},
                                     {"iou_hidden", parts.masks.size_or({"iou_head_hidden_dim"}, 256).value},
                                     {"mask_channels", parts.prompts.size_or({"mask_input_channels"}, 16).value},
                                     {"masks", masks}});
  if (parts.vision.size_or({"output_channels"}, 256).value != width) {
    parts.vision.fail({"output_channels"}, "another width than the decoder of masks has", std::to_string(width));
  }
  const auto whole = parts.vision.list({"global_attn_indexes"}).value_or(std::vector<std::int64_t>{2, 5, 8, 11});
  replace_item(description, "layers", vision_layers(layers, whole));
  add_hypernetworks(masks, description);
  return description;
}

std::vector<std::string_view> types() { return {"sam"}; }

Description read(Reading& reading) {
  const auto part = [&](std::string_view key) {
    auto found = reading.root.child({key});
    if (found) return *found;
    reading.root.fail({key}, fmt::format("missing key {} in the config", in_quotes(key)), "the sizes of this part");
  };
  Parts parts{part("vision_config"), part("prompt_encoder_config"), part("mask_decoder_config")};
  Description description = describe(reading, parts);
  expect_known(parts);
  for (const Config* config : {&parts.vision, &parts.prompts, &parts.masks}) reading.warn_of_strangers(*config);
  return description;
}

}  // namespace

const Kind kSegmenters{types, read, "segmenters"};

}  // namespace ridgepoint::hf
