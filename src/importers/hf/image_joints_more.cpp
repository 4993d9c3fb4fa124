// What stands between an encoder of images and a decoder, of types that do more than others.

#include <fmt/format.h>

#include "importers/hf/image_joints.hpp"

namespace ridgepoint::hf {

// Several tiles of an image, each with tables of positions for every shape of the whole; of the layers six outputs side
// by side go to the decoder's width.
void join_mllama(Joint& joint) {
  Config& vision = joint.vision;
  const std::string last = joint.part.items.back().name;
  const std::int64_t tiles = vision.size_or({"max_num_tiles"}, 4).value;
  const Node* shapes = vision.find({"supported_aspect_ratios"});
  const std::int64_t kinds = 1 + (shapes != nullptr ? static_cast<std::int64_t>(shapes->items.size()) : 8);
  const std::int64_t patches = square(side_of(vision, "image_size", 448) / side_of(vision, "patch_size", 14)) + 1;
  add_table(joint, "tile_positions", checked_mul(kinds, tiles) * patches, joint.width);
  add_table(joint, "tile_places", checked_mul(2 * kinds, tiles), joint.width);
  add_table(joint, "gates", 1, 3 + 2 * vision.count({"num_global_layers"}, 8));
  const auto taken = vision.list({"intermediate_layers_indices"}).value_or(std::vector<std::int64_t>(5));
  add(joint, {layer("side_by_side", "concat", {{"axis", -1}}, References(taken.size() + 1, last)),
              linear("join_out", joint.text, true)});
  vision.ignore({"vision_output_dim", "max_aspect_ratio_id"});
  joint.reading.notes.emplace_back("an image of vision_image pixels is one tile; tiles are encoded one by one here");
}

void join_onevision(Joint& joint) {
  two_layers(joint, joint.text, joint.text, joint.reading.root.flag({"multimodal_projector_bias"}, true));
  add_table(joint, "newline", 1, joint.text);
  joint.reading.root.ignore({"vision_aspect_ratio", "video_token_index"});
}

// The first layer's two halves gate each other.
static void gated_halves(Joint& joint, std::int64_t inner, std::int64_t out) {
  add(joint, {linear("join_up", inner, true), layer("join_value", "slice", {{"axis", -1}, {"length", inner / 2}}),
              layer("join_gate", "slice", {{"axis", -1}, {"start", inner / 2}, {"length", inner / 2}}, {"join_up"}),
              layer("join_gated", "gated", {}, {"join_gate", "join_value"}), linear("join_out", out, true)});
}

void join_cohere2(Joint& joint) {
  Config& root = joint.reading.root;
  (void)merged(joint, root.size_or({"downsample_factor"}, 2).value, "merged");
  gated_halves(joint, root.size_or({"alignment_intermediate_size"}, 36864).value, joint.text);
}

void join_aya(Joint& joint) {
  Config& root = joint.reading.root;
  (void)merged(joint, root.size_or({"downsample_factor"}, 2).value, "merged");
  add(joint, {norm("join_norm", "layer")});
  gated_halves(joint, root.size_or({"alignment_intermediate_size"}, joint.text).value, joint.text);
  root.ignore({"adapter_layer_norm_eps"});
}

void join_lfm2(Joint& joint) {
  Config& root = joint.reading.root;
  (void)merged(joint, root.size_or({"downsample_factor"}, 2).value, "merged");
  if (root.flag({"projector_use_layernorm"}, true)) add(joint, {norm("join_norm", "layer")});
  two_layers(joint, root.size_or({"projector_hidden_size"}, 2560).value, joint.text,
             root.flag({"projector_bias"}, true));
  joint.vision.ignore({"num_patches"});
  root.ignore({"do_image_splitting", "encoder_patch_size", "max_image_tokens", "max_num_patches",
               "max_pixels_tolerance", "max_tiles", "min_image_tokens", "min_tiles", "tile_size",
               "use_image_special_tokens", "use_thumbnail", "vision_feature_layer"});
}

// Of five layers the outputs side by side, without the class token.
void join_vipllava(Joint& joint) {
  Config& root = joint.reading.root;
  const auto layers = root.list({"vision_feature_layers"}).value_or(std::vector<std::int64_t>(5));
  without_class(joint);
  add(joint, {layer("side_by_side", "concat", {{"axis", -1}}, References(layers.size(), "patches_alone")),
              norm("join_norm", "layer")});
  two_layers(joint, joint.text, joint.text, true);
  root.ignore({"projector_layernorm_eps"});
}

}  // namespace ridgepoint::hf
