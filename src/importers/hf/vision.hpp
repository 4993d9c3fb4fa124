#pragma once
// Encoders of images of the ViT kind: one reader for all, with a row of traits for each model type.

#include "importers/hf/towers.hpp"

namespace ridgepoint::hf {

/// What stands behind the last layer of a type.
enum class ImageHead : std::uint8_t {
  kToken,      ///< the class token (ViT, DeiT), with a pooler in the class "...Model"
  kTokenMean,  ///< the class token beside the mean of the patches (DINOv2)
  kMean,       ///< a norm of the mean of the patches (BEiT)
  kProjected,  ///< a norm of the class token and a projection (CLIP)
  kAttention,  ///< a learned query that attends to the patches (SigLIP)
};

/// What a model type is where its config has no key for it; words are those of the family `vision_transformer`.
struct VisionTraits {
  std::string_view type;
  ImageHead head = ImageHead::kToken;
  bool pooler = true;
  std::int64_t image = 224;
  std::int64_t patch = 16;
  std::int64_t hidden = 768;
  std::int64_t heads = 12;
  std::int64_t class_tokens = 1;
  std::string_view activation = "gelu";
  bool patch_bias = true;
  bool embedding_norm = false;
  bool mask_token = false;
  void (*more)(Config& config, Compact& compact) = nullptr;  ///< what only this type has
};

const VisionTraits* find_vision(std::string_view type);

/// The network up to the last layer, with the norm behind it where all tokens go through it.
Description image_trunk(Reading& reading, Config& config, const VisionTraits& traits, const std::string& name);
/// The vector of each image, where the type has one: the end of the class "...Model".
void add_image_vector(Config& config, const VisionTraits& traits, Description& description);
/// The head of a class that is not "...Model".
void add_image_head(Reading& reading, Config& config, const VisionTraits& traits, Description& description);

/// What single types have.
void map_beit(Config& config, Compact& compact);
void map_dinov2(Config& config, Compact& compact);
void map_siglip2(Config& config, Compact& compact);

}  // namespace ridgepoint::hf
