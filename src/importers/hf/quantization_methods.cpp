// The methods that a `quantization_config` may name (https://huggingface.co/docs/transformers/quantization/overview).

#include "importers/hf/quantization_methods.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"

namespace ridgepoint::hf {
namespace {

constexpr DType kFp8 = DType::kFp8E4m3;

}  // namespace

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
  config.ignore({"producer"});
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
    constexpr std::int64_t kLargest = 1 << 20;
    const auto is_edge = [](std::int64_t value) { return value >= 1 && value <= kLargest; };
    if (block->size() != 2 || !is_edge((*block)[0]) || !is_edge((*block)[1])) {
      config.fail({"weight_block_size"}, "blocks of another form", "two positive integers");
    }
    format.group = checked_mul((*block)[0], (*block)[1]);
    format.block_rows = (*block)[0];
    format.matrix_scales = 0;
  }
  if (config.text({"scale_fmt"}, "") == "ue8m0" && reading.root.has("expert_dtype")) format.scale_bits = 8;
  q.usual = q.format(format);
  if (reading.root.has("expert_dtype")) q.add(kMtpProjection, q.usual);
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
  const int per_word = 32 / static_cast<int>(width);
  q.usual = q.format({.weights = weights,
                      .group = std::max<std::int64_t>(group, 0),
                      .scale_bits = 16 + static_cast<int>(width),
                      .pack = per_word,
                      .zeros_pack = per_word,
                      .ordered = q.method.starts_with("gptq")});
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
  q.usual = four ? q.format({.weights = DType::kInt4, .group = 64, .scale_bits = twice ? 8 : 32, .pack = 2})
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

}  // namespace ridgepoint::hf
