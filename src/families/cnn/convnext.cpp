// ConvNeXt (Liu et al., arXiv 2201.03545), as torchvision has it: norms and products run with channels last.

#include <fmt/format.h>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

void add_channels_last(std::vector<Item>& items, const std::string& name) {
  items.push_back(layer(name, "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 3, 1}}}));
}

// The next layer reads the view as it lies.
void add_channels_first(std::vector<Item>& items, const std::string& name) {
  items.push_back(layer(name, "transpose", {{"axes", std::vector<std::int64_t>{0, 3, 1, 2}}, {"free", true}}));
}

void add_norm_2d(std::vector<Item>& items, const std::string& name) {
  add_channels_last(items, name + "_last");
  items.push_back(layer(name, "layer_norm"));
  add_channels_first(items, name + "_first");
}

// Of each channel the length over space, divided by the mean of the channels', scales it (Woo et al., arXiv
// 2301.00808); values have channels last.
void add_response_norm(std::vector<Item>& items) {
  const std::string x = items.back().name;
  items.push_back(
      layer("response", "reduce", {{"reduce", "l2"}, {"axes", std::vector<std::int64_t>{1, 2}}, {"keep", true}}));
  items.push_back(layer("response_mean", "reduce", {{"axes", std::vector<std::int64_t>{-1}}, {"keep", true}}));
  items.push_back(layer("response_ratio", "div", {}, {"response", "response_mean"}));
  items.push_back(layer("response_scaled", "mul", {}, {x, "response_ratio"}));
  items.push_back(layer("response_weight", "layer_scale"));
  items.push_back(layer("response_bias", "bias"));
  items.push_back(layer("response_add", "add", {}, {x, "response_bias"}));
}

Block residual(bool drops, bool second) {
  Block block{.name = "block", .inputs = {"x"}, .required = {"channels"}};
  std::vector<Item>& items = block.items;
  add_conv(items, "depthwise",
           {.channels = "channels", .kernel = 7, .groups = "channels", .bias = true, .norm = "", .activation = ""});
  add_channels_last(items, "last");
  items.push_back(layer("norm", "layer_norm"));
  items.push_back(layer("up", "linear", {{"out_features", "4 * channels"}}));
  items.push_back(layer("gelu", "gelu"));
  if (second) add_response_norm(items);
  items.push_back(layer("down", "linear", {{"out_features", "channels"}}));
  add_channels_first(items, "first");
  if (!second) items.push_back(layer("scale", "layer_scale", {{"axis", 1}}));
  if (drops) items.push_back(layer("drop", "drop_path"));
  items.push_back(layer("add", "add", {}, {items.back().name, "x"}));
  return block;
}

Item patches(const std::string& name, const Value& channels, std::int64_t size) {
  return layer(name, "conv", {{"out_channels", channels}, {"kernel", size}, {"stride", size}});
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  reader.size("width", 96);
  const std::vector<std::int64_t> depths = read_stages(reader);
  const bool drops = reader.flag("stochastic_depth", false);
  description.blocks = {residual(drops, reader.flag("response_norm", false))};
  std::vector<Item>& items = description.items;
  items.push_back(patches("stem", "width", 4));
  add_norm_2d(items, "stem_norm");
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const Value channels = fmt::format("{} * width", std::int64_t{1} << i);
    if (i > 0) {
      add_norm_2d(items, fmt::format("down{}_norm", i));
      items.push_back(patches(fmt::format("down{}", i), channels, 2));
    }
    items.push_back(use(fmt::format("stage{}", i + 1), "block", {{"channels", channels}}, {}, depths[i]));
  }
  items.push_back(layer("avgpool", "global_pool"));
  items.push_back(layer("norm", "layer_norm"));
  items.push_back(layer("fc", "linear", {{"out_features", "classes"}}));
}

}  // namespace

const Architecture kConvnext{"convnext", "ConvNeXt", describe};

}  // namespace ridgepoint::cnn
