// Video ResNets: 3D, mixed and (2+1)D convolutions (Tran et al., arXiv 1711.11248), as torchvision has them.

#include <fmt/format.h>

#include <array>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {
namespace {

constexpr std::array<std::string_view, 3> kConvolutions{"3d", "mixed", "2plus1d"};
using Three = std::vector<Value>;

void add_conv_3d(std::vector<Item>& items, const std::string& name, const Value& channels, const Three& kernel,
                 const Three& stride, References inputs = {}) {
  Three padding;
  for (const Value& extent : kernel) padding.emplace_back(std::get<std::int64_t>(extent.data) / 2);
  items.push_back(
      layer(name, "conv",
            {{"out_channels", channels}, {"kernel", kernel}, {"stride", stride}, {"padding", padding}, {"bias", false}},
            std::move(inputs)));
  items.push_back(layer(name + "_norm", "batch_norm"));
}

// One 3x3x3 convolution in the way of the network: whole, without time, or space and then time, between them as many
// channels as keep the number of weights.
void add_conv_of(std::vector<Item>& items, const std::string& name, std::string_view kind, const Value& stride) {
  if (kind == "3d") {
    add_conv_3d(items, name, "planes", {3, 3, 3}, {stride, stride, stride});
  } else if (kind == "space") {
    add_conv_3d(items, name, "planes", {1, 3, 3}, {1, stride, stride});
  } else {
    add_conv_3d(items, name + "_space", "27 * in * planes / (9 * in + 3 * planes)", {1, 3, 3}, {1, stride, stride});
    items.push_back(layer(name + "_act", "relu"));
    add_conv_3d(items, name, "planes", {3, 1, 1}, {stride, 1, 1});
  }
}

Block residual(const std::string& name, std::string_view kind, bool projected) {
  Block block{.name = name, .inputs = {"x"}, .required = {"in", "planes"}};
  const Value stride = projected ? 2 : 1;
  std::vector<Item>& items = block.items;
  add_conv_of(items, "conv1", kind, stride);
  items.push_back(layer("relu1", "relu"));
  add_conv_of(items, "conv2", kind, 1);
  if (projected) {
    const Value time = kind == "space" ? Value(1) : stride;
    add_conv_3d(items, "downsample", "planes", {1, 1, 1}, {time, stride, stride}, {"x"});
  }
  items.push_back(layer("add", "add", {}, {"conv2_norm", projected ? "downsample_norm" : "x"}));
  items.push_back(layer("relu", "relu"));
  return block;
}

void add_stem(std::vector<Item>& items, bool factorized) {
  if (factorized) {
    add_conv_3d(items, "stem_space", 45, {1, 7, 7}, {1, 2, 2});
    items.push_back(layer("stem_act", "relu"));
    add_conv_3d(items, "stem", "width", {3, 1, 1}, {1, 1, 1});
  } else {
    add_conv_3d(items, "stem", "width", {3, 7, 7}, {1, 2, 2});
  }
  items.push_back(layer("stem_relu", "relu"));
}

void describe(CompactReader& reader, Description& description) {
  reader.size("frames", 16);
  reader.size("image", 112);
  reader.size("width", 64);
  const std::string kind = reader.word("convolution", kConvolutions, "3d");
  const std::vector<std::int64_t> depths = read_stages(reader);
  description.inputs = {{.name = "clip", .shape = {"batch", "channels", "frames", "image", "image"}}};
  // The first stage of the mixed network is 3D, the others look at single frames.
  const std::string_view first = kind == "2plus1d" ? "2plus1d" : "3d";
  const std::string_view rest = kind == "mixed" ? "space" : first;
  description.blocks = {residual("first", first, false), residual("down", rest, true), residual("same", rest, false)};
  std::vector<Item>& items = description.items;
  add_stem(items, kind == "2plus1d");
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const Value planes = fmt::format("{} * width", std::int64_t{1} << i);
    const std::string name = fmt::format("stage{}", i + 1);
    if (i == 0) {
      items.push_back(use(name, "first", {{"in", planes}, {"planes", planes}}, {}, depths[i]));
      continue;
    }
    const Value in = fmt::format("{} * width", std::int64_t{1} << (i - 1));
    items.push_back(use(name + "_down", "down", {{"in", in}, {"planes", planes}}));
    items.push_back(use(name, "same", {{"in", planes}, {"planes", planes}}, {}, depths[i] - 1));
  }
  add_classifier(items);
}

}  // namespace

const Architecture kVideoResnet{"video_resnet", "video ResNets: r3d, mc3, r2plus1d", describe};

}  // namespace ridgepoint::cnn
