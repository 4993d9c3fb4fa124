// The methods that a `quantization_config` may name (https://huggingface.co/docs/transformers/quantization/overview).

#include "importers/hf/quantization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

/// A named algorithm of NVIDIA's Model Optimizer.
struct Algorithm {
  std::string_view name;
  WeightFormat format;
};

constexpr DType kFp8 = DType::kFp8E4m3;

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

void add_rule(const Config& config, const Node& pattern, int format, Quantization& q) {
  try {
    q.add(pattern.text, format);
  } catch (const std::regex_error&) {
    config.fail(pattern, fmt::format("{} is no regular expression", in_quotes(pattern.text)), "re: and an expression");
  }
}

// The names of modules that are left as they are; a list, or one name.
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
    return (*block)[0] * (*block)[1];
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

// Groups by what they are about: "Linear" is everything, else names or expressions.
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

// Experts after the first have the format of the first.
bool is_later_expert(std::string_view module) {
  const std::size_t at = module.find("experts.");
  return at != std::string_view::npos && module.substr(at).substr(0, 10) != "experts.0." && at + 8 < module.size() &&
         module[at + 8] >= '0' && module[at + 8] <= '9';
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

void read_compressed_tensors(Reading&, Config& config, Quantization& q) {
  leave_out(config, {"ignore"}, q);
  read_groups(config, q);
  read_kv_cache(config, q);
  config.ignore({"format", "global_compression_ratio", "quantization_status", "sparsity_config", "transform_config",
                 "version", "provider"});
}

void read_modelopt(Reading&, Config& config, Quantization& q) {
  auto inner = config.child({"quantization"});
  Config& own = inner ? *inner : config;
  leave_out(own, {"ignore", "exclude_modules"}, q);
  const std::string name = own.text({"quant_algo"}, "");
  const std::int64_t group = own.count({"group_size"}, 0);
  if (name == "MIXED_PRECISION") {
    read_quantized_layers(own, q);
  } else if (own.has("config_groups")) {
    read_groups(own, q);
  } else {
    q.usual = q.format(algorithm(own, {"quant_algo"}, name, group));
  }
  read_kv_cache(own, q);
  own.ignore({"config_groups", "producer", "has_zero_point", "pre_quant_scale", "moe_quant_algo", "smoothquant_val"});
}

// A scale for each block of weights, for each row or for the whole matrix.
void read_fp8(Reading& reading, Config& config, Quantization& q) {
  leave_out(config, {"modules_to_not_convert", "ignored_layers", "ignore"}, q);
  read_quantized_layers(config, q);
  WeightFormat format{.weights = kFp8, .math = kFp8, .group = -1, .scale_bits = 32, .matrix_scales = 1};
  const std::string fmt_name = config.text({"fmt"}, "e4m3");
  if (fmt_name.find("e5m2") != std::string::npos) format.weights = format.math.emplace(DType::kFp8E5m2);
  if (const auto block = config.list({"weight_block_size"})) {
    if (block->size() != 2 || (*block)[0] < 1 || (*block)[1] < 1) {
      config.fail({"weight_block_size"}, "blocks of another form", "two positive integers");
    }
    format.group = checked_mul((*block)[0], (*block)[1]);
    format.block_rows = (*block)[0];
    format.matrix_scales = 0;
  }
  if (config.text({"scale_fmt"}, "") == "ue8m0" && reading.root.has("expert_dtype")) format.scale_bits = 8;
  q.usual = q.format(format);
  if (reading.root.text({"expert_dtype"}, "") == "fp4") {
    q.add("experts", q.format({.weights = DType::kFp4, .math = kFp8, .group = 32, .scale_bits = 8, .pack = 2}));
  }
  config.ignore({"activation_scheme", "config_groups", "group_size", "kv_cache_quant_algo", "moe_quant_algo",
                 "producer", "quant_algo", "weight_per_tensor", "act_per_tensor"});
}

void read_fbgemm(Reading&, Config& config, Quantization& q) {
  leave_out(config, {"modules_to_not_convert"}, q);
  q.usual = q.format({.weights = kFp8, .math = kFp8, .group = 0, .scale_bits = 32});
  config.ignore({"activation_scale_ub"});
}

// Integers with a scale and a zero point for each group of inputs; -1 is the whole row.
void read_integers(Reading&, Config& config, Quantization& q) {
  leave_out(config, {"modules_to_not_convert", "modules_in_block_to_quantize_except"}, q);
  const std::int64_t width = config.required({"bits", "w_bit", "num_bits"}).value;
  if (width != 4 && width != 8) {
    config.fail({"bits", "w_bit", "num_bits"}, fmt::format("weights of {} bits are not known here", width), "4 or 8");
  }
  const Node* size = config.find({"group_size", "q_group_size"});
  const std::int64_t group = size != nullptr && size->kind == Node::Kind::kInteger ? size->integer : 128;
  const DType weights = width == 4 ? DType::kInt4 : DType::kInt8;
  q.usual = q.format(
      {.weights = weights, .group = std::max<std::int64_t>(group, 0), .scale_bits = 16 + static_cast<int>(width)});
  config.ignore({"version",
                 "zero_point",
                 "desc_act",
                 "sym",
                 "static_groups",
                 "true_sequential",
                 "damp_percent",
                 "checkpoint_format",
                 "meta",
                 "pack_dtype",
                 "lm_head",
                 "dynamic",
                 "model_name_or_path",
                 "model_file_base_name",
                 "is_marlin_format",
                 "backend",
                 "block_name_to_quantize",
                 "dataset",
                 "exllama_config",
                 "use_exllama",
                 "use_cuda_fp16",
                 "max_input_length",
                 "cache_block_outputs",
                 "module_name_preceding_first_block",
                 "modules_in_block_to_quantize",
                 "batch_size",
                 "disable_exllama",
                 "do_fuse",
                 "fuse_max_seq_len",
                 "modules_to_fuse",
                 "tokenizer",
                 "model_seqlen",
                 "pad_token_id",
                 "autoround_version",
                 "iters",
                 "nsamples",
                 "seqlen",
                 "data_type",
                 "low_gpu_mem_usage",
                 "packing_format",
                 "provider",
                 "to_quant_block_names",
                 "enable_quanted_input",
                 "gradient_accumulate_steps",
                 "lr",
                 "minmax_lr",
                 "quant_method",
                 "extra_config"});
}

// Four bits with a 32-bit scale for 64 values, or an 8-bit one where scales are quantized too; eight bits by row.
void read_bitsandbytes(Reading&, Config& config, Quantization& q) {
  leave_out(config, {"llm_int8_skip_modules"}, q);
  const bool four = config.flag({"load_in_4bit", "_load_in_4bit"}, false);
  const bool eight = config.flag({"load_in_8bit", "_load_in_8bit"}, false);
  if (!four && !eight) {
    config.fail({"load_in_4bit"}, "neither 4 nor 8 bits", "\"load_in_4bit\" or \"load_in_8bit\": true");
  }
  const bool twice = config.flag({"bnb_4bit_use_double_quant"}, false);
  q.usual = four ? q.format({.weights = DType::kInt4, .group = 64, .scale_bits = twice ? 8 : 32})
                 : q.format({.weights = DType::kInt8, .math = DType::kInt8, .group = 0, .scale_bits = 32});
  config.ignore({"bnb_4bit_compute_dtype", "bnb_4bit_quant_storage", "bnb_4bit_quant_type", "load_in_4bit",
                 "load_in_8bit", "llm_int8_enable_fp32_cpu_offload", "llm_int8_has_fp16_weight", "llm_int8_threshold",
                 "_load_in_4bit", "_load_in_8bit"});
}

// gpt-oss: four-bit floats with a power of two for every 32, in the experts alone.
void read_mxfp4(Reading&, Config& config, Quantization& q) {
  leave_out(config, {"modules_to_not_convert"}, q);
  q.add("experts", q.format({.weights = DType::kFp4, .group = 32, .scale_bits = 8, .pack = 2}));
  config.ignore({"dequantize"});
}

/// A method, and how its config is read.
struct Method {
  std::string_view name;
  void (*read)(Reading& reading, Config& config, Quantization& q);
};

constexpr auto kMethods = std::to_array<Method>({{"fp8", read_fp8},
                                                 {"fbgemm_fp8", read_fbgemm},
                                                 {"compressed-tensors", read_compressed_tensors},
                                                 {"modelopt", read_modelopt},
                                                 {"modelopt_fp4", read_modelopt},
                                                 {"gptq", read_integers},
                                                 {"gptq_marlin", read_integers},
                                                 {"awq", read_integers},
                                                 {"awq_marlin", read_integers},
                                                 {"auto-round", read_integers},
                                                 {"intel/auto-round", read_integers},
                                                 {"bitsandbytes", read_bitsandbytes},
                                                 {"mxfp4", read_mxfp4}});

}  // namespace

