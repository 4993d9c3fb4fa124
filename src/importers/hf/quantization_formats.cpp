// Formats of weights, as words, as numbers of bits and as groups, and the modules that they are for.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "importers/hf/quantization_methods.hpp"

namespace ridgepoint::hf {
namespace {

constexpr DType kFp8 = DType::kFp8E4m3;

/// A named algorithm of NVIDIA's Model Optimizer.
struct Algorithm {
  std::string_view name;
  WeightFormat format;
};

const auto kAlgorithms = std::to_array<Algorithm>({
    {"FP8", {.weights = kFp8, .math = kFp8, .group = -1, .matrix_scales = 2}},
    {"FP8_PER_CHANNEL_PER_TOKEN", {.weights = kFp8, .math = kFp8, .group = 0, .scale_bits = 32}},
    {"FP8_PB_WO", {.weights = kFp8, .group = 128 * 128, .scale_bits = 32, .block_rows = 128}},
    {"FP8_PB_REAL", {.weights = kFp8, .math = kFp8, .group = 128 * 128, .scale_bits = 32, .block_rows = 128}},
    {"MXFP8", {.weights = kFp8, .math = kFp8, .group = 32, .scale_bits = 8}},
    {"NVFP4",
     {.weights = DType::kFp4, .math = DType::kFp4, .group = 16, .scale_bits = 8, .matrix_scales = 2, .pack = 2}},
    {"NVFP4_AWQ",
     {.weights = DType::kFp4, .math = DType::kFp4, .group = 16, .scale_bits = 8, .matrix_scales = 2, .pack = 2}},
    {"W4A16_NVFP4", {.weights = DType::kFp4, .group = 16, .scale_bits = 8, .matrix_scales = 1, .pack = 2}},
    {"W4A8_NVFP4_FP8",
     {.weights = DType::kFp4, .math = kFp8, .group = 16, .scale_bits = 8, .matrix_scales = 2, .pack = 2}},
    {"MXFP4", {.weights = DType::kFp4, .group = 32, .scale_bits = 8, .pack = 2}},
    {"W4A8_MXFP4_FP8", {.weights = DType::kFp4, .math = kFp8, .group = 32, .scale_bits = 8, .pack = 2}},
    {"W4A16_AWQ", {.weights = DType::kInt4, .group = 128}},
    {"W4A8_AWQ", {.weights = DType::kInt4, .math = kFp8, .group = 128}},
    {"W8A16", {.weights = DType::kInt8, .group = 0}},
    {"W8A8_SQ_PER_CHANNEL", {.weights = DType::kInt8, .math = DType::kInt8, .group = 0, .scale_bits = 32}},
    {"INT8_SQ", {.weights = DType::kInt8, .math = DType::kInt8, .group = 0, .scale_bits = 32}},
});

void add_rule(const Config& config, const Node& pattern, int format, Quantization& q) {
  try {
    q.add(pattern.text, format);
  } catch (const std::regex_error&) {
    config.fail(pattern, fmt::format("{} is no regular expression", in_quotes(pattern.text)), "re: and an expression");
  }
}

// {"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16}
DType number_format(Config& numbers, std::int64_t bits) {
  const std::string type = numbers.text({"type"}, "int");
  if (bits == 8 && type == "float") return kFp8;
  if (bits == 8 && type == "int") return DType::kInt8;
  if (bits == 4 && type == "float") return DType::kFp4;
  if (bits == 4 && type == "int") return DType::kInt4;
  numbers.fail({"num_bits", "bits"}, fmt::format("weights of {} bits of type {}", bits, in_quotes(type)),
               "4 or 8 bits, int or float");
}

// Scales: fp8 for groups of 16 (nvfp4), a power of two for groups of 32 (mx), 16 bits and a zero point else.
int scale_bits_of(DType weights, std::int64_t group, bool symmetric) {
  if (weights == DType::kFp4 || (weights == kFp8 && group == 32)) return 8;
  if (group == 128 * 128) return 32;
  return 16 + (symmetric ? 0 : bits(weights));
}

std::int64_t group_of(Config& numbers) {
  const std::string strategy = numbers.text({"strategy"}, "");
  if (const auto block = numbers.list({"block_structure"}); block && block->size() == 2) {
    return checked_mul((*block)[0], (*block)[1]);
  }
  const Node* size = numbers.find({"group_size"});
  const std::int64_t group = size != nullptr && size->kind == Node::Kind::kInteger ? size->integer : 0;
  if (group > 0) return group;
  if (strategy == "tensor") return -1;
  return 0;
}

WeightFormat group_format(Config& group) {
  auto weights = group.child({"weights"});
  if (!weights) group.fail(group.node(), "a group without weights", "\"weights\": {\"num_bits\": ..., \"type\": ...}");
  WeightFormat format;
  format.weights = number_format(*weights, weights->required({"num_bits"}).value);
  format.group = group_of(*weights);
  format.scale_bits = scale_bits_of(format.weights, format.group, weights->flag({"symmetric"}, true));
  if (auto inputs = group.child({"input_activations"})) {
    const std::int64_t width = inputs->required({"num_bits"}).value;
    if (width < 16) format.math = number_format(*inputs, width);
  }
  if (format.weights == DType::kFp4 || format.group < 0) format.matrix_scales = format.math ? 2 : 1;
  format.pack = format.weights == DType::kFp4 ? 2 : format.weights == DType::kInt4 ? 8 : 1;
  if (format.group == 128 * 128) format.block_rows = 128;
  return format;
}

// Experts after the first have the format of the first.
bool is_later_expert(std::string_view module) {
  const std::size_t at = module.find("experts.");
  return at != std::string_view::npos && module.substr(at).substr(0, 10) != "experts.0." && at + 8 < module.size() &&
         module[at + 8] >= '0' && module[at + 8] <= '9';
}

}  // namespace

WeightFormat algorithm(Config& config, Keys keys, const std::string& name, std::int64_t group) {
  std::vector<std::string_view> names;
  for (const Algorithm& row : kAlgorithms) {
    names.push_back(row.name);
    if (row.name != name) continue;
    WeightFormat format = row.format;
    if (group > 0 && format.group > 0 && format.group < 128 * 128) format.group = group;
    return format;
  }
  config.fail(keys, fmt::format("unknown format of weights {}", in_quotes(name)), "one of " + join_choices(names));
}

void leave_out(Config& config, Keys keys, Quantization& q) {
  const Node* node = config.find(keys);
  if (node == nullptr) return;
  const auto add = [&](const Node& item) {
    if (item.kind != Node::Kind::kString) {
      config.fail(item, fmt::format("{} holds {}", in_quotes(node->key), describe(item.kind)), "names of modules");
    }
    add_rule(config, item, -1, q);
  };
  if (node->kind == Node::Kind::kArray) {
    for (const Node& item : node->items) add(item);
  } else {
    add(*node);
  }
}

void read_groups(Config& config, Quantization& q) {
  const Node* groups = config.find({"config_groups"});
  if (groups == nullptr) return;
  Config all(config.document(), *groups, config.named("config_groups"));
  for (const Node& node : groups->items) {
    Config group(config.document(), node, all.named(node.key));
    const int format = q.format(group_format(group));
    const Node* targets = group.find({"targets"});
    if (targets == nullptr) q.usual = format;
    for (const Node& target : targets != nullptr ? targets->items : std::vector<Node>{}) {
      if (target.text == "Linear") {
        q.usual = format;
      } else {
        add_rule(group, target, format, q);
      }
    }
  }
}

void read_quantized_layers(Config& config, Quantization& q) {
  const Node* layers = config.find({"quantized_layers"});
  if (layers == nullptr) return;
  for (const Node& node : layers->items) {
    if (is_later_expert(node.key)) continue;
    Config layer(config.document(), node, config.named("quantized_layers"));
    const std::string name = layer.text({"quant_algo"}, "");
    q.add(node.key, q.format(algorithm(layer, {"quant_algo"}, name, layer.count({"group_size"}, 0))));
  }
}

void read_kv_cache(Config& config, Quantization& q) {
  if (auto scheme = config.child({"kv_cache_scheme"})) {
    q.kv_cache = number_format(*scheme, scheme->required({"num_bits"}).value);
  } else if (const std::string name = config.text({"kv_cache_quant_algo"}, ""); !name.empty()) {
    q.kv_cache = algorithm(config, {"kv_cache_quant_algo"}, name, 0).weights;
  }
}

}  // namespace ridgepoint::hf
