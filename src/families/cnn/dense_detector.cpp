// RetinaNet (Lin et al., arXiv 1708.02002) and FCOS (Tian et al., arXiv 1904.01355), as torchvision has them. What
// moves single boxes is left out.

#include <fmt/format.h>

#include <algorithm>

#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {
namespace {

// One tower of four convolutions on one level; what its last layer is called.
std::string add_tower(Shared& shared, const std::string& name, const std::string& input, const Convolved& conv) {
  std::string last = input;
  for (int i = 0; i < 4; ++i) last = shared.conv(fmt::format("{}{}", name, i), conv, {last});
  return last;
}

void add_level(std::vector<Item>& items, std::size_t level, const Tap& tap, const Convolved& tower, bool centered) {
  Shared shared(items, level);
  Convolved last{.channels = "anchors * classes", .kernel = 3, .bias = true, .norm = "", .activation = ""};
  const std::string logits = shared.conv("classes", last, {add_tower(shared, "classes_conv", tap.layer, tower)});
  const std::string box = add_tower(shared, "boxes_conv", tap.layer, tower);
  last.channels = "4 * anchors";
  shared.conv("boxes", last, {box});
  if (centered) {
    last.channels = "anchors";
    shared.conv("centerness", last, {box});
  }
  const std::string extent = fmt::format("ceil_div(image, {})", tap.stride);
  items.push_back(layer(shared.named("scores"), "sigmoid", {}, {logits}));
  items.push_back(layer(shared.named("flat"), "reshape", {{"shape", sizes({"batch", -1})}}));
  items.push_back(layer(shared.named("best"), "top_k",
                        {{"k", fmt::format("min(1000, anchors * classes * {} * {})", extent, extent)}}));
}

}  // namespace

void add_dense_detector(CompactReader& reader, Description& description, const Head& head, const Taps& taps) {
  const bool fcos = head.kind == "fcos";
  reader.size("pyramid_width", 256);
  reader.size("anchors", fcos ? 1 : 9);
  const bool grouped = reader.flag("normalized_heads", fcos);
  const bool from_backbone = reader.flag("p6_from_backbone", false);
  std::vector<Item>& items = description.items;
  const auto used = std::min<std::ptrdiff_t>(3, std::ssize(taps.pyramid));
  std::vector<Tap> levels = add_pyramid(items, {taps.pyramid.end() - used, taps.pyramid.end()}, "");
  const Convolved extra{
      .channels = "pyramid_width", .kernel = 3, .stride = 2, .bias = true, .norm = "", .activation = ""};
  add_conv(items, "p6", extra, {from_backbone ? taps.pyramid.back().layer : levels.back().layer});
  items.push_back(layer("p6_relu", "relu"));
  add_conv(items, "p7", extra);
  const std::int64_t stride = levels.back().stride;
  levels.push_back({"p6", "pyramid_width", 2 * stride});
  levels.push_back({"p7", "pyramid_width", 4 * stride});
  // FCOS keeps the biases beside its group norms.
  const Convolved tower{
      .channels = "pyramid_width", .kernel = 3, .bias = fcos || !grouped, .norm = grouped ? "group_norm" : ""};
  for (std::size_t i = 0; i < levels.size(); ++i) add_level(items, i, levels[i], tower, fcos);
}

}  // namespace ridgepoint::cnn
