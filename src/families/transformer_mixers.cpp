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
                 layer("gated", "gated", {}, {"z", "ssd"}),
                 layer("norm", "rms_norm"),
                 linear("out", "hidden", options.mamba_bias)};
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

}  // namespace ridgepoint
