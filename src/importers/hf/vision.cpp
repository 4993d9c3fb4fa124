#include "importers/hf/vision.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

// A square image, which some configs write as two equal numbers.
Size image_size(Config& config, std::int64_t fallback) {
  const Node* node = config.find({"image_size"});
  if (node == nullptr || node->kind != Node::Kind::kArray) return config.size_or({"image_size"}, fallback);
  const auto sides = config.list({"image_size"});
  if (sides->size() != 2 || (*sides)[0] != (*sides)[1] || (*sides)[0] < 1) {
    config.fail(*node, "\"image_size\" is no square", "one number, or two equal ones");
  }
  return {(*sides)[0], node->offset};
}

void map_sizes(Config& config, const VisionTraits& traits, Compact& compact) {
  compact.set("image", image_size(config, traits.image));
  compact.set("patch", config.size_or({"patch_size"}, traits.patch));
  if (compact.number("image") % compact.number("patch") != 0) {  // what does not fill a patch is not seen
    const std::int64_t patch = compact.number("patch");
    compact.set("image", Size{compact.number("image") / patch * patch, config.at()});
  }
  compact.set("channels", config.size_or({"num_channels"}, 3));
  compact.set("layers", config.size_or({"num_hidden_layers"}, 12));
  compact.set("hidden", config.size_or({"hidden_size"}, traits.hidden));
  compact.set("heads", config.size_or({"num_attention_heads"}, traits.heads));
  compact.set("ffn", config.size_or({"intermediate_size"}, 4 * traits.hidden));
  expect_heads(config, {"num_attention_heads"}, compact.number("heads"), compact.number("hidden"));
}

std::vector<Item> token_vector() {
  return {layer("token", "slice", {{"axis", 1}, {"length", 1}}),
          layer("vector", "reshape", {{"shape", sizes({"batch", "hidden"})}})};
}

// The mean of the patches, the class token left out.
std::vector<Item> patch_mean(const std::string& input) {
  return {layer("patch_tokens", "slice", {{"axis", 1}, {"start", "seq - patches"}, {"length", "patches"}}, {input}),
          layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}})};
}

void append(std::vector<Item> more, Description& description) {
  for (Item& item : more) description.items.push_back(std::move(item));
}

// SigLIP (Zhai et al., arXiv 2303.15343): a learned query attends to all patches, and an MLP follows.
void add_attention_pool(const std::string& activation, Description& description) {
  Block block{.name = "pool_head", .inputs = {"x"}};
  const auto linear = [](const char* name, const char* width, References inputs) {
    return layer(name, "linear", {{"out_features", width}}, std::move(inputs));
  };
  block.items = {layer("probe", "learned_tokens", {{"replace", true}}, {"x"}),
                 linear("q", "hidden", {"probe"}),
                 linear("k", "hidden", {"x"}),
                 linear("v", "hidden", {"x"}),
                 layer("attention", "attention", {{"heads", "heads"}}, {"q", "k", "v"}),
                 linear("o", "hidden", {"attention"}),
                 layer("norm", "layer_norm"),
                 linear("up", "ffn", {"norm"}),
                 layer("activation", activation),
                 linear("down", "hidden", {}),
                 layer("add", "add", {}, {"o", "down"}),
                 layer("vector", "reshape", {{"shape", sizes({"batch", "hidden"})}})};
  description.blocks.push_back(std::move(block));
  description.items.push_back(use("pool_head", "pool_head"));
}

std::string plain_op(const std::string& word) { return word == "quick_gelu" ? "silu" : word; }

void map_trunk(Reading& reading, Config& config, const VisionTraits& traits, Compact& compact) {
  map_sizes(config, traits, compact);
  compact.set("norm", "layer");
  compact.set("position", "learned");
  compact.set("activation", activation_word(config, {"hidden_act"}, traits.activation, false));
  compact.set("pool", "none");
  compact.set("patch_bias", traits.patch_bias);
  compact.set("embedding_norm", traits.embedding_norm);
  compact.set("final_norm", traits.head != ImageHead::kProjected);
  compact.set("class_tokens", traits.class_tokens);
  compact.set("qkv_bias", config.flag({"qkv_bias"}, true));
  config.ignore({"encoder_stride", "num_labels", "pooler_output_size", "pooler_act", "projection_dim"});
  if (traits.more != nullptr) traits.more(config, compact);
  (void)reading;
}

}  // namespace

Description image_trunk(Reading& reading, Config& config, const VisionTraits& traits, const std::string& name) {
  Compact compact("vision_transformer", name, config.at());
  map_trunk(reading, config, traits, compact);
  Description description = reading.expand(compact);
  const bool masked = traits.type == "beit" ? config.flag({"use_mask_token"}, false)
                                            : traits.mask_token && config.flag({"use_mask_token"}, true);
  if (masked) {
    description.items.insert(description.items.begin(), unread_parameter("mask_token", {1, "hidden"}, "image"));
    reading.notes.push_back(fmt::format("{} of the parameters are read in pretraining alone (mask_token)",
                                        config.size_or({"hidden_size"}, traits.hidden).value));
  }
  return description;
}

