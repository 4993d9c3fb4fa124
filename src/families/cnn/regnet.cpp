// RegNet X and Y (Radosavovic et al., arXiv 2003.13678), as torchvision has it.

#include <fmt/format.h>

#include <algorithm>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

// A residual bottleneck without a bottleneck: all three convolutions have the stage's width. The gate of Y squeezes to
// a quarter of the block's input.
Block residual(bool projected, bool gated) {
  Block block{.name = projected ? "down" : "same", .inputs = {"x"}, .required = {"width", "groups", "squeeze"}};
  const Value stride = projected ? 2 : 1;
  std::vector<Item>& items = block.items;
  add_conv(items, "conv1", {.channels = "width"});
  const std::string grouped =
      add_conv(items, "conv2", {.channels = "width", .kernel = 3, .stride = stride, .groups = "groups"});
  if (gated) add_squeeze_excite(items, grouped, {.squeeze = "squeeze", .channels = "width"});
  const std::string last = add_conv(items, "conv3", {.channels = "width", .activation = ""});
  std::string shortcut = "x";
  if (projected) shortcut = add_conv(items, "proj", {.channels = "width", .stride = 2, .activation = ""}, {"x"});
  items.push_back(layer("add", "add", {}, {last, shortcut}));
  items.push_back(layer("relu", "relu"));
  return block;
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  const std::vector<std::int64_t> depths = read_stages(reader);
  const std::vector<std::int64_t> widths = list_of(reader, "widths", depths.size());
  const std::vector<std::int64_t> groups = list_of(reader, "group_widths", depths.size());
  const bool gated = reader.flag("squeeze_excite", false);
  reader.size("stem", 32);
  description.blocks = {residual(true, gated), residual(false, gated)};
  std::vector<Item>& items = description.items;
  add_conv(items, "stem", {.channels = "stem", .kernel = 3, .stride = 2});
  for (std::size_t i = 0; i < depths.size(); ++i) {
    if (widths[i] % groups[i] != 0) {
      reader.fail("group_widths", {fmt::format("groups of {} do not divide a width of {}", groups[i], widths[i]),
                                   fmt::format("a divisor of {}", widths[i])});
    }
    const auto attributes = [&](const Value& squeeze) {
      return Attributes{{"width", widths[i]}, {"groups", widths[i] / groups[i]}, {"squeeze", squeeze}};
    };
    // round(in / 4), halves to the even neighbour, as Python does: widths are multiples of 8, so there are none.
    const Value first = i == 0 ? Value("max((stem + 2) / 4, 1)") : Value(std::max<std::int64_t>(widths[i - 1] / 4, 1));
    items.push_back(use(fmt::format("stage{}_down", i + 1), "down", attributes(first)));
    items.push_back(use(fmt::format("stage{}", i + 1), "same", attributes(std::max<std::int64_t>(widths[i] / 4, 1)), {},
                        depths[i] - 1));
  }
  add_classifier(items);
}

}  // namespace

const Architecture kRegnet{"regnet", "RegNet X and Y", describe};

}  // namespace ridgepoint::cnn
