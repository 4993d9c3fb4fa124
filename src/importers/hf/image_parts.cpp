#include "importers/hf/image_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"

#include "families/family.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/image_types.hpp"
#include "importers/hf/rows.hpp"
#include "importers/hf/towers.hpp"

namespace ridgepoint::hf {
namespace {

// Qwen2.5-VL: attention within squares of the image, but for the layers that are named.
void map_windows(Config& vision, std::int64_t patch, Compact& compact) {
  const auto full = vision.list({"fullatt_block_indexes"});
  const auto window = vision.size({"window_size"});
  if (!full || !window || window->value < patch) return;
  std::vector<std::string> mixers;
  for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
    mixers.emplace_back(std::find(full->begin(), full->end(), i) != full->end() ? "full" : "window");
  }
  compact.set("layer_types", mixers);
  compact.set("window", (window->value / patch) * (window->value / patch));
}

Description trunk(Joint& joint, const ImageTraits& traits) {
  Config& vision = joint.vision;
  Compact compact("vision_transformer", joint.reading.name, vision.at());
  const std::int64_t patch = side_of(vision, "patch_size", 0);
  std::int64_t image = side_of(vision, "image_size", traits.image);
  if (traits.image > 0) image = std::min(image, traits.image);
  compact.set("image", image / patch * patch);
  compact.set("patch", patch);
  const std::int64_t frames = vision.size_or({"temporal_patch_size"}, traits.type == "minimax_m3_vl" ? 2 : 1).value;
  compact.set("channels", frames * vision.size_or({"num_channels", "in_channels", "in_chans"}, 3).value);
  static const Keys kLayers{"num_hidden_layers", "depth", "vt_num_hidden_layers"};
  Size layers = vision.required(kLayers);
  expect_layers(vision, kLayers, layers.value);
  layers.value += vision.count({"num_global_layers"}, 0);
  compact.set("layers", layers);
  compact.set("hidden", joint.width);
  compact.set("heads",
              vision.required({"num_attention_heads", "num_heads", "vt_num_attention_heads", "attention_heads"}));
  const auto ratio = static_cast<std::int64_t>(vision.real({"mlp_ratio"}, 4) * static_cast<double>(joint.width));
  compact.set("ffn", vision.size_or({traits.ffn, "vt_intermediate_size"}, ratio));
  const std::string norm = vision.text({"norm_type"}, "");
  compact.set("norm", norm == "rms_norm" ? "rms" : traits.norm);
  compact.set("norm_placement", traits.placement);
  compact.set("qk_norm", vision.flag({"use_qk_norm", "qk_normalization"}, false) ? "full" : traits.qk_norm);
  compact.set("value_norm", traits.type == "gemma4");
  compact.set("activation",
              activation_word(vision, {"hidden_act", "hidden_activation"}, traits.activation, traits.gated));
  compact.set("qkv_bias", vision.flag({"qkv_bias", "attention_bias"}, traits.bias));
  compact.set("output_bias", traits.bias);
  compact.set("mlp_bias", traits.mlp_bias);
  compact.set("patch_bias", traits.patch_bias);
  compact.set("embedding_norm", traits.embedding_norm);
  compact.set("final_norm", traits.final_norm);
  compact.set("layer_scale", traits.layer_scale);
  compact.set("class_tokens", traits.class_tokens);
  compact.set("position", traits.table ? "learned" : "rope");
  compact.set("pool", "none");
  map_windows(vision, patch, compact);
  Attributes none;
  return load_model(Document::rewritten(joint.reading.document, compact.root()), none);
}

}  // namespace

// Without images it runs nothing, but is not without extents.
void put_in_front(const std::string& prefix, const std::string& count, Description part, Description& description) {
  std::vector<Item> decoder = std::move(description.items);
  description.items.clear();
  (void)add_part(prefix, std::move(part), description, {});
  for (Attribute& parameter : description.parameters) {
    if (parameter.name == prefix + "_batch") parameter.value = fmt::format("batch * max({}, 1)", count);
  }
  for (Item& item : description.items) {
    item.skip = count + " == 0";
    if (description.precision.weights && !item.precision) item.precision = WeightsItem{};  // not what is quantized
  }
  for (Item& item : decoder) description.items.push_back(std::move(item));
  description.parameters.push_back({count, 1});
  for (PhaseItem& phase : description.phases) {
    if (phase.phase == Phase::kDecode) phase.parameters.push_back({count, 0});
  }
}

namespace {

// SigLIP's head that makes one vector of an image: a part of the class, and nothing that the decoder reads.
void add_unread_head(Joint& joint) {
  const std::string type = joint.vision.text({"model_type"}, "");
  const bool siglip = type == "siglip_vision_model" || type == "siglip2_vision_model";
  if (!joint.vision.flag({"vision_use_head"}, siglip)) return;
  const std::int64_t h = joint.width;
  const std::int64_t ffn = joint.vision.size_or({"intermediate_size"}, 4 * h).value;
  const std::int64_t attention = checked_add(checked_mul(4, checked_mul(h, h)), 5 * h);
  const std::int64_t mlp = checked_add(checked_mul(2, checked_mul(h, ffn)), ffn + 3 * h);
  joint.part.items.insert(joint.part.items.begin(), unread_parameter("pool_head", {attention + mlp}, "image"));
  joint.reading.notes.push_back(
      fmt::format("of the images' encoder {} parameters make a vector that nothing reads here", attention + mlp));
}

}  // namespace

std::int64_t side_of(Config& vision, const char* key, std::int64_t fallback) {
  const Node* node = vision.find({key});
  if (node != nullptr && node->kind == Node::Kind::kArray && !node->items.empty()) {
    const auto sides = *vision.list({key});
    if (sides.front() < 1) vision.fail({key}, fmt::format("a side of {}", sides.front()), "at least 1");
    return sides.front();
  }
  if (fallback > 0) return vision.size_or({key}, fallback).value;
  return vision.required({key}).value;
}

bool add_image_part(Reading& reading, Config& vision, std::int64_t text_width, Description& description) {
  const ImageTraits* row = find_row(image_types(), reading.type);
  const auto traits = row != nullptr ? image_encoder(*row, vision.text({"model_type"}, "")) : std::nullopt;
  if (!traits) return false;
  const Size width = traits->type == "qwen2_vl" ? vision.required({"embed_dim"})
                                                : vision.required({"hidden_size", "vt_hidden_size", "embed_dim"});
  Description part;
  Joint joint{reading, vision, part, width.value, text_width, traits->class_tokens};
  part = trunk(joint, *traits);
  traits->join(joint);
  add_unread_head(joint);
  vision.ignore({"model_type", "rope_parameters", "rope_theta", "vision_use_head", "projection_dim", "vocab_size",
                 "max_position_embeddings", "head_dim", "layer_norm_eps", "torch_dtype", "dtype"});
  reading.root.ignore({"vision_feature_layer", "vision_feature_select_strategy", "projector_hidden_act",
                       "multimodal_projector_bias", "image_seq_length", "image_token_index", "spatial_merge_size",
                       "mm_tokens_per_image", "image_grid_pinpoints", "projection_dim", "scale_factor",
                       "downsample_ratio", "projector_hidden_size", "num_image_tokens", "use_image_newline_parameter",
                       "num_image_tokens"});
  put_in_front("vision", "images", std::move(part), description);
  reading.notes.emplace_back(
      "prefill encodes one image of vision_image x vision_image pixels for each sequence, decode none: --set images "
      "and vision_image; the tokens of images are among those of seq");
  reading.warn_of_strangers(vision);
  return true;
}

}  // namespace ridgepoint::hf
