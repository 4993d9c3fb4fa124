// DiT (Peebles and Xie, arXiv 2212.09748) as the diffusers library has it: one denoising step. Each layer embeds time
// and class by itself, and the table of positions is a buffer
// (https://huggingface.co/docs/diffusers/api/models/dit_transformer2d).

#include <fmt/format.h>

#include "core/text.hpp"
#include "importers/hf/written.hpp"

namespace ridgepoint::hf {
namespace {

constexpr std::string_view kDit = R"json({
  "name": "dit",
  "parameters": {"batch": 1, "latent": 32, "channels": 4, "out_channels": 4, "patch": 2, "layers": 28, "heads": 16,
   "head_dim": 72, "classes": 1000, "bias": 1, "hidden": "heads * head_dim", "side": "exact_div(latent, patch)",
   "tokens": "side * side"},
  "inputs": {"latents": {"shape": ["batch", "channels", "latent", "latent"]},
   "time_waves": {"shape": ["batch", 256]}, "labels": {"shape": ["batch"], "dtype": "int64"},
   "position_waves": {"shape": ["tokens", "hidden"]}},
  "blocks": {
    "modulate": {"inputs": ["x", "shift", "scale"], "layers": [
      {"op": "layer_norm", "inputs": "x", "weight": false, "bias": false},
      {"op": "mul", "name": "scaled", "inputs": ["layer_norm", "scale"]},
      {"op": "add", "name": "shifted", "inputs": ["scaled", "shift"]}]},
    "part": {"inputs": ["all"], "parameters": {"number": null}, "layers": [
      {"op": "slice", "axis": -1, "start": "number * hidden", "length": "hidden"},
      {"op": "reshape", "shape": ["batch", 1, "hidden"]}]},
    "embed": {"inputs": ["waves", "labels"], "layers": [
      {"op": "linear", "name": "timestep_embedder1", "inputs": "waves", "out_features": "hidden"},
      {"op": "silu", "name": "timestep_silu"},
      {"op": "linear", "name": "timestep_embedder2", "out_features": "hidden"},
      {"op": "embedding", "name": "class_embedder", "inputs": "labels", "rows": "classes + 1", "dim": "hidden"},
      {"op": "add", "name": "condition", "inputs": ["timestep_embedder2", "class_embedder"]},
      {"op": "silu", "name": "condition_silu"}]},
    "layer": {"inputs": ["x", "condition"], "layers": [
      {"op": "linear", "name": "norm1_linear", "inputs": "condition", "out_features": "6 * hidden"},
      {"block": "part", "name": "shift1", "inputs": "norm1_linear", "number": 0},
      {"block": "part", "name": "scale1", "inputs": "norm1_linear", "number": 1},
      {"block": "part", "name": "gate1", "inputs": "norm1_linear", "number": 2},
      {"block": "part", "name": "shift2", "inputs": "norm1_linear", "number": 3},
      {"block": "part", "name": "scale2", "inputs": "norm1_linear", "number": 4},
      {"block": "part", "name": "gate2", "inputs": "norm1_linear", "number": 5},
      {"block": "modulate", "name": "norm1", "inputs": ["x", "shift1", "scale1"]},
      {"op": "linear", "name": "to_q", "inputs": "norm1", "out_features": "hidden", "bias": "bias"},
      {"op": "linear", "name": "to_k", "inputs": "norm1", "out_features": "hidden", "bias": "bias"},
      {"op": "linear", "name": "to_v", "inputs": "norm1", "out_features": "hidden", "bias": "bias"},
      {"op": "attention", "inputs": ["to_q", "to_k", "to_v"], "heads": "heads"},
      {"op": "linear", "name": "to_out", "out_features": "hidden"},
      {"op": "mul", "name": "gated1", "inputs": ["to_out", "gate1"]},
      {"op": "add", "name": "add1", "inputs": ["x", "gated1"]},
      {"block": "modulate", "name": "norm3", "inputs": ["add1", "shift2", "scale2"]},
      {"op": "linear", "name": "ff_up", "out_features": "4 * hidden"},
      {"op": "gelu_tanh"},
      {"op": "linear", "name": "ff_down", "out_features": "hidden"},
      {"op": "mul", "name": "gated2", "inputs": ["ff_down", "gate2"]},
      {"op": "add", "name": "add2", "inputs": ["add1", "gated2"]}]},
    "embedded_layer": {"inputs": ["x", "waves", "labels"], "layers": [
      {"block": "embed", "inputs": ["waves", "labels"]},
      {"block": "layer", "inputs": ["x", "embed"]}]}
  },
  "layers": [
    {"op": "conv", "name": "pos_embed_proj", "inputs": "latents", "out_channels": "hidden", "kernel": "patch",
     "stride": "patch"},
    {"op": "reshape", "name": "by_channel", "shape": ["batch", "hidden", "tokens"]},
    {"op": "transpose", "name": "by_token", "axes": [0, 2, 1], "free": true},
    {"op": "add", "name": "pos_embed", "inputs": ["by_token", "position_waves"]},
    {"block": "embed", "name": "first_embed", "inputs": ["time_waves", "labels"]},
    {"block": "layer", "name": "first_layer", "inputs": ["pos_embed", "first_embed"]},
    {"block": "embedded_layer", "name": "layers", "inputs": ["first_layer", "time_waves", "labels"],
     "repeat": "layers - 1"},
    {"op": "linear", "name": "proj_out_1", "inputs": "first_embed", "out_features": "2 * hidden"},
    {"block": "part", "name": "final_shift", "inputs": "proj_out_1", "number": 0},
    {"block": "part", "name": "final_scale", "inputs": "proj_out_1", "number": 1},
    {"block": "modulate", "name": "norm_out", "inputs": ["layers", "final_shift", "final_scale"]},
    {"op": "linear", "name": "proj_out_2", "out_features": "patch * patch * out_channels"}
  ]
})json";

