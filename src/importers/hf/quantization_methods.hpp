#pragma once
// How the config of each method is read, and what the methods have in common.

#include "importers/hf/quantization.hpp"

namespace ridgepoint::hf {

/// Reads what a method has into the formats and rules. Throws InputError for a known key in an unknown form.
using ReadMethod = void(Reading& reading, Config& config, Quantization& q);
ReadMethod read_compressed_tensors, read_modelopt, read_fp8, read_fbgemm, read_integers, read_bitsandbytes, read_mxfp4;

/// The format that a word of NVIDIA's Model Optimizer stands for, with this group where it has groups.
WeightFormat algorithm(Config& config, Keys keys, const std::string& name, std::int64_t group);
/// The names of modules that are left as they are; a list, or one name.
void leave_out(Config& config, Keys keys, Quantization& q);
/// `config_groups`: formats by what they are about; "Linear" is everything, else names or expressions.
void read_groups(Config& config, Quantization& q);
/// `quantized_layers`: formats by the names of modules.
void read_quantized_layers(Config& config, Quantization& q);
/// `kv_cache_scheme` or `kv_cache_quant_algo`.
void read_kv_cache(Config& config, Quantization& q);

}  // namespace ridgepoint::hf
