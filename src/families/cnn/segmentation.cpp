// Segmentation heads: FCN (Long et al., arXiv 1411.4038), DeepLab v3 (Chen et al., arXiv 1706.05587) and LR-ASPP
// (Howard et al., arXiv 1905.02244), as torchvision has them.

#include <fmt/format.h>

#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {
namespace {

std::string quarter(const Value& channels) {
  const auto* number = std::get_if<std::int64_t>(&channels.data);
  return number != nullptr ? std::to_string(*number / 4)
                           : fmt::format("({}) / 4", std::get<std::string>(channels.data));
}

Item classes(const std::string& name, const std::string& input) {
  return layer(name, "conv", {{"out_channels", "classes"}, {"kernel", 1}}, {input});
}

void add_resize(std::vector<Item>& items, const std::string& name, const std::string& input, const std::string& like) {
  items.push_back(layer(name, "resize", {{"mode", "linear"}}, {input, like}));
}

void add_fcn(std::vector<Item>& items, const std::string& name, const Tap& tap) {
  const std::string hidden =
      add_conv(items, name + "_conv", {.channels = quarter(tap.channels), .kernel = 3}, {tap.layer});
  items.push_back(layer(name + "_dropout", "dropout", {{"rate", 0.1}}, {hidden}));
  items.push_back(classes(name, name + "_dropout"));
}

// Atrous spatial pyramid pooling: one 1x1, three dilated 3x3 and the image's mean, joined.
void add_aspp(std::vector<Item>& items, const Tap& tap) {
  References branches{add_conv(items, "aspp0", {.channels = "aspp_width"}, {tap.layer})};
  for (const std::int64_t rate : {12, 24, 36}) {
    branches.emplace_back(add_conv(items, fmt::format("aspp{}", rate),
                                   {.channels = "aspp_width", .kernel = 3, .dilation = rate}, {tap.layer}));
  }
  items.push_back(layer("aspp_mean", "global_pool", {{"keep", true}}, {tap.layer}));
  const std::string mean = add_conv(items, "aspp_mean_conv", {.channels = "aspp_width"});
  add_resize(items, "aspp_mean_resize", mean, tap.layer);
  branches.emplace_back("aspp_mean_resize");
  items.push_back(layer("aspp_concat", "concat", {}, branches));
  add_conv(items, "aspp", {.channels = "aspp_width"});
  items.push_back(layer("aspp_dropout", "dropout"));
}

// A gate from the image's mean on the last features, joined with fine ones at their resolution.
void add_lraspp(std::vector<Item>& items, const Taps& taps) {
  const std::string high = add_conv(items, "cbr", {.channels = "aspp_width"}, {taps.last.layer});
  items.push_back(layer("mean", "global_pool", {{"keep", true}}, {taps.last.layer}));
  const std::string gate = add_conv(items, "gate", {.channels = "aspp_width", .norm = "", .activation = "sigmoid"});
  items.push_back(layer("gated_high", "mul", {}, {high, gate}));
  add_resize(items, "high", "gated_high", taps.auxiliary.layer);
  items.push_back(classes("low_classes", taps.auxiliary.layer));
  items.push_back(classes("high_classes", "high"));
  items.push_back(layer("classes", "add", {}, {"low_classes", "high_classes"}));
}

}  // namespace

void add_segmentation(CompactReader& reader, Description& description, const Head& head, const Taps& taps) {
  std::vector<Item>& items = description.items;
  if (head.kind == "fcn") {
    add_fcn(items, "classes", taps.last);
  } else if (head.kind == "deeplab_v3") {
    reader.size("aspp_width", 256);
    add_aspp(items, taps.last);
    items.push_back(classes("classes", add_conv(items, "conv", {.channels = "aspp_width", .kernel = 3})));
  } else {
    reader.size("aspp_width", 128);
    add_lraspp(items, taps);
  }
  const bool auxiliary = head.kind != "lraspp" && reader.flag("auxiliary", false);
  if (auxiliary) {
    add_fcn(items, "aux_classes", taps.auxiliary);
    add_resize(items, "aux_out", "aux_classes", "image");
  }
  add_resize(items, "out", "classes", "image");
}

}  // namespace ridgepoint::cnn
