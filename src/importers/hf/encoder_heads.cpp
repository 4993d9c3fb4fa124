// Heads of encoders of text that the family does not have, and layers between theirs.

#include <algorithm>

#include "families/build.hpp"
#include "importers/hf/encoder.hpp"
#include "importers/hf/towers.hpp"

namespace ridgepoint::hf {
namespace {

void add_pretraining(Reading& reading, const std::string& hidden, Description& description) {
  if (reading.type == "electra") {  // for each word, whether it was replaced
    description.items.push_back(layer("discriminator", "linear", {{"out_features", "hidden"}}, {hidden}));
    description.items.push_back(layer("discriminator_activation", "gelu"));
    description.items.push_back(layer("discriminator_prediction", "linear", {{"out_features", 1}}));
    return;
  }
  description.items.push_back(layer("pooled", "slice", {{"axis", 1}, {"length", 1}}, {hidden}));
  add_vector_layers({.name = "seq_relationship", .width = "hidden", .classes = 2}, description);
}

void add_classifier(Reading& reading, Config& config, const EncoderTraits& traits, Description& description) {
  const std::int64_t classes = reading.architecture_ends("ForMultipleChoice") ? 1 : label_count(reading.root).value;
  const bool choice = reading.architecture_ends("ForMultipleChoice") && traits.pooler;
  if (traits.classifier == VectorHead::kPooler || choice) {
    description.items.push_back(layer("classifier", "linear", {{"out_features", classes}}));
    return;
  }
  VectorLayers head{.width = "hidden", .activation = std::string(traits.dense_activation), .classes = classes};
  if (traits.classifier == VectorHead::kRelu) head.activation = "relu";
  if (traits.classifier == VectorHead::kContext) {
    head.width = config.size_or({"pooler_hidden_size"}, 0).value > 0
                     ? Value(config.size_or({"pooler_hidden_size"}, 1).value)
                     : Value("hidden");
    head.activation = activation_word(config, {"pooler_hidden_act"}, "gelu", false);
  }
  add_vector_layers(head, description);
}

// A linear layer without bias, its function and a norm; then the words or the classes.
void add_modern_head(Reading& reading, Config& config, Description& description) {
  auto& items = description.items;
  const bool text = reading.architecture_ends("ForSequenceClassification");
  if (text && config.text({"classifier_pooling"}, "cls") == "mean") {
    items.push_back(layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}));
  } else if (text) {
    items.push_back(layer("token", "slice", {{"axis", 1}, {"length", 1}}));
  }
  const bool bias = config.flag({"classifier_bias"}, false);
  items.push_back(layer("head_transform", "linear", {{"out_features", "hidden"}, {"bias", bias}}));
  items.push_back(layer("head_activation", activation_word(config, {"classifier_activation"}, "gelu", false)));
  items.push_back(layer("head_norm", "layer_norm", {{"bias", config.flag({"norm_bias"}, false)}}));
  if (!reading.architecture_ends("ForMaskedLM")) {
    items.push_back(layer("classifier", "linear", {{"out_features", label_count(reading.root).value}}));
    return;
  }
  items.push_back(layer("head", "linear", {{"out_features", "vocab"}, {"bias", false}}));
  if (reading.root.flag({"tie_word_embeddings"}, true)) items.back().tied = "embed";
  if (config.flag({"decoder_bias"}, true)) items.push_back(layer("head_bias", "bias"));
}

Block& block_named(Description& description, const std::string& name) {
  return *std::find_if(description.blocks.begin(), description.blocks.end(),
                       [&](const Block& block) { return block.name == name; });
}

// The first repetition of the first use of a block in `items` gets a copy of the block of its own; the copy's name.
std::string split_first(std::vector<Item>& items, Description& description) {
  const auto first = std::find_if(items.begin(), items.end(), [](const Item& item) { return !item.block.empty(); });
  Block copy = block_named(description, first->block);
  copy.name = "first_" + copy.name;
  const auto times = std::get<std::int64_t>(first->repeat.data);
  if (times > 1) {
    Item rest = *first;
    rest.repeat = times - 1;
    first->name = "first_" + first->name;
    rest.inputs.front() = first->name;
    const auto behind = items.insert(first + 1, rest);
    (behind - 1)->block = copy.name;
    (behind - 1)->repeat = 1;
  } else {
    first->block = copy.name;
  }
  std::string name = copy.name;
  description.blocks.push_back(std::move(copy));
  return name;
}

}  // namespace

