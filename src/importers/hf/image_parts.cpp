// Encoders of images in front of a decoder: one row for each model type, with what joins the two
// (https://huggingface.co/docs/transformers, the page of each model).

#include "importers/hf/image_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/checked.hpp"
#include "families/build.hpp"
#include "families/family.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/towers.hpp"

namespace ridgepoint::hf {
namespace {

/// An image on its way to the decoder: its width, and that of the decoder.
struct Joint {
  Reading& reading;
  Config& vision;
  Description& part;
  std::int64_t width;
  std::int64_t text;
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

// A side of an image or a patch, which some configs give as a list of two.
std::int64_t side(Config& vision, const char* key, std::int64_t fallback) {
  const Node* node = vision.find({key});
  if (node != nullptr && node->kind == Node::Kind::kArray && !node->items.empty()) {
    const auto sides = *vision.list({key});
    if (sides.front() < 1) vision.fail({key}, fmt::format("a side of {}", sides.front()), "at least 1");
    return sides.front();
  }
  if (fallback > 0) return vision.size_or({key}, fallback).value;
  return vision.required({key}).value;
}

std::int64_t square(std::int64_t side) { return checked_mul(side, side); }

Item linear(std::string name, std::int64_t width, bool bias, References inputs = {}) {
  return layer(std::move(name), "linear", {{"out_features", width}, {"bias", bias}}, std::move(inputs));
}

Item norm(std::string name, std::string_view kind, References inputs = {}) {
  return layer(std::move(name), std::string(kind) + "_norm", {}, std::move(inputs));
}

void add(Joint& joint, std::vector<Item> items) {
  for (Item& item : items) joint.part.items.push_back(std::move(item));
}

Item view(std::string name, std::vector<Value> extents, References inputs = {}) {
  return layer(std::move(name), "reshape", {{"shape", sizes(std::move(extents))}}, std::move(inputs));
}

// A parameter that no product reads: a table of positions that is interpolated, a token between rows.
void add_table(Joint& joint, const std::string& name, std::int64_t rows, std::int64_t width) {
  joint.part.items.insert(joint.part.items.begin(),
                          layer(name, "constant", {{"shape", sizes({rows, width})}}, {"image"}));
}

// A square of neighbours becomes one token, so many times as wide.
std::int64_t merged(Joint& joint, std::int64_t side, const std::string& name, const References& inputs = {}) {
  const std::int64_t width = checked_mul(checked_mul(side, side), joint.width);
  add(joint, {view(name, {"batch", -1, width}, inputs)});
  return width;
}

std::int64_t merge_side(Joint& joint) { return joint.vision.size_or({"spatial_merge_size"}, 2).value; }

// Patches without the class token before them.
void without_class(Joint& joint) {
  add(joint, {layer("patches_alone", "slice", {{"axis", 1}, {"start", 1}, {"length", "patches"}})});
}

void two_layers(Joint& joint, std::int64_t hidden, std::int64_t out, bool bias) {
  add(joint, {linear("join_up", hidden, bias), layer("join_gelu", "gelu"), linear("join_out", out, bias)});
}

void join_qwen2(Joint& joint) {
  const bool rms = joint.vision.has("intermediate_size");
  add(joint, {norm("join_norm", rms ? "rms" : "layer")});
  const std::int64_t wide = merged(joint, merge_side(joint), "merged");
  const bool first = joint.vision.has("embed_dim");  // of Qwen2-VL, where hidden_size is that of the decoder
  const std::int64_t out = first ? joint.vision.size_or({"hidden_size"}, joint.text).value
                                 : joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  two_layers(joint, wide, out, true);
  joint.vision.ignore({"tokens_per_second"});
}

// Three of the layers hand their tokens on to layers of the decoder too (deepstack).
void join_qwen3(Joint& joint) {
  const std::string last = joint.part.items.back().name;
  const std::int64_t out = joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  add_table(joint, "positions", joint.vision.required({"num_position_embeddings"}).value, joint.width);
  const std::int64_t side = merge_side(joint);
  const auto deep = joint.vision.list({"deepstack_visual_indexes"}).value_or(std::vector<std::int64_t>{});
  for (std::size_t i = 0; i < deep.size(); ++i) {
    const std::string name = fmt::format("deep{}", i + 1);
    const std::int64_t wide = merged(joint, side, name, {last});
    add(joint, {norm(name + "_norm", "layer"), linear(name + "_up", wide, true), layer(name + "_gelu", "gelu"),
                linear(name + "_out", out, true)});
  }
  add(joint, {norm("join_norm", "layer", {last})});
  two_layers(joint, merged(joint, side, "merged"), out, true);
}

void join_gemma4(Joint& joint) {
  add_table(joint, "positions", 2 * joint.vision.size_or({"position_embedding_size"}, 10240).value, joint.width);
  const std::int64_t side = joint.vision.size_or({"pooling_kernel_size"}, 3).value;
  add(joint, {view("pool_squares", {"batch", -1, side * side, joint.width}),
              layer("pooled", "reduce", {{"axes", std::vector<std::int64_t>{2}}}),
              layer("join_norm", "rms_norm", {{"weight", false}}), linear("join_out", joint.text, false)});
  joint.vision.ignore({"global_head_dim", "num_key_value_heads", "head_dim", "standardize", "use_clipped_linears",
                       "default_output_length", "image_seq_length", "video_seq_length", "max_position_embeddings"});
  joint.reading.root.ignore({"vision_soft_tokens_per_image"});
}

void join_kimi(Joint& joint) {
  const std::int64_t rows = joint.vision.size_or({"init_pos_emb_height", "pos_emb_height"}, 64).value;
  const std::int64_t columns = joint.vision.size_or({"init_pos_emb_width", "pos_emb_width"}, 64).value;
  add_table(joint, "positions", checked_mul(rows, columns), joint.width);
  add(joint, {norm("join_norm", "layer")});
  const std::int64_t wide = merged(joint, 2, "merged");
  two_layers(joint, wide, joint.text, true);
  joint.reading.root.ignore({"projection_hidden_size", "projection_layer_norm_eps", "projection_ln_eps"});
  joint.vision.ignore({"init_pos_emb_time", "pos_emb_time", "merge_kernel_size", "merge_type", "mm_hidden_size",
                       "mm_projector_type", "pos_emb_type", "projector_hidden_act", "projector_ln_eps",
                       "text_hidden_size", "video_attn_type"});
}

// A convolution over squares of tokens, which are disjoint, and a gated MLP.
void join_glm(Joint& joint) {
  const std::int64_t out = joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  const std::int64_t inner = joint.vision.required({"intermediate_size"}).value;
  add_table(joint, "positions", square(side(joint.vision, "image_size", 336) / side(joint.vision, "patch_size", 14)),
            joint.width);
  (void)merged(joint, merge_side(joint), "merged");
  add(joint,
      {linear("downsample", out, true), linear("join", out, false), norm("join_norm", "layer"),
       layer("join_gelu", "gelu"), linear("join_gate", inner, false), linear("join_up", inner, false, {"join_gelu"}),
       layer("join_gated", "gated", {}, {"join_gate", "join_up"}), linear("join_out", out, false)});
}

void join_minimax(Joint& joint) {
  const std::int64_t out = joint.reading.root.size_or({"projector_hidden_size"}, joint.text).value;
  two_layers(joint, out, out, true);
  add(joint, {view("merged", {"batch", -1, 4 * out}), linear("merge_up", out, true), layer("merge_gelu", "gelu"),
              linear("merge_out", out, true)});
  joint.vision.ignore({"img_token_compression_config", "vision_segment_max_frames", "rope_mode", "projection_dim",
                       "position_embedding_type"});
  joint.reading.root.ignore(
      {"img_token_compression_config", "image_seq_length", "num_reward_heads", "process_image_mode"});
}

void join_pixtral(Joint& joint) {
  Config& root = joint.reading.root;
  add(joint, {norm("join_norm", "rms")});
  (void)merged(joint, root.size_or({"spatial_merge_size"}, 2).value, "merged");
  add(joint, {linear("merge", joint.width, false)});
  two_layers(joint, joint.text, joint.text, root.flag({"multimodal_projector_bias"}, false));
}

// Of the chosen layers, one or several side by side.
void join_llava(Joint& joint) {
  Config& root = joint.reading.root;
  const Node* chosen = root.find({"vision_feature_layer"});
  if (chosen != nullptr && chosen->kind == Node::Kind::kArray && chosen->items.size() > 1) {
    root.fail(*chosen, "several layers of the images' encoder are not known here", "one layer");
  }
  without_class(joint);
  two_layers(joint, joint.text, joint.text, root.flag({"multimodal_projector_bias"}, true));
}

void join_llava_next(Joint& joint) {
  join_llava(joint);
  add_table(joint, "newline", 1, joint.text);
}

// A fixed number of tokens: means of squares of patches.
void join_gemma3(Joint& joint) {
  const std::int64_t tokens = joint.reading.root.size_or({"mm_tokens_per_image"}, 256).value;
  const Value square = fmt::format("exact_div(patches, {})", tokens);
  add(joint, {view("pool_squares", {"batch", tokens, square, joint.width}),
              layer("pooled", "reduce", {{"axes", std::vector<std::int64_t>{2}}}), norm("join_norm", "rms"),
              linear("join_out", joint.text, false)});
}

void join_paligemma(Joint& joint) { add(joint, {linear("join_out", joint.text, true)}); }

void join_internvl(Joint& joint) {
  without_class(joint);
  const std::int64_t wide = merged(joint, 2, "merged");
  (void)wide;
  add(joint, {norm("join_norm", "layer")});
  two_layers(joint, joint.text, joint.text, true);
  joint.vision.ignore({"layer_scale_init_value", "norm_type", "use_mask_token", "use_mean_pooling",
                       "use_absolute_position_embeddings"});
}

void join_idefics3(Joint& joint) {
  (void)merged(joint, joint.reading.root.size_or({"scale_factor"}, 2).value, "merged");
  add(joint, {linear("join_out", joint.text, false)});
}

void join_llama4(Joint& joint) {
  without_class(joint);
  (void)merged(joint, 2, "merged");
  const std::int64_t inner = joint.vision.size_or({"projector_input_dim"}, 4096).value;
  const std::int64_t outer = joint.vision.size_or({"projector_output_dim"}, 4096).value;
  two_layers(joint, inner, outer, false);
  add(joint, {layer("join_gelu_again", "gelu"), linear("to_text", joint.text, false)});
  joint.vision.ignore({"pixel_shuffle_ratio", "vision_output_dim", "projector_dropout", "multi_modal_projector_bias",
                       "vision_feature_layer", "vision_feature_select_strategy"});
}

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
    clip("llava", join_llava),
    clip("llava_next", join_llava_next),
    siglip("gemma3", join_gemma3),
    siglip("paligemma", join_paligemma),
    siglip("idefics3", join_idefics3),
    siglip("smolvlm", join_idefics3),
    {.type = "internvl", .join = join_internvl, .layer_scale = true, .table = true, .class_tokens = 1, .image = 0},
    {.type = "llama4",
     .join = join_llama4,
     .patch_bias = false,
     .embedding_norm = true,
     .final_norm = true,
     .table = true,
     .class_tokens = 1,
     .image = 0},
});

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
  const std::int64_t patch = side(vision, "patch_size", 0);
  std::int64_t image = side(vision, "image_size", traits.image);
  if (traits.image > 0) image = std::min(image, traits.image);
  compact.set("image", image / patch * patch);
  compact.set("patch", patch);
  const std::int64_t frames = vision.size_or({"temporal_patch_size"}, traits.type == "minimax_m3_vl" ? 2 : 1).value;
  compact.set("channels", frames * vision.size_or({"num_channels", "in_channels", "in_chans"}, 3).value);
  compact.set("layers", vision.required({"num_hidden_layers", "depth", "vt_num_hidden_layers"}));
  compact.set("hidden", joint.width);
  compact.set("heads", vision.required({"num_attention_heads", "num_heads", "vt_num_attention_heads"}));
  const auto ratio = static_cast<std::int64_t>(vision.real({"mlp_ratio"}, 4) * static_cast<double>(joint.width));
  compact.set("ffn", vision.size_or({traits.ffn, "vt_intermediate_size"}, ratio));
  compact.set("norm", traits.norm);
  compact.set("norm_placement", traits.placement);
  compact.set("qk_norm", vision.flag({"use_qk_norm"}, false) ? "full" : traits.qk_norm);
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

// The images of all sequences; without images it runs nothing, but is not without extents.
constexpr const char* kImages = "batch * max(images, 1)";

void put_in_front(Description part, Description& description) {
  std::vector<Item> decoder = std::move(description.items);
  description.items.clear();
  (void)add_part("vision", std::move(part), description, {});
  for (Attribute& parameter : description.parameters) {
    if (parameter.name == "vision_batch") parameter.value = kImages;
  }
  for (Item& item : description.items) {
    item.skip = "images == 0";
    if (description.precision.weights && !item.precision) item.precision = WeightsItem{};  // not what is quantized
  }
  for (Item& item : decoder) description.items.push_back(std::move(item));
  description.parameters.push_back({"images", 1});
  for (PhaseItem& phase : description.phases) {
    if (phase.phase == Phase::kDecode) phase.parameters.push_back({"images", 0});
  }
}

}  // namespace