std::vector<std::string_view> types() { return {"DiTTransformer2DModel", "Transformer2DModel"}; }

Description read(Reading& reading) {
  Config& config = reading.root;
  if (const std::string norm = config.text({"norm_type"}, reading.type.starts_with("DiT") ? "ada_norm_zero" : "");
      norm != "ada_norm_zero") {
    config.fail({"norm_type"}, fmt::format("a transformer of diffusion with norms of the kind {}", in_quotes(norm)),
                "ada_norm_zero: that of DiT");
  }
  if (const std::string activation = config.text({"activation_fn"}, "gelu-approximate");
      activation != "gelu-approximate") {
    config.fail({"activation_fn"}, fmt::format("unknown activation {}", in_quotes(activation)), "gelu-approximate");
  }
  if (config.has("cross_attention_dim")) config.fail({"cross_attention_dim"}, "attention to a text", "null");
  const std::int64_t channels = config.size_or({"in_channels"}, 4).value;
  config.ignore({"norm_elementwise_affine", "norm_num_groups", "num_vector_embeds", "only_cross_attention",
                 "upcast_attention", "use_linear_projection", "attention_type", "caption_channels",
                 "double_self_attention", "interpolation_scale", "use_additional_conditions"});
  return written(reading, kDit,
                 {{"latent", config.size_or({"sample_size"}, 32).value},
                  {"channels", channels},
                  {"out_channels", config.size_or({"out_channels"}, channels).value},
                  {"patch", config.size_or({"patch_size"}, 2).value},
                  {"layers", config.size_or({"num_layers"}, 28).value},
                  {"heads", config.size_or({"num_attention_heads"}, 16).value},
                  {"head_dim", config.size_or({"attention_head_dim"}, 72).value},
                  {"classes", config.size_or({"num_embeds_ada_norm"}, 1000).value},
                  {"bias", config.flag({"attention_bias"}, true) ? 1 : 0}});
}

}  // namespace

const Kind kDiffusion{types, read, "transformers of diffusion, by their `_class_name`"};

}  // namespace ridgepoint::hf
