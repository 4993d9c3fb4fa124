// RWKV: a recurrence in the place of attention, which keeps a state. Version 4: Peng et al., arXiv 2305.13048, channel
// by channel; 5 and 6: arXiv 2404.05892, heads with a matrix each, in 6 with mixes and a decay that follow from the
// input.

#include <fmt/format.h>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/written.hpp"

namespace ridgepoint::hf {
namespace {

// A token is mixed with the one before it: while decoding that one is kept, here it is a row of padding.
constexpr std::string_view kRwkv = R"json({
  "name": "rwkv",
  "parameters": {"batch": 1, "seq": 1024, "logits": "seq", "layers": 12, "hidden": 768, "attention": "hidden",
   "ffn": "4 * hidden", "vocab": 50277, "heads": "exact_div(attention, 64)", "mix_rank": 32, "decay_rank": 64},
  "phases": {"inference": {}, "prefill": {"logits": 1}, "decode": {"seq": 1}, "training": {}},
  "inputs": {"tokens": {"shape": ["batch", "seq"], "dtype": "int64"}},
  "blocks": {
    "shift": {"layers": [
      {"op": "pad", "before": [1, 0], "behind": [0, 0]},
      {"op": "slice", "axis": 1, "length": "seq"}]},
    "mix": {"inputs": ["before", "change"], "layers": [
      {"op": "layer_scale", "inputs": "change"},
      {"op": "add", "inputs": ["before", "layer_scale"]}]},
    "moved_mix": {"inputs": ["before", "change", "more"], "layers": [
      {"op": "bias", "name": "factor", "inputs": "more"},
      {"op": "mul", "name": "moved", "inputs": ["change", "factor"]},
      {"op": "add", "inputs": ["before", "moved"]}]},
    "time_mix_4": {"layers": [
      {"block": "shift", "name": "before"},
      {"op": "sub", "name": "change", "inputs": ["x", "before"]},
      {"block": "mix", "name": "mixed_k", "inputs": ["before", "change"]},
      {"op": "linear", "name": "key", "out_features": "attention", "bias": false},
      {"block": "mix", "name": "mixed_v", "inputs": ["before", "change"]},
      {"op": "linear", "name": "value", "out_features": "attention", "bias": false},
      {"block": "mix", "name": "mixed_r", "inputs": ["before", "change"]},
      {"op": "linear", "name": "receptance", "out_features": "attention", "bias": false},
      {"op": "wkv", "inputs": ["key", "value"]},
      {"op": "gated", "inputs": ["receptance", "wkv"], "activation": "sigmoid"},
      {"op": "linear", "name": "output", "out_features": "hidden", "bias": false}]},
    "heads_out": {"inputs": ["state", "gate"], "layers": [
      {"op": "reshape", "name": "rows", "inputs": "state", "shape": ["batch * seq", "attention"]},
      {"op": "group_norm", "name": "head_norm", "groups": "heads"},
      {"op": "reshape", "name": "joined", "shape": ["batch", -1, "attention"]},
      {"op": "gated", "name": "gated", "inputs": ["gate", "joined"]},
      {"op": "linear", "name": "output", "out_features": "hidden", "bias": false}]},
    "time_mix_5": {"layers": [
      {"block": "shift", "name": "before"},
      {"op": "sub", "name": "change", "inputs": ["x", "before"]},
      {"block": "mix", "name": "mixed_k", "inputs": ["before", "change"]},
      {"op": "linear", "name": "key", "out_features": "attention", "bias": false},
      {"block": "mix", "name": "mixed_v", "inputs": ["before", "change"]},
      {"op": "linear", "name": "value", "out_features": "attention", "bias": false},
      {"block": "mix", "name": "mixed_r", "inputs": ["before", "change"]},
      {"op": "linear", "name": "receptance", "out_features": "attention", "bias": false},
      {"block": "mix", "name": "mixed_g", "inputs": ["before", "change"]},
      {"op": "linear", "name": "gate", "out_features": "attention", "bias": false},
      {"op": "linear_attention", "name": "state", "inputs": ["receptance", "key", "value"], "heads": "heads",
       "rule": "decay", "head_parameters": "2 * exact_div(attention, heads)"},
      {"block": "heads_out", "inputs": ["state", "gate"]}]},
    "time_mix_6": {"layers": [
      {"block": "shift", "name": "before"},
      {"op": "sub", "name": "change", "inputs": ["x", "before"]},
      {"block": "mix", "name": "mixed_x", "inputs": ["before", "change"]},
      {"op": "linear", "name": "mix_down", "out_features": "5 * mix_rank", "bias": false},
      {"op": "tanh", "name": "mix_tanh"},
      {"op": "reshape", "name": "mix_parts", "shape": ["batch * seq", 5, "mix_rank"]},
      {"op": "transpose", "name": "mix_by_part", "axes": [1, 0, 2]},
      {"op": "constant", "name": "mix_up", "shape": [5, "mix_rank", "hidden"], "inputs": "x", "holds": "weights"},
      {"op": "matmul", "name": "mixes", "inputs": ["mix_by_part", "mix_up"]},
      {"op": "slice", "name": "mixes_w", "axis": 0, "start": 0, "length": 1},
      {"op": "reshape", "name": "more_w", "shape": ["batch", -1, "hidden"]},
      {"block": "moved_mix", "name": "mixed_w", "inputs": ["before", "change", "more_w"]},
      {"op": "linear", "name": "decay_down", "out_features": "decay_rank", "bias": false},
      {"op": "tanh", "name": "decay_tanh"},
      {"op": "linear", "name": "decay", "out_features": "attention", "bias": true},
      {"op": "slice", "name": "mixes_k", "inputs": "mixes", "axis": 0, "start": 1, "length": 1},
      {"op": "reshape", "name": "more_k", "shape": ["batch", -1, "hidden"]},
      {"block": "moved_mix", "name": "mixed_k", "inputs": ["before", "change", "more_k"]},
      {"op": "linear", "name": "key", "out_features": "attention", "bias": false},
      {"op": "slice", "name": "mixes_v", "inputs": "mixes", "axis": 0, "start": 2, "length": 1},
      {"op": "reshape", "name": "more_v", "shape": ["batch", -1, "hidden"]},
      {"block": "moved_mix", "name": "mixed_v", "inputs": ["before", "change", "more_v"]},
      {"op": "linear", "name": "value", "out_features": "attention", "bias": false},
      {"op": "slice", "name": "mixes_r", "inputs": "mixes", "axis": 0, "start": 3, "length": 1},
      {"op": "reshape", "name": "more_r", "shape": ["batch", -1, "hidden"]},
      {"block": "moved_mix", "name": "mixed_r", "inputs": ["before", "change", "more_r"]},
      {"op": "linear", "name": "receptance", "out_features": "attention", "bias": false},
      {"op": "slice", "name": "mixes_g", "inputs": "mixes", "axis": 0, "start": 4, "length": 1},
      {"op": "reshape", "name": "more_g", "shape": ["batch", -1, "hidden"]},
      {"block": "moved_mix", "name": "mixed_g", "inputs": ["before", "change", "more_g"]},
      {"op": "linear", "name": "gate", "out_features": "attention", "bias": false},
      {"op": "linear_attention", "name": "state", "inputs": ["receptance", "key", "value", "decay"], "heads": "heads",
       "rule": "decay", "head_parameters": "exact_div(attention, heads)"},
      {"block": "heads_out", "inputs": ["state", "gate"]}]},
    "channel_mix": {"layers": [
      {"block": "shift", "name": "before"},
      {"op": "sub", "name": "change", "inputs": ["x", "before"]},
      {"block": "mix", "name": "mixed_k", "inputs": ["before", "change"]},
      {"op": "linear", "name": "key", "out_features": "ffn", "bias": false},
      {"op": "relu"},
      {"op": "square"},
      {"op": "linear", "name": "value", "out_features": "hidden", "bias": false},
      {"block": "mix", "name": "mixed_r", "inputs": ["before", "change"]},
      {"op": "linear", "name": "receptance", "out_features": "hidden", "bias": false},
      {"op": "gated", "inputs": ["receptance", "value"], "activation": "sigmoid"}]},
    "layer": {"layers": [
      {"op": "layer_norm", "name": "time_norm"},
      {"block": "time_mix_4", "name": "time_mix"},
      {"op": "add", "name": "time_add", "inputs": ["x", "time_mix"]},
      {"op": "layer_norm", "name": "channel_norm"},
      {"block": "channel_mix"},
      {"op": "add", "name": "channel_add", "inputs": ["time_add", "channel_mix"]}]}
  },
  "layers": [
    {"op": "embedding", "name": "embed", "rows": "vocab", "dim": "hidden"},
    {"op": "layer_norm", "name": "embed_norm"},
    {"block": "layer", "repeat": "layers"},
    {"op": "layer_norm", "name": "final_norm"},
    {"op": "slice", "name": "head_tokens", "axis": 1, "start": "seq - logits", "length": "logits"},
    {"op": "linear", "name": "head", "out_features": "vocab", "bias": false}
  ]
})json";

