#pragma once
// What single decoders have and others do not; the rows of decoder_types.cpp name these.

#include <span>

#include "importers/hf/decoder.hpp"

namespace ridgepoint::hf {

using More = void(Reading& reading, Config& config, Compact& compact);

/// Rows of model types, each in a file of its own.
std::span<const DecoderTraits> plain_decoders();
std::span<const DecoderTraits> gpt_decoders();
std::span<const DecoderTraits> expert_decoders();
std::span<const DecoderTraits> state_decoders();

More map_afmoe, map_bigcode, map_bloom, map_chatglm, map_cohere, map_deepseek, map_deepseek_v4, map_delta_hybrid,
    map_ernie_moe, map_exaone4, map_falcon, map_falcon_h1, map_gemma, map_gemma4, map_glm_dsa, map_gpt2, map_gpt_neo,
    map_gpt_oss, map_granite_hybrid, map_internlm, map_jamba, map_kimi_linear, map_lfm2, map_llama4, map_mamba,
    map_mamba2, map_mamba2_hybrid, map_mimo, map_minimax, map_minimax_m2, map_minimax_m3, map_mpt, map_mtp,
    map_nanochat, map_nemotron_h, map_neox, map_opt, map_opt_positions, map_phimoe, map_plain_full_layers, map_qwen1,
    map_sinks, map_smollm3, map_stablelm, map_sub_norms, map_gemma3n, map_mllama, map_phi3small, map_openelm,
    map_nemotron_nas, map_dbrx, map_hunyuan_moe, map_laguna, map_olmo_hybrid;

/// The mixers of all layers, one word each.
std::vector<std::string> listed_mixers(const Compact& compact);

}  // namespace ridgepoint::hf
