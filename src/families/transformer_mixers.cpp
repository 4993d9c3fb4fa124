// Mixers that keep a state instead of keys and values.

#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

Item linear(const char* name, const char* width, bool bias = false, References inputs = {}) {
  return layer(name, "linear", {{"out_features", width}, {"bias", bias}}, std::move(inputs));
}

}  // namespace

// Mamba (Gu and Dao, arXiv 2312.00752); with norms of dt, B and C as in Jamba (arXiv 2403.19887).
Block mamba_block(const TransformerOptions& options) {
  Block block{.name = "mamba", .inputs = {"x"}};
  block.items = {linear("in", "2 * inner", options.mamba_bias, {"x"}),
                 part("path", "0", "inner", {"in"}),
                 layer("conv", "causal_conv", {{"kernel", "conv_kernel"}, {"bias", options.conv_bias}}),
                 layer("silu", "silu"),
                 linear("select", "dt_rank + 2 * state"),
                 part("dt_low", "0", "dt_rank", {"select"}),
                 part("B", "dt_rank", "state", {"select"}),
                 part("C", "dt_rank + state", "state", {"select"})};
  References scan{"silu", "dt", "B", "C"};
  std::string low = "dt_low";
  if (options.mamba_norms) {
    append(block.items, {layer("dt_norm", "rms_norm", {}, {"dt_low"}), layer("B_norm", "rms_norm", {}, {"B"}),
                         layer("C_norm", "rms_norm", {}, {"C"})});
    scan = {"silu", "dt", "B_norm", "C_norm"};
    low = "dt_norm";
  }
  append(block.items, {linear("dt", "inner", true, {low}), layer("scan", "selective_scan", {}, std::move(scan)),
                       part("z", "inner", "inner", {"in"}), layer("gated", "gated", {}, {"z", "scan"}),
                       linear("out", "hidden", options.mamba_bias)});
  return block;
}

// Mamba 2 (Dao and Gu, arXiv 2405.21060): C, B and x are queries, keys and values of heads with a decay; learned per
// head are A, dt's bias and the skip D.
Block mamba2_block(const TransformerOptions& options) {
  Block block{.name = "mamba2", .inputs = {"x"}};
  block.items = {linear("in", "2 * inner + 2 * groups * state + ssm_heads", options.mamba_bias, {"x"}),
                 part("z", "0", "inner", {"in"}),
                 part("path", "inner", "inner + 2 * groups * state", {"in"}),
                 part("dt", "2 * inner + 2 * groups * state", "ssm_heads", {"in"}),
                 layer("conv", "causal_conv", {{"kernel", "conv_kernel"}, {"bias", options.conv_bias}}, {"path"}),
                 layer("silu", "silu"),
                 part("values", "0", "inner", {"silu"}),
                 part("B", "inner", "groups * state", {"silu"}),
                 part("C", "inner + groups * state", "groups * state", {"silu"}),
                 layer("ssd", "linear_attention",
                       {{"heads", "ssm_heads"},
                        {"key_heads", "groups"},
                        {"rule", "decay"},
                        {"chunk", "chunk"},
                        {"head_parameters", 3}},
                       {"C", "B", "values", "dt"}),
                 layer("gated", "gated", {}, {"z", "ssd"})};
  if (options.mamba2_norm) block.items.push_back(layer("norm", "rms_norm"));
  block.items.push_back(linear("out", "hidden", options.mamba_bias));
  return block;
}

// Gated delta-net (Yang et al., arXiv 2412.06464) as in Qwen3-Next: learned per head are A and dt's bias.
Block delta_block(const TransformerOptions&) {
  const char* keys = "delta_key_heads * delta_key_dim";
  const char* values = "delta_heads * delta_value_dim";
  const std::string path = std::string("2 * ") + keys + " + " + values;
  Block block{.name = "delta", .inputs = {"x"}};
  block.items = {linear("qkv", path.c_str(), false, {"x"}),
                 linear("z", values, false, {"x"}),
                 linear("beta_and_decay", "2 * delta_heads", false, {"x"}),
                 layer("conv", "causal_conv", {{"kernel", "conv_kernel"}, {"bias", false}}, {"qkv"}),
                 layer("silu", "silu"),
                 part("q", "0", keys, {"silu"}),
                 part("k", keys, keys, {"silu"}),
                 part("v", std::string("2 * ") + keys, values, {"silu"}),
                 layer("delta", "linear_attention",
                       {{"heads", "delta_heads"},
                        {"key_heads", "delta_key_heads"},
                        {"rule", "delta"},
                        {"chunk", "chunk"},
                        {"head_parameters", 2}},
                       {"q", "k", "v", "beta_and_decay"}),
                 view("by_head", {"batch", -1, "delta_heads", "delta_value_dim"}),
                 layer("norm", "rms_norm"),
                 view("joined", {"batch", -1, values}),
                 layer("gated", "gated", {}, {"z", "joined"}),
                 linear("out", "hidden")};
  return block;
}

