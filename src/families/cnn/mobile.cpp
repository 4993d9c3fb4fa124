// Networks of inverted residuals: MobileNet v2 (Sandler et al., arXiv 1801.04381) and v3 (Howard et al., arXiv
// 1905.02244), MNASNet (Tan et al., arXiv 1807.11626), EfficientNet v1 and v2 (Tan and Le, arXiv 1905.11946,
// 2104.00298), as torchvision has them.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "families/cnn/architecture.hpp"
#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {
namespace {

constexpr std::array<std::string_view, 4> kActivations{"relu6", "relu", "silu", "hard_swish"};
// Whether there is a gate, and of what its width is a quarter: the block's input (EfficientNet) or its middle (v3).
constexpr std::array<std::string_view, 3> kGates{"none", "input", "expanded"};

// What a stage's list entries say.
struct Stage {
  std::int64_t depth = 1;
  std::int64_t out = 1;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t expand = 0;  ///< the middle as a multiple of the input, or 0
  std::int64_t middle = 0;  ///< the middle itself, or 0
  std::int64_t fused = 0;
  std::int64_t gated = 1;
  std::string activation;
  std::string norm;
  bool drops = false;  ///< stochastic depth
  [[nodiscard]] std::int64_t middle_of(std::int64_t in) const { return middle > 0 ? middle : expand * in; }
};

void add_gate(std::vector<Item>& items, const std::string& x, std::string_view gates, std::int64_t in,
              std::int64_t middle) {
  if (gates == "input") {
    add_squeeze_excite(items, x,
                       {.squeeze = std::max<std::int64_t>(1, in / 4), .channels = middle, .activation = "silu"});
  } else {
    add_squeeze_excite(
        items, x, {.squeeze = round_to_8(static_cast<double>(middle) / 4), .channels = middle, .gate = "hard_sigmoid"});
  }
}

// Widen, filter each channel, narrow; a sum where the shape stays. A fused block filters as it widens.
Block inverted(const std::string& name, const Stage& stage, std::int64_t in, bool first, std::string_view gates) {
  Block block{.name = name, .inputs = {"x"}};
  std::vector<Item>& items = block.items;
  const std::int64_t middle = stage.middle_of(in);
  const std::int64_t stride = first ? stage.stride : 1;
  std::string last = "x";
  if (stage.fused != 0) {
    const Convolved filter{.channels = middle == in ? stage.out : middle,
                           .kernel = stage.kernel,
                           .stride = stride,
                           .norm = stage.norm,
                           .activation = stage.activation};
    add_conv(items, "expand", filter);
  } else {
    if (middle != in) {
      last = add_conv(items, "expand", {.channels = middle, .norm = stage.norm, .activation = stage.activation});
    }
    last = add_conv(items, "depthwise",
                    {.channels = middle,
                     .kernel = stage.kernel,
                     .stride = stage.dilation > 1 ? 1 : stride,
                     .groups = middle,
                     .dilation = stage.dilation,
                     .norm = stage.norm,
                     .activation = stage.activation});
    if (gates != "none" && stage.gated != 0) {
      add_gate(items, last, gates, in, middle);
      last = "excite";
    }
  }
  // A fused block that does not widen is one convolution.
  if (stage.fused == 0 || middle != in) {
    add_conv(items, "project", {.channels = stage.out, .norm = stage.norm, .activation = ""});
  }
  if (stride != 1 || in != stage.out) return block;
  if (stage.drops) items.push_back(layer("drop", "drop_path"));
  items.push_back(layer("add", "add", {}, {items.back().name, "x"}));
  return block;
}

// A number of the description that the run cannot leave open: the stages' channels follow from it.
std::int64_t read_number(CompactReader& reader, std::string_view key, std::int64_t fallback, std::int64_t most) {
  reader.size(key, fallback);
  const std::optional<std::int64_t> number = reader.number(key);
  if (number && *number <= most) return *number;
  reader.fail(key, {fmt::format("the stages follow from {}", in_quotes(key)), fmt::format("a number up to {}", most)});
}

// Channels in the width of the run, rounded as all these networks do.
std::int64_t scaled(std::int64_t channels, std::int64_t percent) {
  return percent == 100 ? channels : round_to_8(static_cast<double>(channels) * static_cast<double>(percent) / 100);
}

std::vector<Stage> read_stages_of(CompactReader& reader, const std::string& activation, const std::string& norm) {
  const std::vector<std::int64_t> depths = read_stages(reader);
  const std::size_t count = depths.size();
  const std::vector<std::int64_t> out = list_of(reader, "widths", count);
  const std::vector<std::int64_t> kernel = list_of(reader, "kernels", count, 3, 1);
  const std::vector<std::int64_t> stride = list_of(reader, "strides", count, 1, 1);
  const std::vector<std::int64_t> dilation = list_of(reader, "dilations", count, 1, 1);
  const std::vector<std::int64_t> middle = list_of(reader, "middles", count, 0, 1);
  const std::vector<std::int64_t> expand = list_of(reader, "expand", count, 6, 1);
  const std::vector<std::int64_t> fused = list_of(reader, "fused", count, 0);
  const std::vector<std::int64_t> gated = list_of(reader, "gated", count, 1);
  const std::vector<std::int64_t> relu = list_of(reader, "relu", count, 0);
  const bool drops = reader.flag("stochastic_depth", false);
  std::vector<Stage> stages;
  for (std::size_t i = 0; i < count; ++i) {
    if (kernel[i] % 2 == 0) reader.fail("kernels", {fmt::format("{} is even", kernel[i]), "odd kernels"});
    stages.push_back({depths[i], out[i], kernel[i], stride[i], dilation[i], expand[i], middle[i], fused[i], gated[i],
                      relu[i] != 0 ? "relu" : activation, norm, drops});
  }
  return stages;
}

// The stages' blocks, and in the layers the use of each. The first block of a stage has its stride.
std::int64_t add_stages(Description& description, const std::vector<Stage>& stages, std::int64_t in,
                        std::string_view gates) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const std::string name = fmt::format("stage{}", i + 1);
    description.blocks.push_back(inverted(name + "_first", stage, in, true, gates));
    description.items.push_back(use(name, name + "_first"));
    in = stage.out;
    if (stage.depth == 1) continue;
    description.blocks.push_back(inverted(name + "_rest", stage, in, false, gates));
    description.items.push_back(use(name + "_rest", name + "_rest", {}, {}, stage.depth - 1));
  }
  return in;
}