std::optional<Quantization> read_quantization(Reading& reading) {
  auto config = reading.root.child({"quantization_config", "compression_config"});
  if (!config) return std::nullopt;
  Quantization q{.method = config->text({"quant_method"}, "")};
  if (q.method.empty() && config->has("config_groups")) q.method = "compressed-tensors";
  if (q.method.empty() && config->has("load_in_4bit")) q.method = "bitsandbytes";
  const auto* method =
      std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& row) { return row.name == q.method; });
  if (method == kMethods.end()) {
    std::vector<std::string_view> names;
    for (const Method& row : kMethods) names.push_back(row.name);
    reading.warnings.push_back(fmt::format("the method {} of {} is not known ({} are): weights are counted unquantized",
                                           in_quotes(q.method), in_quotes("quantization_config"), join_choices(names)));
    return std::nullopt;
  }
  // Heads, routers and what picks keys stay as they are unless they are named; so does the embedding.
  method->read(reading, *config, q);
  for (const char* module : {"lm_head", "head", "mlp.gate", "block_sparse_moe.gate", "mixer.gate", "mlp.router",
                             "feed_forward.router", "shared_expert_gate", "weights_proj", "indexers_proj"}) {
    q.add(module, -1);
  }
  reading.warn_of_strangers(*config);
  return q;
}

}  // namespace ridgepoint::hf
