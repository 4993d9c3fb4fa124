// The model types with an encoder of images, one row each
// (https://huggingface.co/docs/transformers, the page of each model).

#include <array>

#include "importers/hf/image_types.hpp"

namespace ridgepoint::hf {
namespace {

using T = ImageTraits;

constexpr T clip(std::string_view type, Join* join) {
  return {.type = type,
          .join = join,
          .activation = "quick_gelu",
          .patch_bias = false,
          .embedding_norm = true,
          .final_norm = true,
          .table = true,
          .class_tokens = 1,
          .image = 0};
}

constexpr T siglip(std::string_view type, Join* join) {
  return {.type = type, .join = join, .activation = "gelu_pytorch_tanh", .final_norm = true, .table = true, .image = 0};
}

constexpr T pixtral(std::string_view type) {
  return {.type = type,
          .join = join_pixtral,
          .norm = "rms",
          .activation = "silu",
          .gated = true,
          .bias = false,
          .mlp_bias = false,
          .patch_bias = false,
          .embedding_norm = true};
}

constexpr T glm(std::string_view type) {
  return {.type = type,
          .join = join_glm,
          .norm = "rms",
          .activation = "silu",
          .gated = true,
          .bias = false,
          .mlp_bias = false,
          .embedding_norm = true,
          .final_norm = true,
          .ffn = "out_hidden_size",
          .image = 336};
}

const auto kRows = std::to_array<T>({
    {.type = "qwen2_vl", .join = join_qwen2, .activation = "quick_gelu", .patch_bias = false},
    {.type = "qwen2_5_vl", .join = join_qwen2, .norm = "rms", .activation = "silu", .gated = true, .patch_bias = false},
    {.type = "qwen3_vl", .join = join_qwen3, .activation = "gelu_pytorch_tanh"},
    {.type = "qwen3_vl_moe", .join = join_qwen3, .activation = "gelu_pytorch_tanh"},
    {.type = "qwen3_5", .join = join_qwen3, .activation = "gelu_pytorch_tanh"},
    {.type = "qwen3_5_moe", .join = join_qwen3, .activation = "gelu_pytorch_tanh"},
    {.type = "gemma4",
     .join = join_gemma4,
     .norm = "rms",
     .placement = "sandwich",
     .activation = "gelu_pytorch_tanh",
     .qk_norm = "head",
     .gated = true,
     .bias = false,
     .mlp_bias = false,
     .patch_bias = false,
     .image = 768},
    {.type = "kimi_k25", .join = join_kimi, .activation = "gelu_pytorch_tanh", .final_norm = true},
    {.type = "minimax_m3_vl", .join = join_minimax, .patch_bias = false, .embedding_norm = true, .image = 336},
    pixtral("mistral3"),
    pixtral("ministral3"),
    glm("glm4v"),
    glm("glm4v_moe"),
    glm("glm46v"),
    clip("llava", join_llava),
    clip("llava_next", join_llava_next),
    siglip("gemma3", join_gemma3),
    siglip("paligemma", join_paligemma),
    siglip("idefics3", join_idefics3),
    siglip("smolvlm", join_idefics3),
    siglip("llava_onevision", join_onevision),
    siglip("cohere2_vision", join_cohere2),
    siglip("aya_vision", join_aya),
    clip("vipllava", join_vipllava),
    {.type = "lfm2_vl",
     .join = join_lfm2,
     .activation = "gelu_pytorch_tanh",
     .final_norm = true,
     .table = true,
     .image = 256},
    {.type = "qwen2_5_omni_thinker",
     .join = join_qwen2,
     .norm = "rms",
     .activation = "silu",
     .gated = true,
     .patch_bias = false},
    {.type = "internvl_chat", .join = join_internvl, .layer_scale = true, .table = true, .class_tokens = 1, .image = 0},
    {.type = "internvl", .join = join_internvl, .layer_scale = true, .table = true, .class_tokens = 1, .image = 0},
    {.type = "llama4",
     .join = join_llama4,
     .patch_bias = false,
     .embedding_norm = true,
     .final_norm = true,
     .table = true,
     .class_tokens = 1,
     .image = 0},
    {.type = "mllama",
     .join = join_mllama,
     .bias = false,
     .patch_bias = false,
     .embedding_norm = true,
     .final_norm = true,
     .table = true,
     .class_tokens = 1,
     .image = 0},
});

}  // namespace

std::span<const ImageTraits> image_types() { return kRows; }

std::optional<ImageTraits> image_encoder(const ImageTraits& row, std::string_view named) {
  const bool follows_clip = row.table && !row.layer_scale && !row.gated && row.bias;
  if (!follows_clip) return row;
  if (named == "clip_vision_model") return clip(row.type, row.join);
  if (named == "siglip_vision_model") return siglip(row.type, row.join);
  if (named == "pixtral") {
    ImageTraits traits = pixtral(row.type);
    traits.join = row.join;
    return traits;
  }
  const bool other = named == "aimv2_vision_model" || named == "dinov2" || named == "timm_wrapper";
  return other ? std::nullopt : std::optional(row);
}

}  // namespace ridgepoint::hf
