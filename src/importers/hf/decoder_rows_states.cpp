// The model types that are decoders whose layers keep a state: how its class in the transformers library differs from
// Llama's where the config does not say (https://huggingface.co/docs/transformers, the page of each model).

#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

using T = DecoderTraits;

const auto kRows = std::to_array<T>({
    {.type = "qwen3_next", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "qwen3_5_text", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "qwen3_5_moe_text", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "jamba", .position = "none", .state = "mamba", .more = map_jamba},
    {.type = "mamba", .position = "none", .tied = true, .only_states = true, .more = map_mamba},
    {.type = "falcon_mamba", .position = "none", .tied = true, .only_states = true, .more = map_mamba},
    {.type = "mamba2", .position = "none", .only_states = true, .more = map_mamba2},
    {.type = "bamba", .state = "mamba2", .more = map_mamba2_hybrid},
    {.type = "granitemoehybrid", .state = "mamba2", .more = map_granite_hybrid},
    {.type = "falcon_h1", .own_layers = true, .more = map_falcon_h1},
    {.type = "nemotron_h",
     .position = "none",
     .activation = "relu2",
     .gated = false,
     .own_layers = true,
     .router = "sigmoid",
     .more = map_nemotron_h},
    {.type = "lfm2", .qk_norm = "head", .tied = true, .more = map_lfm2},
    {.type = "lfm2_moe", .qk_norm = "head", .tied = true, .router = "sigmoid", .more = map_lfm2},
    {.type = "minimax", .state = "lightning", .more = map_minimax},
    {.type = "minimax_text_01", .state = "lightning", .more = map_minimax},
    {.type = "kimi_linear", .state = "kda", .choice_bias = true, .router = "sigmoid", .more = map_kimi_linear},
    {.type = "olmo_hybrid", .placement = "branch", .qk_norm = "full", .more = map_olmo_hybrid},
});

}  // namespace

std::span<const DecoderTraits> state_decoders() { return kRows; }

}  // namespace ridgepoint::hf
