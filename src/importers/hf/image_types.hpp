#pragma once
// What encoders of images in front of a decoder have in common: rows of traits, and what joins the two.

#include <optional>
#include <span>

#include "families/build.hpp"
#include "importers/hf/image_parts.hpp"

namespace ridgepoint::hf {

/// An image on its way to the decoder: its width, and that of the decoder.
struct Joint {
  Reading& reading;
  Config& vision;
  Description& part;
  std::int64_t width = 0;
  std::int64_t text = 0;
  std::int64_t class_tokens = 0;
};
using Join = void(Joint& joint);

/// What a type's encoder is where its config does not say; words are those of the family `vision_transformer`.
struct ImageTraits {
  std::string_view type;
  Join* join = nullptr;
  std::string_view norm = "layer";
  std::string_view placement = "pre";
  std::string_view activation = "gelu";
  std::string_view qk_norm = "none";
  bool gated = false;
  bool bias = true;  ///< of attention
  bool mlp_bias = true;
  bool patch_bias = true;
  bool embedding_norm = false;
  bool final_norm = false;
  bool layer_scale = false;
  bool table = false;  ///< a table of positions, one row for each token of an image
  std::int64_t class_tokens = 0;
  std::string_view ffn = "intermediate_size";  ///< the key of the MLP's width
  std::int64_t image = 448;  ///< where the config has no size, or a larger one that images seldom have
};

/// The rows of all types.
std::span<const ImageTraits> image_types();

/// The encoder that a row has where `vision_config` names one by its model_type; of another kind than the row's it is
/// CLIP's, SigLIP's or Pixtral's. Null for one that is not known.
std::optional<ImageTraits> image_encoder(const ImageTraits& row, std::string_view named);

/// A side of an image or a patch, which some configs give as a list of two; without a fallback it must be there.
std::int64_t side_of(Config& vision, const char* key, std::int64_t fallback);

/// The ways of joining: from the last layer of the encoder to tokens as wide as the decoder's.
Join join_qwen2, join_qwen3, join_gemma4, join_kimi, join_glm, join_minimax, join_pixtral, join_llava, join_llava_next,
    join_gemma3, join_paligemma, join_internvl, join_idefics3, join_llama4, join_mllama, join_onevision, join_cohere2,
    join_aya, join_lfm2, join_vipllava;

}  // namespace ridgepoint::hf
