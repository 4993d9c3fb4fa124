// Pairs of encoders, of images and of texts, whose vectors are compared: CLIP (Radford et al., arXiv 2103.00020) and
// SigLIP (Zhai et al., arXiv 2303.15343); and the encoder of texts alone.

#include <fmt/format.h>

#include <utility>

#include "importers/hf/vision.hpp"

namespace ridgepoint::hf {
namespace {

bool is_siglip(const Reading& reading) { return reading.type.starts_with("siglip"); }

Description text_trunk(Reading& reading, Config& config, const std::string& name) {
  const bool sigmoid = is_siglip(reading);
  Compact compact("transformer", name, config.at());
  compact.set("kind", "encoder");
  compact.set("causal", !sigmoid);
  const std::int64_t hidden = sigmoid ? 768 : 512;
  compact.set("layers", config.size_or({"num_hidden_layers"}, 12));
  compact.set("hidden", config.size_or({"hidden_size"}, hidden));
  compact.set("heads", config.size_or({"num_attention_heads"}, sigmoid ? 12 : 8));
  compact.set("ffn", config.size_or({"intermediate_size"}, 4 * hidden));
  compact.set("vocab", config.size_or({"vocab_size"}, sigmoid ? 32000 : 49408));
  compact.set("context", config.size_or({"max_position_embeddings"}, sigmoid ? 64 : 77));
  compact.set("activation",
              activation_word(config, {"hidden_act"}, sigmoid ? "gelu_pytorch_tanh" : "quick_gelu", false));
  config.ignore({"projection_dim", "projection_size", "model_type"});
  expect_heads(config, {"num_attention_heads"}, compact.number("heads"), compact.number("hidden"));
  return reading.expand(compact);
}

// CLIP takes the vector of the token that ends the text, SigLIP that of the last: as much work as the first.
void add_text_vector(const Value& projection, bool bias, Description& description) {
  description.items.push_back(layer("token", "slice", {{"axis", 1}, {"length", 1}}));
  description.items.push_back(layer("vector", "reshape", {{"shape", sizes({"batch", "hidden"})}}));
  description.items.push_back(layer("projection", "linear", {{"out_features", projection}, {"bias", bias}}));
}

// The vectors at length 1, every product of a text's with an image's, times one learned factor.
void add_similarity(bool bias, const std::string& text, const std::string& image, Description& description) {
  const auto add = [&](Item item) { description.items.push_back(std::move(item)); };
  add(layer("text_unit", "rms_norm", {{"weight", false}}, {text}));
  add(layer("image_unit", "rms_norm", {{"weight", false}}, {image}));
  add(layer("similarity", "matmul", {{"transpose_b", true}}, {"text_unit", "image_unit"}));
  add(layer("logit_scale", "constant", {{"shape", sizes({1})}}, {"similarity"}));
  add(layer("logits", "mul", {}, {"similarity", "logit_scale"}));
  if (!bias) return;
  add(layer("logit_bias", "constant", {{"shape", sizes({1})}}, {"logits"}));
  add(layer("shifted", "add", {}, {"logits", "logit_bias"}));
}

Config part_of(Reading& reading, std::string_view key) {
  auto part = reading.root.child({key});
  if (!part) reading.root.fail({key}, fmt::format("missing key \"{}\" in the config", key), "the sizes of this part");
  return *part;
}

std::vector<std::string_view> pair_types() { return {"clip", "siglip", "siglip2"}; }

Description read_pair(Reading& reading) {
  const bool sigmoid = is_siglip(reading);
  Config text = part_of(reading, "text_config");
  Config vision = part_of(reading, "vision_config");
  reading.root.ignore({"text_config_dict", "vision_config_dict"});
  const VisionTraits& traits = *find_vision(reading.type + "_vision_model");
  vision.ignore({"model_type", "projection_dim"});
  const std::int64_t width = reading.root.size_or({"projection_dim"}, 512).value;

  // Options of a part are not the whole's; its sizes are set under their new names.
  Attributes overrides = std::exchange(reading.overrides, {});
  Description tower = image_trunk(reading, vision, traits, reading.name);
  add_image_vector(vision, traits, tower);
  if (!sigmoid) tower.items.push_back(layer("projection", "linear", {{"out_features", width}, {"bias", false}}));
  Description words = text_trunk(reading, text, reading.name);
  const auto text_width = text.size({"projection_size"});
  add_text_vector(!sigmoid ? Value(width) : text_width ? Value(text_width->value) : Value("hidden"), sigmoid, words);

  Description description;
  description.name = reading.name;
  const std::string image = add_part("vision", std::move(tower), description);
  const std::string sentence = add_part("text", std::move(words), description, {"batch", "seq"});
  reading.overrides = std::move(overrides);
  add_similarity(sigmoid, sentence, image, description);
  reading.warn_of_strangers(vision);
  reading.warn_of_strangers(text);
  return description;
}

std::vector<std::string_view> text_types() { return {"clip_text_model", "siglip_text_model", "siglip2_text_model"}; }

Description read_text(Reading& reading) {
  Description description = text_trunk(reading, reading.root, reading.name);
  if (is_siglip(reading)) {
    const auto width = reading.root.size({"projection_size"});
    add_text_vector(width ? Value(width->value) : Value("hidden"), true, description);
  } else if (reading.architecture_ends("WithProjection")) {
    add_text_vector(reading.root.size_or({"projection_dim"}, 512).value, false, description);
  }
  return description;
}

}  // namespace

const Kind kPairs{pair_types, read_pair, "encoders of images and texts"};
const Kind kPairTexts{text_types, read_text, "their encoders of texts alone"};

}  // namespace ridgepoint::hf
