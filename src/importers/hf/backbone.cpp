// Encoders of images whose stages get coarser: Swin, ConvNeXt, ResNet. The families have them; a config says the sizes.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/encoder.hpp"
#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {
namespace {

std::vector<std::int64_t> stages(Config& config, Keys keys, std::vector<std::int64_t> fallback,
                                 std::int64_t length = 0) {
  std::vector<std::int64_t> values = config.list(keys, length).value_or(std::move(fallback));
  for (const std::int64_t value : values) {
    if (value < 1) config.fail(keys, fmt::format("{} holds {}", in_quotes(*keys.begin()), value), "at least 1");
  }
  return values;
}

// Classes of images, or where the class is "...Model" the network without its last layer.
void set_classes(Reading& reading, Compact& compact) { compact.set("classes", label_count(reading.root)); }

Description headed(Reading& reading, const Compact& compact) {
  Description description = reading.expand(compact);
  if (reading.architecture_has("ImageClassification")) return description;
  description.items.pop_back();
  std::erase_if(description.parameters, [](const Attribute& parameter) { return parameter.name == "classes"; });
  if (!reading.architecture.empty() && !reading.architecture_ends("Model") && !reading.architecture_ends("Backbone")) {
    reading.warnings.push_back(fmt::format("the head of {} is not read", reading.architecture));
  }
  return description;
}

// The widths of the stages, each twice that of the one before.
std::int64_t first_width(Config& config, const std::vector<std::int64_t>& widths) {
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (widths[i] == 2 * widths[i - 1]) continue;
    config.fail({"hidden_sizes"}, fmt::format("stage {} has {} channels behind {}", i + 1, widths[i], widths[i - 1]),
                "twice as many in each stage as in the one before");
  }
  return widths.front();
}

Description read_swin(Reading& reading) {
  Config& config = reading.root;
  const bool second = reading.type == "swinv2";
  Compact compact("swin", reading.name, config.at());
  const auto depths = stages(config, {"depths"}, {2, 2, 6, 2});
  compact.set("stages", depths);
  compact.set("heads", stages(config, {"num_heads"}, {3, 6, 12, 24}, static_cast<std::int64_t>(depths.size())));
  compact.set("width", config.size_or({"embed_dim"}, 96));
  compact.set("image", config.size_or({"image_size"}, 224));
  compact.set("patch", config.size_or({"patch_size"}, 4));
  compact.set("window", config.size_or({"window_size"}, 7));
  compact.set("channels", config.size_or({"num_channels"}, 3));
  compact.set("version", second ? "v2" : "v1");
  if (second) compact.set("k_bias", false);
  if (config.real({"mlp_ratio"}, 4) != 4) config.fail({"mlp_ratio"}, "an MLP of another width", "4");
  if (config.flag({"use_absolute_embeddings"}, false)) {
    config.fail({"use_absolute_embeddings"}, "learned positions beside the biases", "false");
  }
  if (!config.flag({"qkv_bias"}, true)) config.fail({"qkv_bias"}, "projections without biases", "true");
  if (activation_word(config, {"hidden_act"}, "gelu", false) != "gelu") {
    config.fail({"hidden_act"}, "an activation that is not known here", "gelu");
  }
  config.ignore({"num_layers", "encoder_stride", "path_norm", "pretrained_window_sizes", "hidden_size", "out_features",
                 "out_indices", "stage_names", "num_labels"});
  set_classes(reading, compact);
  return headed(reading, compact);
}

Description read_convnext(Reading& reading) {
  Config& config = reading.root;
  const bool second = reading.type == "convnextv2";
  Compact compact("cnn", reading.name, config.at());
  compact.set("architecture", "convnext");
  const auto depths = stages(config, {"depths"}, {3, 3, 9, 3});
  compact.set("stages", depths);
  const auto widths = stages(config, {"hidden_sizes"}, {96, 192, 384, 768}, static_cast<std::int64_t>(depths.size()));
  compact.set("width", first_width(config, widths));
  compact.set("image", config.size_or({"image_size"}, 224));
  compact.set("channels", config.size_or({"num_channels"}, 3));
  if (second) compact.set("response_norm", true);
  if (config.size_or({"patch_size"}, 4).value != 4) config.fail({"patch_size"}, "patches of another size", "4");
  if (!second && config.real({"layer_scale_init_value"}, 1e-6) <= 0) {
    config.fail({"layer_scale_init_value"}, "blocks without layer scale", "a number above 0");
  }
  if (activation_word(config, {"hidden_act"}, "gelu", false) != "gelu") {
    config.fail({"hidden_act"}, "an activation that is not known here", "gelu");
  }
  config.ignore({"num_stages", "layer_scale_init_value", "out_features", "out_indices", "stage_names", "num_labels"});
  set_classes(reading, compact);
  return headed(reading, compact);
}

Description read_resnet(Reading& reading) {
  Config& config = reading.root;
  Compact compact("cnn", reading.name, config.at());
  compact.set("architecture", "resnet");
  const bool bottleneck = config.text({"layer_type"}, "bottleneck") == "bottleneck";
  const auto depths = stages(config, {"depths"}, {3, 4, 6, 3});
  compact.set("block", bottleneck ? "bottleneck" : "basic");
  compact.set("stages", depths);
  const auto widths =
      stages(config, {"hidden_sizes"}, {256, 512, 1024, 2048}, static_cast<std::int64_t>(depths.size()));
  const std::int64_t width = first_width(config, widths) / (bottleneck ? 4 : 1);
  compact.set("width", width);
  if (config.size_or({"embedding_size"}, 64).value != width) {
    config.fail({"embedding_size"}, "a stem of another width than the first stage", std::to_string(width));
  }
  if (config.flag({"downsample_in_first_stage"}, false)) {
    config.fail({"downsample_in_first_stage"}, "a first stage with a stride", "false");
  }
  if (config.flag({"downsample_in_bottleneck"}, false)) compact.set("stride_in", "1x1");
  compact.set("image", std::int64_t{224});
  compact.set("channels", config.size_or({"num_channels"}, 3));
  if (activation_word(config, {"hidden_act"}, "relu", false) != "relu") {
    config.fail({"hidden_act"}, "an activation that is not known here", "relu");
  }
  config.ignore({"out_features", "out_indices", "stage_names", "num_labels"});
  set_classes(reading, compact);
  return headed(reading, compact);
}

std::vector<std::string_view> types() { return {"swin", "swinv2", "convnext", "convnextv2", "resnet"}; }

Description read(Reading& reading) {
  if (reading.type.starts_with("swin")) return read_swin(reading);
  return reading.type == "resnet" ? read_resnet(reading) : read_convnext(reading);
}

}  // namespace

const Kind kBackbones{types, read, "pyramids of features"};

}  // namespace ridgepoint::hf
