// Vision transformers (Dosovitskiy et al., arXiv 2010.11929; DeiT, arXiv 2012.12877; DINOv2, arXiv 2304.07193; the
// image towers of CLIP and SigLIP): patches of an image as tokens of an encoder.

#include "families/families.hpp"
#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kPools{"token", "mean", "none"};

struct VisionOptions {
  bool patch_bias = true;
  bool embedding_norm = false;
  bool final_norm = true;
  std::int64_t class_tokens = 1;
  bool registers = false;
  bool layer_scale = false;
  std::string pool = "token";
  bool classes = true;
  bool head_hidden = false;  ///< a hidden layer with tanh in the head, as while pretraining
  bool projection = false;   ///< of the pooled vector, without bias (CLIP)
};

VisionOptions read_vision(CompactReader& reader) {
  VisionOptions options;
  options.patch_bias = reader.flag("patch_bias", true);
  options.embedding_norm = reader.flag("embedding_norm", false);
  options.final_norm = reader.flag("final_norm", true);
  options.pool = reader.word("pool", kPools, "token");
  options.class_tokens = reader.integer("class_tokens", 1);
  options.layer_scale = reader.flag("layer_scale", false);
  return options;
}

void read_image(CompactReader& reader, VisionOptions& options) {
  reader.size("batch", 1);
  reader.size("image");
  reader.size("channels", 3);
  reader.size("patch");
  reader.expect_divides("patch", "image");
  options.registers = reader.optional_size("registers");
  options.classes = reader.optional_size("classes");
  options.head_hidden = reader.optional_size("head_hidden");
  options.projection = reader.optional_size("projection");
  reader.size("patches", "exact_div(image, patch) * exact_div(image, patch)");
  reader.size("seq", "patches + " + std::to_string(options.class_tokens) + (options.registers ? " + registers" : ""));
}

// [b, c, h, w] -> [b, patches, hidden], the class token before them, the positions of both; registers have none.
void add_patches(const VisionOptions& v, const TransformerOptions& options, Description& description) {
  description.inputs = {{.name = "image", .shape = {"batch", "channels", "image", "image"}}};
  description.items = {
      layer("patches", "conv",
            {{"out_channels", "hidden"}, {"kernel", "patch"}, {"stride", "patch"}, {"bias", v.patch_bias}}, {"image"}),
      view("by_channel", {"batch", "hidden", "patches"}),
      layer("tokens", "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 1}}, {"free", true}})};
  if (v.class_tokens > 0) {
    description.items.push_back(layer("class_token", "learned_tokens", {{"tokens", v.class_tokens}}));
  }
  if (options.position_table) description.items.push_back(layer("positions", "learned_add", {{"axes", 2}}));
  if (v.registers) {
    description.items.push_back(layer("register_tokens", "learned_tokens", {{"tokens", "registers"}}));
  }
  if (v.embedding_norm) description.items.push_back(norm_item(options, "embed_norm"));
}

void add_head(const VisionOptions& v, Description& description) {
  if (v.pool == "token") {
    append(description.items,
           {layer("token", "slice", {{"axis", 1}, {"length", 1}}), view("vector", {"batch", "hidden"})});
  } else if (v.pool == "mean") {
    description.items.push_back(layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}));
  }
  if (v.head_hidden) {
    append(description.items,
           {layer("head_hidden", "linear", {{"out_features", "head_hidden"}}), layer("head_tanh", "tanh")});
  }
  if (v.projection) {
    description.items.push_back(layer("projection", "linear", {{"out_features", "projection"}, {"bias", false}}));
  }
  if (v.classes) description.items.push_back(layer("head", "linear", {{"out_features", "classes"}}));
}

void describe(CompactReader& reader, Description& description) {
  VisionOptions v = read_vision(reader);
  TransformerOptions options = read_layer_options(reader, false);
  if (options.position != "learned" && options.position != "rope" && options.position != "none") {
    reader.fail("position", {"an image's tokens have no " + options.position + " positions", "learned, rope or none"});
  }
  read_image(reader, v);
  for (const char* key : {"layers", "hidden"}) reader.size(key);
  const std::vector<LayerKind> kinds = read_layer_kinds(reader, options);
  read_kind_sizes(reader, options, kinds);
  options.layer_scale = v.layer_scale;
  add_patches(v, options, description);
  add_stack(options, kinds, "layer", {description.items.back().name}, "layers", description);
  if (v.final_norm) description.items.push_back(norm_item(options, "final_norm"));
  add_head(v, description);
}

}  // namespace

const Family kVisionTransformerFamily{"vision_transformer", "encoders over the patches of an image: ViT, DeiT, CLIP's",
                                      describe};

}  // namespace ridgepoint
