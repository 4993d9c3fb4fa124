// The model types that are decoders, one row each: how its class in the transformers library differs from Llama's
// where the config does not say (https://huggingface.co/docs/transformers, the page of each model).

#include <fmt/format.h>

#include <algorithm>

#include "importers/hf/decoder_more.hpp"
#include "importers/hf/quantize.hpp"
#include "importers/hf/wrapper.hpp"

namespace ridgepoint::hf {
namespace {

using T = DecoderTraits;

// GPT-2 and those that follow it: layer norms, biases, a plain MLP of four times the width.
constexpr T gpt(std::string_view type) {
  return {.type = type,
          .norm = "layer",
          .activation = "gelu_new",
          .gated = false,
          .qkv_bias = true,
          .output_bias = true,
          .mlp_bias = true,
          .tied = true,
          .ffn_ratio = 4};
}

constexpr T with(T traits, void (*change)(T&)) {
  change(traits);
  return traits;
}

constexpr void like_gptj(T& t) {
  t.branches = "parallel";
  t.qkv_bias = t.output_bias = t.tied = false;
  t.head_bias = true;
}

const auto kRows = std::to_array<T>({
    {.type = "llama"},
    {.type = "mistral", .windows = Windows::kAll},
    {.type = "mixtral", .windows = Windows::kAll},
    {.type = "qwen", .qkv_bias = true, .bias_stays = true, .more = map_qwen1},
    {.type = "qwen2", .qkv_bias = true, .windows = Windows::kUpper},
    {.type = "qwen2_moe", .qkv_bias = true, .windows = Windows::kUpper, .shared_gate = true},
    {.type = "qwen3", .qk_norm = "head", .windows = Windows::kUpper},
    {.type = "qwen3_moe", .qk_norm = "head", .windows = Windows::kUpper},
    {.type = "qwen3_next", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "qwen3_5_text", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "qwen3_5_moe_text", .qk_norm = "head", .rotated = 0.25, .shared_gate = true, .more = map_delta_hybrid},
    {.type = "gemma", .activation = "gelu_pytorch_tanh", .tied = true, .more = map_gemma},
    {.type = "gemma2",
     .placement = "sandwich",
     .activation = "gelu_pytorch_tanh",
     .tied = true,
     .windows = Windows::kEven,
     .more = map_gemma},
    {.type = "gemma3_text",
     .placement = "sandwich",
     .activation = "gelu_pytorch_tanh",
     .qk_norm = "head",
     .tied = true,
     .windows = Windows::kPattern,
     .pattern = 6,
     .more = map_gemma},
    {.type = "phi",
     .norm = "layer",
     .branches = "parallel",
     .activation = "gelu_new",
     .gated = false,
     .qkv_bias = true,
     .output_bias = true,
     .mlp_bias = true,
     .head_bias = true,
     .rotated = 0.5},
    {.type = "phi3", .windows = Windows::kAll},
    {.type = "phimoe", .norm = "layer", .windows = Windows::kAll, .more = map_phimoe},
    with(gpt("gpt2"), [](T& t) { t.position = "learned", t.more = map_gpt2; }),
    with(gpt("openai-gpt"), [](T& t) { t.position = "learned", t.placement = "post", t.activation = "gelu"; }),
    with(gpt("gpt_bigcode"), [](T& t) { t.position = "learned", t.more = map_bigcode; }),
    with(gpt("gpt_neo"), [](T& t) { t.position = "learned", t.qkv_bias = false, t.more = map_gpt_neo; }),
    with(gpt("gptj"), like_gptj),
    with(gpt("codegen"), like_gptj),
    with(gpt("gpt_neox"),
         [](T& t) {
           t.branches = "parallel_norms", t.tied = false, t.activation = "gelu", t.rotated = 0.25, t.more = map_neox;
         }),
    with(gpt("opt"), [](T& t) { t.position = "learned", t.activation = "relu", t.more = map_opt; }),
    with(gpt("biogpt"), [](T& t) { t.position = "learned", t.activation = "gelu", t.more = map_opt_positions; }),
    with(gpt("bloom"), [](T& t) { t.position = "alibi", t.embedding_norm = true, t.more = map_bloom; }),
    with(gpt("falcon"),
         [](T& t) { t.qkv_bias = t.output_bias = t.mlp_bias = false, t.activation = "gelu", t.more = map_falcon; }),
    with(gpt("mpt"),
         [](T& t) {
           t.position = "alibi", t.norm_bias = t.qkv_bias = t.output_bias = t.mlp_bias = false, t.activation = "gelu",
           t.more = map_mpt;
         }),
    {.type = "olmo", .norm = "layer", .norm_weight = false},
    {.type = "olmo2", .placement = "branch", .qk_norm = "full"},
    {.type = "olmo3", .placement = "branch", .qk_norm = "full", .windows = Windows::kPattern, .pattern = 4},
    {.type = "olmoe", .qk_norm = "full"},
    {.type = "flex_olmo", .placement = "branch", .qk_norm = "full"},
    {.type = "starcoder2",
     .norm = "layer",
     .activation = "gelu_pytorch_tanh",
     .gated = false,
     .qkv_bias = true,
     .output_bias = true,
     .mlp_bias = true,
     .tied = true,
     .windows = Windows::kAll},
    {.type = "deepseek", .more = map_deepseek},
    {.type = "deepseek_v2", .more = map_deepseek},
    {.type = "deepseek_v3", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "kimi_k2", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "glm", .output_follows = false, .rotated = 0.5},
    {.type = "glm4", .placement = "sandwich", .output_follows = false, .rotated = 0.5},
    {.type = "glm4_moe",
     .output_follows = false,
     .rotated = 0.5,
     .choice_bias = true,
     .router = "sigmoid",
     .more = map_deepseek},
    {.type = "chatglm", .rotated = 0.5, .more = map_chatglm},
    {.type = "gpt_oss",
     .qkv_bias = true,
     .output_bias = true,
     .windows = Windows::kEven,
     .router = "softmax_of_top",
     .more = map_gpt_oss},
    {.type = "granite"},
    {.type = "granite_swa", .tied = true, .more = map_sinks},
    {.type = "granitemoe"},
    {.type = "granitemoe_swa", .tied = true, .more = map_sinks},
    {.type = "granitemoeshared"},
    {.type = "cohere", .norm = "layer", .branches = "parallel", .norm_bias = false, .tied = true, .more = map_cohere},
    {.type = "cohere2",
     .norm = "layer",
     .branches = "parallel",
     .norm_bias = false,
     .tied = true,
     .windows = Windows::kPattern,
     .pattern = 4,
     .more = map_cohere},
    {.type = "nemotron", .norm = "layer", .activation = "relu2", .gated = false, .rotated = 0.5},
    {.type = "internlm2", .more = map_internlm},
    {.type = "stablelm", .norm = "layer", .rotated = 0.25, .more = map_stablelm},
    {.type = "baichuan"},
    {.type = "exaone"},
    {.type = "exaone4", .placement = "branch", .qk_norm = "head", .more = map_exaone4},
    {.type = "smollm3", .windows = Windows::kUpper, .more = map_smollm3},
    {.type = "ernie4_5", .tied = true},
    {.type = "seed_oss", .qkv_bias = true, .output_follows = false},
    {.type = "hunyuan_v1_dense", .qk_norm = "head"},
    {.type = "arcee", .activation = "relu2", .gated = false},
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
    {.type = "deepseek_v32", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "deepseek_v4", .own_layers = true, .more = map_deepseek_v4},
    {.type = "glm_moe_dsa", .choice_bias = true, .router = "sigmoid", .more = map_glm_dsa},
    {.type = "glm4_moe_lite", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "youtu", .tied = true, .more = map_deepseek},
    {.type = "minicpm", .tied = true},
    {.type = "minicpm3", .tied = true, .more = map_deepseek},
    {.type = "orion", .norm = "layer"},
    {.type = "ministral"},
    {.type = "ministral3"},
    {.type = "internlm", .qkv_bias = true, .output_bias = true, .more = map_internlm},
    {.type = "internlm3"},
    {.type = "llama4_text", .tied = false, .router = "sigmoid", .more = map_llama4},
    {.type = "gemma4_text",
     .placement = "sandwich",
     .activation = "gelu_pytorch_tanh",
     .qk_norm = "head",
     .tied = true,
     .windows = Windows::kPattern,
     .pattern = 6,
     .more = map_gemma4},
    {.type = "vaultgemma",
     .activation = "gelu_pytorch_tanh",
     .tied = true,
     .windows = Windows::kEven,
     .more = map_gemma},
    {.type = "minimax_m2", .qk_norm = "full", .choice_bias = true, .router = "sigmoid", .more = map_minimax_m2},
    {.type = "minimax_m3", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_minimax_m3},
    {.type = "minimax_m3_vl_text", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_minimax_m3},
    {.type = "mimo", .qkv_bias = true, .more = map_mtp},
    {.type = "mimo_v2_flash", .choice_bias = true, .router = "sigmoid", .more = map_mimo},
    {.type = "qwen2_vl_text", .qkv_bias = true, .windows = Windows::kUpper},
    {.type = "qwen2_5_vl_text", .qkv_bias = true, .windows = Windows::kUpper},
    {.type = "qwen3_vl_text", .qk_norm = "head"},
    {.type = "qwen3_vl_moe_text", .qk_norm = "head"},
    {.type = "glm4v_text", .placement = "sandwich", .qkv_bias = true, .output_follows = false, .rotated = 0.5},
    {.type = "glm4v_moe_text",
     .qkv_bias = true,
     .output_follows = false,
     .rotated = 0.5,
     .choice_bias = true,
     .router = "sigmoid",
     .more = map_deepseek},
    {.type = "ernie4_5_moe", .tied = true, .choice_bias = true, .more = map_ernie_moe},
    {.type = "exaone_moe", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_plain_full_layers},
    {.type = "dots1", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "solar_open", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "hy_v3", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "mellum", .qk_norm = "head"},
    {.type = "afmoe",
     .placement = "sandwich",
     .qk_norm = "head",
     .choice_bias = true,
     .router = "sigmoid",
     .more = map_afmoe},
    {.type = "helium"},
    {.type = "cwm"},
    {.type = "flint", .qk_norm = "head", .more = map_sinks},
    {.type = "sarvam_moe", .qk_norm = "head", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "sarvam_mla", .choice_bias = true, .router = "sigmoid", .more = map_deepseek},
    {.type = "iquestcoder"},
    {.type = "persimmon",
     .norm = "layer",
     .activation = "relu2",
     .qk_norm = "head",
     .gated = false,
     .qkv_bias = true,
     .output_bias = true,
     .mlp_bias = true,
     .rotated = 0.5},
    {.type = "jais2",
     .norm = "layer",
     .activation = "relu2",
     .gated = false,
     .qkv_bias = true,
     .output_bias = true,
     .mlp_bias = true},
    with(gpt("xglm"), [](T& t) { t.position = "sinusoidal", t.activation = "gelu"; }),
    with(gpt("gpt-sw3"), [](T& t) { t.position = "learned"; }),
    {.type = "bitnet", .activation = "relu2", .more = map_sub_norms},
    {.type = "nanochat",
     .activation = "relu2",
     .qk_norm = "head",
     .gated = false,
     .norm_weight = false,
     .more = map_nanochat},
});

std::vector<std::string_view> types() {
  std::vector<std::string_view> names;
  names.reserve(kRows.size());
  for (const T& row : kRows) names.push_back(row.type);
  return names;
}

Description read(Reading& reading) {
  if (text_part(reading.root)) return kWrappers.read(reading);
  Compact compact("transformer", reading.name, reading.root.at());
  map_decoder(reading, reading.root, *find_decoder(reading.type), compact);
  return expand_decoder(reading, compact);
}

}  // namespace

const DecoderTraits* find_decoder(std::string_view type) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(), [&](const T& row) { return row.type == type; });
  return found == kRows.end() ? nullptr : &*found;
}

const Kind kDecoders{types, read, "decoders"};

}  // namespace ridgepoint::hf
