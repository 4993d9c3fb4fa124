// ResNet (He et al., arXiv 1512.03385), ResNeXt (Xie et al., arXiv 1611.05431), wide ResNet (Zagoruyko and Komodakis,
// arXiv 1605.07146) and SE-ResNet (Hu et al., arXiv 1709.01507), with the layers and names of torchvision.

#include <fmt/format.h>

#include <array>

#include "families/cnn/architecture.hpp"
#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {
namespace {

constexpr std::array<std::string_view, 2> kBlocks{"bottleneck", "basic"};
constexpr std::array<std::string_view, 2> kStridePlaces{"3x3", "1x1"};

// Where a bottleneck takes its stride: at the 3x3 (the "v1.5" of torchvision and NVIDIA) or at the first 1x1 (the
// paper).
struct Residual {
  bool bottleneck = true;
  bool stride_in_3x3 = true;
  bool gated = false;
  std::string norm = "batch_norm";
  [[nodiscard]] std::int64_t expansion() const { return bottleneck ? 4 : 1; }
};

// The layers of torchvision: conv1, bn1, relu1, conv2 ... The last has no activation.
void add(std::vector<Item>& items, const Residual& residual, int number, const Convolved& conv) {
  Convolved plain = conv;
  plain.norm = plain.activation = "";
  add_conv(items, fmt::format("conv{}", number), plain);
  add_norm(items, fmt::format("bn{}", number), residual.norm);
  if (!conv.activation.empty()) items.push_back(layer(fmt::format("relu{}", number), conv.activation));
}

void add_bottleneck(const Residual& residual, std::vector<Item>& items) {
  const std::string inner = "planes * group_width / 64 * groups";
  const Value here = "stride";
  add(items, residual, 1, {.channels = inner, .stride = residual.stride_in_3x3 ? Value(1) : here});
  add(items, residual, 2,
      {.channels = inner,
       .kernel = 3,
       .stride = residual.stride_in_3x3 ? here : Value(1),
       .groups = "groups",
       .dilation = "dilation"});
  add(items, residual, 3, {.channels = "4 * planes", .activation = ""});
}

void add_basic(const Residual& residual, std::vector<Item>& items) {
  add(items, residual, 1, {.channels = "planes", .kernel = 3, .stride = "stride", .dilation = "dilation"});
  add(items, residual, 2, {.channels = "planes", .kernel = 3, .dilation = "dilation", .activation = ""});
}

// x + f(x), or with a projection of x where f changes the shape.
Block residual_block(const Residual& residual, bool projected) {
  Block block{.name = projected ? "projected" : "identity", .inputs = {"x"}, .required = {"planes"}};
  block.parameters = {{"stride", 1}, {"dilation", 1}};
  if (residual.bottleneck) {
    add_bottleneck(residual, block.items);
  } else {
    add_basic(residual, block.items);
  }
  std::string last = block.items.back().name;
  const std::string out = fmt::format("{} * planes", residual.expansion());
  if (residual.gated) {
    add_squeeze_excite(block.items, last, {.squeeze = fmt::format("max(1, {} / 16)", out), .channels = out});
    last = "excite";
  }
  if (projected) {
    add_conv(block.items, "downsample", {.channels = out, .stride = "stride", .norm = "", .activation = ""}, {"x"});
    add_norm(block.items, "downsample_bn", residual.norm);
  }
  const std::string shortcut = projected ? block.items.back().name : "x";
  block.items.push_back(layer("add", "add", {}, {last, shortcut}));
  block.items.push_back(layer("relu", "relu"));
  return block;
}

Block stem(const Residual& residual) {
  Block block{.name = "stem", .inputs = {"x"}};
  add_conv(block.items, "conv", {.channels = "width", .kernel = 7, .stride = 2, .norm = "", .activation = ""});
  add_norm(block.items, "bn", residual.norm);
  block.items.push_back(layer("relu", "relu"));
  block.items.push_back(layer("maxpool", "pool", {{"kernel", 3}, {"stride", 2}, {"padding", 1}}));
  return block;
}

// How a stage gets its extent: by its stride, or by dilation in its place.
struct Reach {
  std::int64_t stride = 1;
  std::int64_t first_dilation = 1;
  std::int64_t dilation = 1;
};

Block stage(const Residual& residual, std::size_t number, std::int64_t depth, const Reach& reach) {
  Block block{.name = fmt::format("stage{}", number), .inputs = {"x"}};
  const Value planes = fmt::format("{} * width", std::int64_t{1} << (number - 1));
  const bool projected = number > 1 || residual.expansion() > 1;
  if (projected) {
    block.items.push_back(
        use("first", "projected", {{"planes", planes}, {"stride", reach.stride}, {"dilation", reach.first_dilation}}));
  }
  const std::int64_t rest = depth - (projected ? 1 : 0);
  if (rest > 0) {
    block.items.push_back(use("block", "identity", {{"planes", planes}, {"dilation", reach.dilation}}, {}, rest));
  }
  return block;
}

// The strides of the last stages become dilations once the image is `output_stride` smaller; the first block of a
// stage still has the dilation of the stage before it.
std::vector<Reach> reaches(std::size_t stages, std::int64_t output_stride) {
  std::vector<Reach> list;
  std::int64_t reduced = 4;
  std::int64_t dilation = 1;
  for (std::size_t i = 0; i < stages; ++i) {
    Reach reach{.stride = i == 0 ? 1 : 2, .first_dilation = dilation};
    if (reach.stride == 2 && reduced >= output_stride) {
      reach.stride = 1;
      dilation *= 2;
    } else {
      reduced *= reach.stride;
    }
    reach.dilation = dilation;
    list.push_back(reach);
  }
  return list;
}

// The stages are the pyramid; the last but one has the auxiliary classifier. A dense detector leaves out the first.
Taps taps_of(const Residual& residual, const std::vector<Reach>& all) {
  Taps taps;
  std::int64_t stride = 4;
  for (std::size_t i = 0; i < all.size(); ++i) {
    stride *= all[i].stride;
    const std::int64_t factor = residual.expansion() * (std::int64_t{1} << i);
    taps.auxiliary = taps.last;
    taps.last = {fmt::format("stage{}", i + 1), fmt::format("{} * width", factor), stride};
    taps.pyramid.push_back(taps.last);
  }
  if (taps.auxiliary.layer.empty()) taps.auxiliary = taps.last;
  return taps;
}

std::int64_t read_output_stride(CompactReader& reader, std::size_t stages) {
  const std::int64_t whole = std::int64_t{4} << (stages - 1);
  reader.size("output_stride", whole);
  const std::int64_t asked = reader.number("output_stride").value_or(0);
  if (asked >= 4 && (asked & (asked - 1)) == 0) return asked;
  reader.fail("output_stride", {"no power of two from 4 on", fmt::format("4, 8, ... {}", whole)});
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  const Head head = read_head(reader);
  const Residual residual{.bottleneck = reader.word("block", kBlocks, "bottleneck") == "bottleneck",
                          .stride_in_3x3 = reader.word("stride_in", kStridePlaces, "3x3") == "3x3",
                          .gated = reader.flag("squeeze_excite", false),
                          .norm = head.norm};
  const std::vector<std::int64_t> depths = read_stages(reader);
  reader.size("width", 64);
  const std::int64_t output_stride = read_output_stride(reader, depths.size());
  if (residual.bottleneck) {
    reader.size("groups", 1);
    reader.size("group_width", 64);
  }
  description.blocks = {stem(residual), residual_block(residual, true), residual_block(residual, false)};
  description.items.push_back(use("stem", "stem"));
  const std::vector<Reach> all = reaches(depths.size(), output_stride);
  for (std::size_t i = 0; i < depths.size(); ++i) {
    description.blocks.push_back(stage(residual, i + 1, depths[i], all[i]));
    description.items.push_back(use("", description.blocks.back().name));
  }
  if (head.kind == "classifier") {
    add_classifier(description.items);
  } else {
    add_head(reader, description, head, taps_of(residual, all));
  }
}

}  // namespace

const Architecture kResnet{"resnet", "ResNet, ResNeXt, wide and SE-ResNet", describe};

}  // namespace ridgepoint::cnn
