// The model types that are decoders of the GPT-2 kind: how its class in the transformers library differs from Llama's
// where the config does not say (https://huggingface.co/docs/transformers, the page of each model).

#include "importers/hf/decoder_more.hpp"

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

constexpr void like_falcon(T& t) {
  t.qkv_bias = t.output_bias = t.mlp_bias = false;
  t.activation = "gelu";
  t.more = map_falcon;
}

constexpr void like_gptj(T& t) {
  t.branches = "parallel";
  t.qkv_bias = t.output_bias = t.tied = false;
  t.head_bias = true;
}

const auto kRows = std::to_array<T>({
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
    with(gpt("falcon"), like_falcon),
    with(gpt("mpt"),
         [](T& t) {
           t.position = "alibi", t.norm_bias = t.qkv_bias = t.output_bias = t.mlp_bias = false, t.activation = "gelu",
           t.more = map_mpt;
         }),
    with(gpt("xglm"), [](T& t) { t.position = "sinusoidal", t.activation = "gelu"; }),
    with(gpt("gpt-sw3"), [](T& t) { t.position = "learned"; }),
    with(gpt("ctrl"), [](T& t) { t.position = "sinusoidal", t.activation = "relu", t.head_bias = true; }),
    with(gpt("RefinedWebModel"), like_falcon),
    with(gpt("RefinedWeb"), like_falcon),
});

}  // namespace

std::span<const DecoderTraits> gpt_decoders() { return kRows; }

}  // namespace ridgepoint::hf