// What torchvision's heads read: the block that enters the last stage and the last layer are its pyramid, the first
// block at an eighth of the image is the low level.
Taps taps_of(const std::vector<Stage>& stages, const std::string& features) {
  Taps taps;
  std::int64_t stride = 2;
  std::int64_t reduced = 1;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    reduced *= stages[i].stride;
    if (stages[i].dilation == 1) stride *= stages[i].stride;
    const Tap tap{fmt::format("stage{}", i + 1), stages[i].out, stride};
    if (stages[i].stride > 1 && reduced == 4) taps.auxiliary = tap;
    if (stages[i].stride > 1) taps.pyramid = {tap};
  }
  taps.last = {features, "head_width", stride};
  if (taps.auxiliary.layer.empty()) taps.auxiliary = taps.last;
  taps.pyramid.push_back(taps.last);
  return taps;
}

void describe(CompactReader& reader, Description& description) {
  add_image(reader, description, 224);
  const std::string activation = reader.word("activation", kActivations, "relu6");
  const std::string gates = reader.word("squeeze_excite", kGates, "none");
  const Head head = read_head(reader);
  std::vector<Stage> stages = read_stages_of(reader, activation, head.norm);
  const std::int64_t percent = read_number(reader, "width_percent", 100, 10000);
  const std::int64_t stem = scaled(read_number(reader, "stem", 32, kWidest), percent);
  for (Stage& stage : stages) {
    stage.out = scaled(stage.out, percent);
    stage.middle = scaled(stage.middle, stage.middle == 0 ? 100 : percent);
  }
  reader.size("head_width", 1280);
  std::vector<Item>& items = description.items;
  add_conv(items, "stem", {.channels = stem, .kernel = 3, .stride = 2, .norm = head.norm, .activation = activation});
  add_stages(description, stages, stem, gates);
  const std::string features =
      add_conv(items, "head", {.channels = "head_width", .norm = head.norm, .activation = activation});
  if (head.kind != "classifier") {
    add_head(reader, description, head, taps_of(stages, features));
    return;
  }
  items.push_back(layer("avgpool", "global_pool"));
  if (reader.optional_size("hidden")) {
    items.push_back(layer("hidden", "linear", {{"out_features", "hidden"}}));
    items.push_back(layer("hidden_act", activation));
  }
  items.push_back(layer("", "dropout"));
  items.push_back(layer("fc", "linear", {{"out_features", "classes"}}));
}

}  // namespace

const Architecture kMobile{"mobile", "inverted residuals: MobileNet v2 and v3, MNASNet, EfficientNet v1 and v2",
                           describe};

}  // namespace ridgepoint::cnn