void add_image_vector(Config& config, const VisionTraits& traits, Description& description) {
  const std::string activation = plain_op(activation_word(config, {"hidden_act"}, traits.activation, false));
  switch (traits.head) {
    case ImageHead::kToken: {
      if (!traits.pooler) return;
      const Size width = config.size_or({"pooler_output_size"}, 0);
      add_vector_layers({.name = "pooler",
                         .width = width.value > 0 ? Value(width.value) : Value("hidden"),
                         .activation = config.text({"pooler_act"}, "tanh")},
                        description);
      return;
    }
    case ImageHead::kMean:
      if (!config.flag({"use_mean_pooling"}, true)) return append(token_vector(), description);
      append(patch_mean(description.items.back().name), description);
      return append({layer("pooler_norm", "layer_norm")}, description);
    case ImageHead::kProjected:
      append(token_vector(), description);
      return append({layer("final_norm", "layer_norm")}, description);
    case ImageHead::kAttention:
      if (config.flag({"vision_use_head"}, true)) add_attention_pool(activation, description);
      return;
    case ImageHead::kTokenMean: return;
  }
}

void add_image_head(Reading& reading, Config& config, const VisionTraits& traits, Description& description) {
  const auto classes = [&](const char* name, References inputs = {}) {
    return layer(name, "linear", {{"out_features", label_count(reading.root).value}}, std::move(inputs));
  };
  const std::string last = description.items.back().name;
  if (reading.architecture_ends("WithProjection")) {
    const std::int64_t width = config.size_or({"projection_dim"}, 512).value;
    return append({layer("projection", "linear", {{"out_features", width}, {"bias", false}})}, description);
  }
  if (reading.architecture_ends("ForMaskedImageModeling") && traits.head == ImageHead::kMean) {
    const Item tokens =
        layer("patch_tokens", "slice", {{"axis", 1}, {"start", "seq - patches"}, {"length", "patches"}}, {"head_norm"});
    return append({layer("head_norm", "layer_norm"), tokens,
                   layer("head", "linear", {{"out_features", config.size_or({"vocab_size"}, 8192).value}})},
                  description);
  }
  reading.expect_head({"ForImageClassification", "ForImageClassificationWithTeacher"});
  if (!reading.architecture_has("Classification")) return;
  if (traits.head == ImageHead::kMean) {
    add_image_vector(config, traits, description);
    return append({classes("classifier")}, description);
  }
  if (traits.head == ImageHead::kAttention) {
    return append({layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}, {last}), classes("classifier")},
                  description);
  }
  append(token_vector(), description);
  if (traits.head == ImageHead::kTokenMean) {
    append(patch_mean(last), description);
    append({layer("joined", "concat", {{"axis", -1}}, {"vector", "mean"})}, description);
  }
  append({classes("classifier")}, description);
  if (!reading.architecture_ends("WithTeacher")) return;
  append({layer("distillation_token", "slice", {{"axis", 1}, {"start", 1}, {"length", 1}}, {last}),
          layer("distillation_vector", "reshape", {{"shape", sizes({"batch", "hidden"})}}),
          classes("distillation_classifier"), layer("logits", "add", {}, {"classifier", "distillation_classifier"})},
         description);
}

// Oquab et al., arXiv 2304.07193: a factor per channel on each branch; the largest has gated MLPs of two thirds.
void map_dinov2(Config& config, Compact& compact) {
  compact.set("layer_scale", true);
  const double ratio = config.real({"mlp_ratio"}, 4);
  const auto ffn = static_cast<std::int64_t>(static_cast<double>(compact.number("hidden")) * ratio);
  const bool gated = config.flag({"use_swiglu_ffn"}, false);
  compact.set("ffn", gated ? (ffn * 2 / 3 + 7) / 8 * 8 : ffn);
  if (gated) compact.set("activation", "swiglu");
  const std::int64_t registers = config.count({"num_register_tokens"}, 0);
  if (registers > 0) compact.set("registers", registers);
  config.ignore({"apply_layernorm", "layerscale_value", "reshape_hidden_states", "interpolate_antialias",
                 "interpolate_offset", "out_features", "out_indices", "stage_names"});
}

// Tschannen et al., arXiv 2502.14786: images of any shape with at most so many patches; a square one is taken.
void map_siglip2(Config& config, Compact& compact) {
  const Size patches = config.size_or({"num_patches"}, 256);
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(patches.value))));
  if (side * side != patches.value) {
    config.fail({"num_patches"}, fmt::format("{} patches are no square", patches.value), "a square number");
  }
  compact.set("image", Size{side * compact.number("patch"), patches.at});
}

// Bao et al., arXiv 2106.08254: a bias by relative position in each layer, keys without bias.
void map_beit(Config& config, Compact& compact) {
  compact.set("qkv_bias", true);
  compact.set("k_bias", false);
  compact.set("layer_scale", config.real({"layer_scale_init_value"}, 0.1) > 0);
  compact.set("position", config.flag({"use_absolute_position_embeddings"}, false) ? "learned" : "none");
  compact.set("final_norm", !config.flag({"use_mean_pooling"}, true));
  if (config.flag({"use_shared_relative_position_bias"}, false)) {
    config.fail({"use_shared_relative_position_bias"}, "one table of relative positions for all layers", "false");
  }
  if (config.flag({"use_relative_position_bias"}, false)) {
    const std::int64_t side = compact.number("image") / compact.number("patch");
    compact.set("relative_bias", true);
    compact.set("relative_tables", "own");
    compact.set("buckets", (2 * side - 1) * (2 * side - 1) + 3);  // and three of the class token
  }
  config.ignore({"auxiliary_channels", "auxiliary_concat_input", "auxiliary_num_convs", "out_indices", "out_features",
                 "pool_scales", "use_auxiliary_head", "vocab_size", "stage_names", "add_fpn", "reshape_hidden_states"});
}

}  // namespace ridgepoint::hf
