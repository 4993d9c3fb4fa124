#include "report/style.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ridgepoint {

std::string_view color_of(Bound bound) {
  switch (bound) {
    case Bound::kMatrix: return "\x1b[32m";
    case Bound::kVector:
    case Bound::kSpecial: return "\x1b[36m";
    case Bound::kDram:
    case Bound::kLink:
    case Bound::kL2: return "\x1b[33m";
    case Bound::kLaunch:
    case Bound::kOccupancy:
    case Bound::kHost: return "\x1b[35m";
    case Bound::kNone: break;
  }
  return "\x1b[2m";
}

std::string bar_of(double part, std::size_t width, bool unicode) {
  constexpr std::size_t kSteps = 8;
  constexpr std::array<std::string_view, kSteps> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(part > 0) || width == 0) return "";
  const double cells = std::min(part, 1.0) * static_cast<double>(width);
  if (!unicode) return std::string(std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(cells))), '#');
  const auto steps = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(cells * kSteps)));
  std::string bar;
  for (std::size_t i = 0; i < steps / kSteps; ++i) bar += "█";
  return bar + std::string(kEighths[steps % kSteps]);
}

std::string braille(unsigned dots) {
  const unsigned code = 0x2800 + dots;
  return {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
          static_cast<char>(0x80 | (code & 0x3f))};
}

unsigned braille_dot(std::size_t across, std::size_t down) {
  constexpr std::array<std::array<unsigned, kBrailleDown>, kBrailleAcross> kBits{
      {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
  return kBits[across][down];
}

}  // namespace ridgepoint