std::vector<std::string_view> types() { return {"rwkv", "rwkv5", "rwkv6"}; }

// Version 4 has MLPs of four times the width, the later ones of three and a half, to a multiple of 32.
std::int64_t mlp_width(Reading& reading, std::int64_t hidden) {
  const std::int64_t usual = reading.type == "rwkv" ? 4 * hidden : hidden * 7 / 2 / 32 * 32;
  return reading.root.size_or({"intermediate_size"}, usual).value;
}

// The heads of versions 5 and 6. Of 6 mixes and decays go through a middle, which is wider in the largest networks.
void add_heads(Reading& reading, std::int64_t attention, std::int64_t hidden, Description& description) {
  Config& config = reading.root;
  const Size width = config.size_or({"head_size", "num_attention_heads"}, 64);
  if (attention % width.value != 0) {
    config.fail({"head_size", "num_attention_heads"},
                fmt::format("heads of {} values do not divide a width of {}", width.value, attention),
                "a divisor of the width");
  }
  const std::int64_t wide = hidden >= 4096 ? 2 : 1;
  const std::vector<std::pair<std::string, std::int64_t>> sizes{
      {"heads", attention / width.value},
      {"mix_rank", config.size_or({"time_mix_extra_dim"}, wide * 32).value},
      {"decay_rank", config.size_or({"time_decay_extra_dim"}, wide * 64).value}};
  for (const auto& [name, value] : sizes) {
    for (Attribute& parameter : description.parameters) {
      if (parameter.name == name) parameter.value = value;
    }
  }
}