void add_vector_layers(const VectorLayers& head, Description& description) {
  Block block{.name = head.name, .inputs = {"x"}};
  if (head.takes_token) {
    block.items = {layer("token", "slice", {{"axis", 1}, {"length", 1}}),
                   layer("vector", "reshape", {{"shape", sizes({"batch", -1})}})};
  }
  block.items.push_back(layer("dense", "linear", {{"out_features", head.width}}));
  if (!head.activation.empty()) block.items.push_back(layer("activation", head.activation));
  if (head.classes > 0) block.items.push_back(layer("out_proj", "linear", {{"out_features", head.classes}}));
  description.blocks.push_back(std::move(block));
  description.items.push_back(use(head.name, head.name));
}

void add_encoder_head(Reading& reading, Config& config, const EncoderTraits& traits, Description& description) {
  config.ignore({"pooler_hidden_size", "pooler_hidden_act", "classifier_dropout"});
  if (reading.type == "modernbert") {
    if (reading.architecture_has("For")) add_modern_head(reading, config, description);
    return;
  }
  if (reading.architecture_ends("ForPreTraining")) {
    const auto stack = std::find_if(description.items.begin(), description.items.end(),
                                    [](const Item& item) { return item.block == "layer"; });
    add_pretraining(reading, stack->name, description);
  } else if (reading.architecture_ends("ForNextSentencePrediction")) {
    description.items.push_back(layer("seq_relationship", "linear", {{"out_features", 2}}));
  } else if (reading.architecture_ends("ForSequenceClassification") || reading.architecture_ends("ForMultipleChoice")) {
    add_classifier(reading, config, traits, description);
  }
}

// DeBERTa-v2 xlarge: a convolution over the words beside the first layer.
void add_deberta_conv(Config& config, Description& description) {
  const std::int64_t kernel = config.count({"conv_kernel_size"}, 0);
  if (kernel == 0) return;
  const auto stack = std::find_if(description.items.begin(), description.items.end(),
                                  [](const Item& item) { return item.block == "layer"; });
  const Item rest = *stack;
  const Reference embedded = rest.inputs.front();
  const std::vector<std::int64_t> axes{0, 2, 1};
  stack->name = "first_layer";
  stack->repeat = 1;
  Item following = rest;
  following.repeat = Value("layers - 1");
  following.inputs.front() = "conv_norm";
  const std::vector<Item> items{layer("conv_by_time", "transpose", {{"axes", axes}}, {embedded}),
                                layer("conv", "conv",
                                      {{"out_channels", "hidden"},
                                       {"kernel", kernel},
                                       {"padding", (kernel - 1) / 2},
                                       {"groups", config.size_or({"conv_groups"}, 1).value}}),
                                layer("conv_by_token", "transpose", {{"axes", axes}}),
                                layer("conv_activation", activation_word(config, {"conv_act"}, "tanh", false)),
                                layer("conv_add", "add", {}, {"first_layer", "conv_activation"}),
                                layer("conv_norm", "layer_norm"),
                                following};
  description.items.insert(stack + 1, items.begin(), items.end());
}

// ModernBERT's first layer has no norm before its attention: the norm of the embeddings is in its place.
void drop_first_norm(Config&, Description& description) {
  std::string name = split_first(description.items, description);
  while (block_named(description, name).items.front().name != "attention_norm") {
    std::vector<Item> items = block_named(description, name).items;
    const std::string inner = split_first(items, description);
    block_named(description, name).items = std::move(items);
    name = inner;
  }
  std::vector<Item>& items = block_named(description, name).items;
  items.erase(items.begin());
  items.front().inputs.front() = "x";
}

// RoFormer keeps its sines as a parameter that nothing trains.
void add_roformer_table(Config& config, Description& description) {
  const std::int64_t rows = config.size_or({"max_position_embeddings"}, 1536).value;
  description.items.insert(description.items.begin(),
                           unread_parameter("sines", {rows, "exact_div(hidden, heads)"}, "tokens"));
}

// ESM's guess of contacts, from the scores of all layers.
void add_contact_head(Config&, Description& description) {
  description.items.insert(description.items.begin(),
                           unread_parameter("contact_head", {"layers * heads + 1"}, "tokens"));
}

}  // namespace ridgepoint::hf