// Kimi delta attention (arXiv 2510.26692): a gated delta-net whose decay is one per channel, made through a narrow
// middle, as its gate is; learned per head is A, per channel the bias of the decay.
Block kimi_delta_block(const TransformerOptions&) {
  const char* width = "delta_heads * delta_value_dim";
  Block block{.name = "kda", .inputs = {"x"}};
  block.items = {linear("qkv", "3 * delta_heads * delta_value_dim", false, {"x"}),
                 layer("conv", "causal_conv", {{"kernel", "conv_kernel"}, {"bias", false}}),
                 layer("silu", "silu"),
                 part("q", "0", width, {"silu"}),
                 part("k", width, width, {"silu"}),
                 part("v", std::string("2 * ") + width, width, {"silu"}),
                 linear("decay_down", "delta_value_dim", false, {"x"}),
                 linear("decay", width, true),
                 linear("beta", "delta_heads", false, {"x"}),
                 layer("delta", "linear_attention",
                       {{"heads", "delta_heads"}, {"rule", "delta"}, {"chunk", "chunk"}, {"head_parameters", 1}},
                       {"q", "k", "v", "beta", "decay"}),
                 view("by_head", {"batch", -1, "delta_heads", "delta_value_dim"}),
                 layer("norm", "rms_norm"),
                 view("joined", {"batch", -1, width}),
                 linear("gate_down", "delta_value_dim", false, {"x"}),
                 linear("gate", width),
                 layer("gated", "gated", {{"activation", "sigmoid"}}, {"gate", "joined"}),
                 linear("out", "hidden")};
  return block;
}

// Lightning attention (MiniMax-01, arXiv 2501.08313): linear attention with a fixed decay per head, a norm and a gate.
Block lightning_block(const TransformerOptions&) {
  const char* width = "heads * head_dim";
  Block block{.name = "lightning", .inputs = {"x"}};
  block.items = {
      linear("qkv", "3 * heads * head_dim", false, {"x"}),
      layer("silu", "silu"),
      part("q", "0", width, {"silu"}),
      part("k", width, width, {"silu"}),
      part("v", std::string("2 * ") + width, width, {"silu"}),
      layer("state", "linear_attention", {{"heads", "heads"}, {"rule", "decay"}, {"chunk", "chunk"}}, {"q", "k", "v"}),
      layer("norm", "rms_norm"),
      linear("gate", width, false, {"x"}),
      layer("gated", "gated", {{"activation", "sigmoid"}}, {"gate", "norm"}),
      linear("out", "hidden")};
  return block;
}

// The gated short convolution of LFM2 (Liquid AI, 2025): B, C and x of one projection, C conv(B x).
Block short_conv_block(const TransformerOptions& options) {
  Block block{.name = "conv", .inputs = {"x"}};
  block.items = {linear("in", "3 * hidden", options.mamba_bias, {"x"}),
                 part("B", "0", "hidden", {"in"}),
                 part("C", "hidden", "hidden", {"in"}),
                 part("values", "2 * hidden", "hidden", {"in"}),
                 layer("gated", "mul", {}, {"B", "values"}),
                 layer("conv", "causal_conv", {{"kernel", "conv_kernel"}, {"bias", options.conv_bias}}),
                 layer("gated_again", "mul", {}, {"C", "conv"}),
                 linear("out", "hidden", options.mamba_bias)};
  return block;
}

// Gemma 3n and 4: each token has an embedding of its own for each layer, which that layer gates and adds.
std::vector<Item> per_layer_items(const TransformerOptions& options, const std::string& x) {
  return {linear("per_layer_gate", "per_layer_input", false, {x}),
          part("per_layer_part", "0", "per_layer_input", {"per_layer_inputs"}),
          layer("per_layer_gated", "gated", {{"activation", options.activation}}, {"per_layer_gate", "per_layer_part"}),
          linear("per_layer_out", "hidden"),
          norm_item(options, "per_layer_norm"),
          layer("per_layer_add", "add", {}, {x, "per_layer_norm"})};
}

}  // namespace ridgepoint