bool add_image_part(Reading& reading, Config& vision, std::int64_t text_width, Description& description) {
  const auto* traits =
      std::find_if(kRows.begin(), kRows.end(), [&](const ImageTraits& row) { return row.type == reading.type; });
  if (traits == kRows.end()) return false;
  const Size width = traits->type == "qwen2_vl" ? vision.required({"embed_dim"})
                                                : vision.required({"hidden_size", "vt_hidden_size", "embed_dim"});
  Description part;
  Joint joint{reading, vision, part, width.value, text_width};
  part = trunk(joint, *traits);
  traits->join(joint);
  vision.ignore({"model_type", "rope_parameters", "rope_theta", "vision_use_head", "projection_dim", "vocab_size",
                 "max_position_embeddings", "head_dim", "layer_norm_eps", "torch_dtype", "dtype"});
  reading.root.ignore({"vision_feature_layer", "vision_feature_select_strategy", "projector_hidden_act",
                       "multimodal_projector_bias", "image_seq_length", "image_token_index", "spatial_merge_size",
                       "mm_tokens_per_image", "image_grid_pinpoints", "projection_dim", "scale_factor",
                       "downsample_ratio", "projector_hidden_size", "num_image_tokens", "use_image_newline_parameter",
                       "num_image_tokens"});
  put_in_front(std::move(part), description);
  reading.notes.emplace_back(
      "prefill encodes one image of vision_image x vision_image pixels for each sequence, decode none: --set images "
      "and "
      "vision_image; the tokens of images are among those of seq");
  reading.warn_of_strangers(vision);
  return true;
}

}  // namespace ridgepoint::hf
