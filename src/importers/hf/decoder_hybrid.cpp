// Decoders that mix attention with layers that keep a state.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

std::vector<std::string> spread(std::int64_t layers, const std::function<std::string(std::int64_t)>& word) {
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < layers; ++i) words.push_back(word(i));
  return words;
}

}  // namespace

// Gated delta-nets in three layers of four, gated attention in the fourth (Qwen3-Next, Qwen3.5).
void map_delta_hybrid(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  config.ignore({"output_gate_type", "mamba_ssm_dtype"});
  const std::int64_t layers = compact.number("layers");
  const std::int64_t interval = std::max<std::int64_t>(config.count({"full_attention_interval"}, 4), 1);
  if (!config.has("layer_types")) {
    compact.set("layer_types",
                spread(layers, [&](std::int64_t i) { return (i + 1) % interval == 0 ? "full" : "delta"; }));
  }
  compact.set("attention_gate", config.flag({"attn_output_gate"}, true));
  compact.set("delta_heads", config.required({"linear_num_value_heads"}));
  compact.set("delta_key_heads", config.required({"linear_num_key_heads"}));
  compact.set("delta_key_dim", config.required({"linear_key_head_dim"}));
  compact.set("delta_value_dim", config.required({"linear_value_head_dim"}));
  compact.set("conv_kernel", config.size_or({"linear_conv_kernel_dim"}, 4));
}

// Mamba in seven layers of eight, experts in every other one (arXiv 2403.19887).
void map_jamba(Reading&, Config& config, Compact& compact) {
  config.ignore({"calc_logits_for_entire_prompt", "num_logits_to_keep"});
  const std::int64_t period = std::max<std::int64_t>(config.count({"attn_layer_period"}, 8), 1);
  const std::int64_t offset = config.count({"attn_layer_offset"}, 4);
  const std::int64_t layers = compact.number("layers");
  if (!config.has("layers_block_type") && !config.has("layer_types")) {
    compact.set("layer_types", spread(layers, [&](std::int64_t i) { return i % period == offset ? "full" : "mamba"; }));
  }
  compact.set("inner", config.count({"mamba_expand"}, 2) * compact.number("hidden"));
  compact.set("state", config.size_or({"mamba_d_state"}, 16));
  compact.set("conv_kernel", config.size_or({"mamba_d_conv"}, 4));
  const Node* rank = config.find({"mamba_dt_rank"});
  if (rank != nullptr && rank->kind == Node::Kind::kInteger) compact.set("dt_rank", *config.size({"mamba_dt_rank"}));
  compact.set("conv_bias", config.flag({"mamba_conv_bias"}, true));
  compact.set("mamba_bias", config.flag({"mamba_proj_bias"}, false));
  compact.set("mamba_norms", true);
}

}  // namespace ridgepoint::hf
