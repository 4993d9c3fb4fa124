// VGG (Simonyan and Zisserman, arXiv 1409.1556), with and without batch norm, as torchvision has it.

#include <fmt/format.h>

#include <algorithm>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

// Convolutions of one width, then a pooling that halves the image.
Block stage(std::size_t number, std::int64_t depth, bool norm) {
  Block block{.name = fmt::format("stage{}", number), .inputs = {"x"}};
  const std::int64_t factor = std::int64_t{1} << std::min<std::size_t>(number - 1, 3);
  for (std::int64_t i = 1; i <= depth; ++i) {
    add_conv(
        block.items, fmt::format("conv{}", i),
        {.channels = fmt::format("{} * width", factor), .kernel = 3, .bias = true, .norm = norm ? "batch_norm" : ""});
  }
  block.items.push_back(layer("pool", "pool", {{"kernel", 2}, {"stride", 2}}));
  return block;
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  reader.size("width", 64);
  reader.size("hidden", 4096);
  const bool norm = reader.flag("batch_norm", false);
  const std::vector<std::int64_t> depths = read_stages(reader);
  for (std::size_t i = 0; i < depths.size(); ++i) {
    description.blocks.push_back(stage(i + 1, depths[i], norm));
    description.items.push_back(use("", description.blocks.back().name));
  }
  description.items.push_back(layer("avgpool", "adaptive_pool", {{"output", 7}}));
  description.items.push_back(layer("", "flatten"));
  for (const char* const name : {"fc1", "fc2"}) {
    description.items.push_back(layer(name, "linear", {{"out_features", "hidden"}}));
    description.items.push_back(layer("", "relu"));
    description.items.push_back(layer("", "dropout"));
  }
  description.items.push_back(layer("fc3", "linear", {{"out_features", "classes"}}));
}

}  // namespace

const Architecture kVgg{"vgg", "VGG", describe};

}  // namespace ridgepoint::cnn
