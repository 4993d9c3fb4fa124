#pragma once
// What single decoders have and others do not; the rows of decoder_types.cpp name these.

#include "importers/hf/decoder.hpp"

namespace ridgepoint::hf {

using More = void(Reading& reading, Config& config, Compact& compact);

More map_bigcode, map_bloom, map_chatglm, map_cohere, map_deepseek, map_delta_hybrid, map_exaone4, map_falcon,
    map_gemma, map_gpt_neo, map_gpt_oss, map_internlm, map_jamba, map_mpt, map_mtp, map_neox, map_opt,
    map_opt_positions, map_phimoe, map_qwen1, map_smollm3, map_stablelm, map_xglm;

}  // namespace ridgepoint::hf
