// ShuffleNet v2 (Ma et al., arXiv 1807.11164), as torchvision has it.

#include <fmt/format.h>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

// 1x1, depthwise 3x3 without activation, 1x1; what the last is called.
std::string add_branch(std::vector<Item>& items, const Value& stride, const Reference& input) {
  add_conv(items, "conv1", {.channels = "half"}, {input});
  add_conv(items, "conv2", {.channels = "half", .kernel = 3, .stride = stride, .groups = "half", .activation = ""});
  return add_conv(items, "conv3", {.channels = "half"});
}

void join(Block& block, const Reference& left, const Reference& right) {
  block.items.push_back(layer("concat", "concat", {}, {left, right}));
  block.items.push_back(layer("shuffle", "channel_shuffle", {{"groups", 2}}));
}

// Half of the channels pass by, the other half go through the branch.
Block same() {
  Block block{.name = "same", .inputs = {"x"}, .required = {"half"}};
  block.items.push_back(layer("split", "split", {{"parts", 2}}));
  const std::string branch = add_branch(block.items, 1, "split:1");
  join(block, "split", branch);
  return block;
}

// Both branches see all channels and halve the image.
Block down() {
  Block block{.name = "down", .inputs = {"x"}, .required = {"half", "in"}};
  add_conv(block.items, "left1", {.channels = "in", .kernel = 3, .stride = 2, .groups = "in", .activation = ""});
  const std::string left = add_conv(block.items, "left2", {.channels = "half"});
  const std::string right = add_branch(block.items, 2, "x");
  join(block, left, right);
  return block;
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  const std::vector<std::int64_t> depths = read_stages(reader);
  const std::vector<std::int64_t> widths = list_of(reader, "widths", depths.size());
  for (const std::int64_t width : widths) {
    if (width % 2 != 0) reader.fail("widths", {fmt::format("{} is odd", width), "even widths: branches are halves"});
  }
  reader.size("stem", 24);
  reader.size("head", 1024);
  description.blocks = {down(), same()};
  std::vector<Item>& items = description.items;
  add_conv(items, "conv1", {.channels = "stem", .kernel = 3, .stride = 2});
  items.push_back(layer("maxpool", "pool", {{"kernel", 3}, {"stride", 2}, {"padding", 1}}));
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const std::int64_t half = widths[i] / 2;
    const Value in = i == 0 ? Value("stem") : Value(widths[i - 1]);
    items.push_back(use(fmt::format("stage{}_down", i + 2), "down", {{"half", half}, {"in", in}}));
    items.push_back(use(fmt::format("stage{}", i + 2), "same", {{"half", half}}, {}, depths[i] - 1));
  }
  add_conv(items, "conv5", {.channels = "head"});
  add_classifier(items);
}

}  // namespace

const Architecture kShufflenet{"shufflenet", "ShuffleNet v2", describe};

}  // namespace ridgepoint::cnn
