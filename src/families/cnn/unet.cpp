// U-Net (Ronneberger et al., arXiv 1505.04597) and 3D U-Net (Cicek et al., arXiv 1606.06650) with padded convolutions.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

constexpr std::array<std::string_view, 2> kWidening{"first", "second"};

// Two convolutions of 3; the first or the second gives the level its width.
Block pair(const std::string& norm) {
  Block block{.name = "pair", .inputs = {"x"}, .required = {"middle", "out"}};
  add_conv(block.items, "conv1", {.channels = "middle", .kernel = 3, .bias = true, .norm = norm});
  add_conv(block.items, "conv2", {.channels = "out", .kernel = 3, .bias = true, .norm = norm});
  return block;
}

std::string channels_of(std::int64_t level) { return fmt::format("{} * width", std::int64_t{1} << level); }

void describe(CompactReader& reader, Description& description) {
  reader.size("dims", 2);
  const std::int64_t dims = reader.number("dims").value_or(2);
  if (dims < 1 || dims > 3) reader.fail("dims", {fmt::format("{} spatial axes", dims), "1, 2 or 3"});
  reader.size("image", 256);
  reader.size("width", 64);
  reader.size("levels", 4);
  const std::int64_t levels = reader.number("levels").value_or(4);
  if (levels > 16) reader.fail("levels", {fmt::format("{} levels", levels), "at most 16"});
  const bool normalized = reader.flag("batch_norm", true);
  const std::string learned = reader.flag("affine", true) ? "batch_norm" : "frozen_batch_norm";
  const bool up_bias = reader.flag("up_bias", true);
  const bool second = reader.word("widens", kWidening, "first") == "second";
  std::vector<Value> shape{"batch", "channels"};
  for (std::int64_t i = 0; i < dims; ++i) shape.emplace_back("image");
  description.inputs = {{.name = "image", .shape = shape}};
  description.blocks = {pair(normalized ? learned : "")};
  std::vector<Item>& items = description.items;
  const auto deepen = [&](std::int64_t level) {
    const Value out = second ? channels_of(level + 1) : channels_of(level);
    items.push_back(use(fmt::format("down{}", level), "pair", {{"middle", channels_of(level)}, {"out", out}}));
  };
  for (std::int64_t level = 0; level < levels; ++level) {
    deepen(level);
    items.push_back(layer(fmt::format("pool{}", level), "pool", {{"kernel", 2}, {"stride", 2}}));
  }
  deepen(levels);
  for (std::int64_t level = levels - 1; level >= 0; --level) {
    const Value out = second ? channels_of(level + 1) : channels_of(level);
    const Value up = second ? channels_of(level + 2) : out;
    items.push_back(layer(fmt::format("up{}", level), "conv_transpose",
                          {{"out_channels", up}, {"kernel", 2}, {"stride", 2}, {"bias", up_bias}}));
    items.push_back(
        layer(fmt::format("skip{}", level), "concat", {}, {fmt::format("down{}", level), fmt::format("up{}", level)}));
    items.push_back(use(fmt::format("join{}", level), "pair", {{"middle", out}, {"out", out}}));
  }
  items.push_back(layer("classes", "conv", {{"out_channels", "classes"}, {"kernel", 1}}));
}

}  // namespace

const Architecture kUnet{"unet", "U-Net in 1D to 3D", describe};

}  // namespace ridgepoint::cnn
