#include <fmt/format.h>

#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {

std::vector<Tap> add_pyramid(std::vector<Item>& items, const std::vector<Tap>& taps, const std::string& norm) {
  const Convolved inner{.channels = "pyramid_width", .bias = norm.empty(), .norm = norm, .activation = ""};
  Convolved outer = inner;
  outer.kernel = 3;
  std::vector<Tap> levels(taps.size());
  std::string coarser;
  for (std::size_t i = taps.size(); i-- > 0;) {
    std::string merged = add_conv(items, fmt::format("inner{}", i), inner, {taps[i].layer});
    if (!coarser.empty()) {
      items.push_back(layer(fmt::format("up{}", i), "resize", {}, {coarser, merged}));
      items.push_back(layer(fmt::format("merge{}", i), "add", {}, {merged, items.back().name}));
      merged = items.back().name;
    }
    levels[i] = {add_conv(items, fmt::format("fpn{}", i), outer, {merged}), "pyramid_width", taps[i].stride};
    coarser = merged;
  }
  return levels;
}

}  // namespace ridgepoint::cnn