void keep_version(const std::string& version, Description& description) {
  const std::string kept = "time_mix_" + version;
  std::erase_if(description.blocks, [&](const Block& block) {
    const bool later = block.name == "heads_out" ? version == "4" : block.name == "moved_mix" && version != "6";
    return later || (block.name.starts_with("time_mix_") && block.name != kept);
  });
  for (Block& block : description.blocks) {
    for (Item& item : block.items) {
      if (item.name == "time_mix") item.block = kept;
    }
  }
}

void set_head(Reading& reading, Description& description) {
  reading.expect_head({"ForCausalLM", "LMHeadModel", "Model"});
  const auto is_logits = [](const Attribute& parameter) { return parameter.name == "logits"; };
  if (reading.architecture_ends("Model") && !reading.architecture_ends("LMHeadModel")) {
    description.items.resize(description.items.size() - 2);
    std::erase_if(description.parameters, is_logits);
    for (PhaseItem& phase : description.phases) std::erase_if(phase.parameters, is_logits);
  } else if (reading.root.flag({"tie_word_embeddings"}, false)) {
    description.items.back().tied = "embed";
    const std::int64_t table =
        checked_mul(reading.root.required({"vocab_size"}).value, reading.root.required({"hidden_size"}).value);
    reading.notes.push_back(
        fmt::format("the head is the embedding, counted once: files may hold its {} values twice", table));
  }
}

Description read(Reading& reading) {
  Config& config = reading.root;
  const Size hidden = config.required({"hidden_size"});
  const Size layers = config.required({"num_hidden_layers"});
  expect_layers(config, {"num_hidden_layers"}, layers.value);
  const std::int64_t attention = config.size_or({"attention_hidden_size"}, hidden.value).value;
  Description description = written(reading, kRwkv,
                                    {{"layers", layers.value},
                                     {"hidden", hidden.value},
                                     {"attention", attention},
                                     {"ffn", mlp_width(reading, hidden.value)},
                                     {"vocab", config.required({"vocab_size"}).value},
                                     {"seq", config.size_or({"context_length"}, 1024).value}});
  const std::string version = reading.type == "rwkv" ? "4" : reading.type.substr(4);
  if (version != "4") add_heads(reading, attention, hidden.value, description);
  keep_version(version, description);
  set_head(reading, description);
  config.ignore({"rescale_every", "model_version", "head_size_divisor", "layer_norm_epsilon", "group_norm_epsilon"});
  return description;
}

}  // namespace

const Kind kRecurrences{types, read, "recurrences"};

}  // namespace ridgepoint::hf
