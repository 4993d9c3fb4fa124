// DenseNet (Huang et al., arXiv 1608.06993) with bottlenecks, as torchvision has it.

#include <fmt/format.h>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

// Norm, activation and convolution in this order, as everywhere in this network.
void add_preactivated(std::vector<Item>& items, const std::string& name, const Convolved& conv) {
  items.push_back(layer(name + "_norm", "batch_norm"));
  items.push_back(layer(name + "_act", "relu"));
  Convolved plain = conv;
  plain.norm = plain.activation = "";
  add_conv(items, name, plain);
}

// Adds `growth` channels to what it gets.
Block dense_layer() {
  Block block{.name = "dense", .inputs = {"x"}};
  add_preactivated(block.items, "conv1", {.channels = "bottleneck * growth"});
  add_preactivated(block.items, "conv2", {.channels = "growth", .kernel = 3});
  block.items.push_back(layer("concat", "concat", {}, {"x", "conv2"}));
  return block;
}

Block transition() {
  Block block{.name = "transition", .inputs = {"x"}, .required = {"out"}};
  add_preactivated(block.items, "conv", {.channels = "out"});
  block.items.push_back(layer("pool", "pool", {{"reduce", "mean"}, {"kernel", 2}, {"stride", 2}}));
  return block;
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  reader.size("width", 64);
  reader.size("growth", 32);
  reader.size("bottleneck", 4);
  const std::vector<std::int64_t> depths = read_stages(reader);
  description.blocks = {dense_layer(), transition()};
  std::vector<Item>& items = description.items;
  add_conv(items, "conv0", {.channels = "width", .kernel = 7, .stride = 2});
  items.push_back(layer("pool0", "pool", {{"kernel", 3}, {"stride", 2}, {"padding", 1}}));
  std::string channels = "width";
  for (std::size_t i = 0; i < depths.size(); ++i) {
    items.push_back(use(fmt::format("dense{}", i + 1), "dense", {}, {}, depths[i]));
    channels = fmt::format("({} + {} * growth)", channels, depths[i]);
    if (i + 1 == depths.size()) break;
    channels += " / 2";
    items.push_back(use(fmt::format("transition{}", i + 1), "transition", {{"out", channels}}));
    channels = fmt::format("({})", channels);
  }
  items.push_back(layer("norm", "batch_norm"));
  items.push_back(layer("act", "relu"));
  add_classifier(items);
}

}  // namespace

const Architecture kDensenet{"densenet", "DenseNet", describe};

}  // namespace ridgepoint::cnn
