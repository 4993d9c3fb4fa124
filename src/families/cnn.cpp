// Convolutional networks. ResNet (He et al., arXiv 1512.03385), ResNeXt (Xie et al., arXiv 1611.05431) and wide ResNet
// (Zagoruyko and Komodakis, arXiv 1605.07146), with the layers and names of torchvision.

#include <fmt/format.h>

#include <array>

#include "families/build.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 1> kArchitectures{"resnet"};
constexpr std::array<std::string_view, 2> kBlocks{"bottleneck", "basic"};
constexpr std::array<std::string_view, 2> kStridePlaces{"3x3", "1x1"};

// Where a bottleneck takes its stride: at the 3x3 (the "v1.5" of torchvision and NVIDIA) or at the first 1x1 (the
// paper).
struct Residual {
  bool bottleneck = true;
  bool stride_in_3x3 = true;
  [[nodiscard]] std::int64_t expansion() const { return bottleneck ? 4 : 1; }
};

Item conv(std::string name, Value channels, std::int64_t kernel, Value stride = 1, References inputs = {}) {
  return layer(std::move(name), "conv",
               {{"out_channels", std::move(channels)},
                {"kernel", kernel},
                {"stride", std::move(stride)},
                {"padding", kernel / 2},
                {"bias", false}},
               std::move(inputs));
}

void add_bottleneck(const Residual& residual, std::vector<Item>& items) {
  const std::string inner = "planes * group_width / 64 * groups";
  items = {conv("conv1", inner, 1, residual.stride_in_3x3 ? Value(1) : Value("stride")),
           layer("bn1", "batch_norm"),
           layer("relu1", "relu"),
           conv("conv2", inner, 3, residual.stride_in_3x3 ? Value("stride") : Value(1)),
           layer("bn2", "batch_norm"),
           layer("relu2", "relu"),
           conv("conv3", "4 * planes", 1),
           layer("bn3", "batch_norm")};
  items[3].attributes.push_back({"groups", "groups"});
}

void add_basic(std::vector<Item>& items) {
  items = {conv("conv1", "planes", 3, "stride"), layer("bn1", "batch_norm"), layer("relu1", "relu"),
           conv("conv2", "planes", 3), layer("bn2", "batch_norm")};
}

// x + f(x), or with a projection of x where f changes the shape.
Block residual_block(const Residual& residual, bool projected) {
  Block block{.name = projected ? "projected" : "identity", .inputs = {"x"}, .required = {"planes"}};
  block.parameters = {{"stride", 1}};
  if (residual.bottleneck) {
    add_bottleneck(residual, block.items);
  } else {
    add_basic(block.items);
  }
  const std::string last = block.items.back().name;
  if (projected) {
    block.items.push_back(conv("downsample", fmt::format("{} * planes", residual.expansion()), 1, "stride", {"x"}));
    block.items.push_back(layer("downsample_bn", "batch_norm"));
  }
  block.items.push_back(layer("add", "add", {}, {last, projected ? "downsample_bn" : "x"}));
  block.items.push_back(layer("relu", "relu"));
  return block;
}

Block stem() {
  Block block{.name = "stem", .inputs = {"x"}};
  block.items = {conv("conv", "width", 7, 2), layer("bn", "batch_norm"), layer("relu", "relu"),
                 layer("maxpool", "pool", {{"kernel", 3}, {"stride", 2}, {"padding", 1}})};
  return block;
}

Block stage(const Residual& residual, std::size_t number, std::int64_t depth) {
  Block block{.name = fmt::format("stage{}", number), .inputs = {"x"}};
  const Value planes = fmt::format("{} * width", std::int64_t{1} << (number - 1));
  const std::int64_t stride = number == 1 ? 1 : 2;
  const bool projected = number > 1 || residual.expansion() > 1;
  if (projected) block.items.push_back(use("first", "projected", {{"planes", planes}, {"stride", stride}}));
  const std::int64_t rest = depth - (projected ? 1 : 0);
  if (rest > 0) block.items.push_back(use("block", "identity", {{"planes", planes}}, {}, rest));
  return block;
}

std::vector<std::int64_t> read_stages(CompactReader& reader) {
  std::vector<std::int64_t> depths = reader.list("stages");
  constexpr std::size_t kMostStages = 32;  // the width doubles with each
  if (depths.size() > kMostStages) reader.fail("stages", {"more than 32 stages", "a depth for each of a few stages"});
  return depths;
}

void describe_resnet(CompactReader& reader, Description& description) {
  const Residual residual{.bottleneck = reader.word("block", kBlocks, "bottleneck") == "bottleneck",
                          .stride_in_3x3 = reader.word("stride_in", kStridePlaces, "3x3") == "3x3"};
  const std::vector<std::int64_t> depths = read_stages(reader);
  reader.size("width", 64);
  if (residual.bottleneck) {
    reader.size("groups", 1);
    reader.size("group_width", 64);
  }
  description.blocks = {stem(), residual_block(residual, true), residual_block(residual, false)};
  description.items.push_back(use("stem", "stem"));
  for (std::size_t i = 0; i < depths.size(); ++i) {
    description.blocks.push_back(stage(residual, i + 1, depths[i]));
    description.items.push_back(use("", description.blocks.back().name));
  }
  description.items.push_back(
      layer("avgpool", "reduce", {{"reduce", "mean"}, {"axes", std::vector<std::int64_t>{-2, -1}}}));
  description.items.push_back(layer("fc", "linear", {{"out_features", "classes"}}));
}

void describe(CompactReader& reader, Description& description) {
  const std::string architecture = reader.word("architecture", kArchitectures, "resnet");
  const bool softmax = reader.flag("softmax", false);
  reader.size("batch", 1);
  reader.size("image", 224);
  reader.size("channels", 3);
  reader.size("classes", 1000);
  description.inputs = {{.name = "image", .shape = {"batch", "channels", "image", "image"}}};
  if (architecture == "resnet") describe_resnet(reader, description);
  if (softmax) description.items.push_back(layer("softmax", "softmax"));
}

}  // namespace

const Family kCnnFamily{"cnn", "image classification with convolutions: ResNet, ResNeXt, wide ResNet", describe};

}  // namespace ridgepoint
