// The model types that are encoders of images, one row each: how its class in the transformers library differs from
// ViT where the config does not say (https://huggingface.co/docs/transformers, the page of each model).

#include "importers/hf/rows.hpp"
#include "importers/hf/vision.hpp"

namespace ridgepoint::hf {
namespace {

using T = VisionTraits;

const auto kRows = std::to_array<T>({
    {.type = "vit"},
    {.type = "vit_msn", .pooler = false},
    {.type = "deit", .class_tokens = 2},
    {.type = "dinov2", .head = ImageHead::kTokenMean, .pooler = false, .mask_token = true, .more = map_dinov2},
    {.type = "dinov2_with_registers",
     .head = ImageHead::kTokenMean,
     .pooler = false,
     .mask_token = true,
     .more = map_dinov2},
    {.type = "beit", .head = ImageHead::kMean, .more = map_beit},
    {.type = "clip_vision_model",
     .head = ImageHead::kProjected,
     .patch = 32,
     .activation = "quick_gelu",
     .patch_bias = false,
     .embedding_norm = true},
    {.type = "siglip_vision_model",
     .head = ImageHead::kAttention,
     .class_tokens = 0,
     .activation = "gelu_pytorch_tanh"},
    {.type = "siglip2_vision_model",
     .head = ImageHead::kAttention,
     .class_tokens = 0,
     .activation = "gelu_pytorch_tanh",
     .more = map_siglip2},
});

std::vector<std::string_view> types() { return types_of(kRows); }

Description read(Reading& reading) {
  const T& traits = *find_vision(reading.type);
  Description description = image_trunk(reading, reading.root, traits, reading.name);
  const bool model = reading.architecture.empty() || reading.architecture_ends("Model");
  if (model || traits.head == ImageHead::kProjected || traits.head == ImageHead::kAttention) {
    add_image_vector(reading.root, traits, description);
  }
  if (!model) add_image_head(reading, reading.root, traits, description);
  return description;
}

}  // namespace

const VisionTraits* find_vision(std::string_view type) { return find_row(kRows, type); }

const Kind kVision{types, read, "encoders of images", "vision_transformer"};

}  // namespace ridgepoint::hf
