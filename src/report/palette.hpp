#pragma once
// Colours and marks of figures. They are told apart by who sees no red or no green, and on a grey print by their marks
// or dashes.

#include <array>
#include <string_view>

#include "cost/bound.hpp"

namespace ridgepoint {

/// The shape of a mark: squares are bound by arithmetic, circles by memory, triangles by what is neither.
enum class Mark : std::uint8_t { kCircle, kSquare, kTriangle, kDiamond };

/// How a bound looks on white and on black.
struct BoundLook {
  std::string_view light;
  std::string_view dark;
  Mark mark;
};

/// By Bound. Cold colours compute, warm ones move data, violet ones wait.
inline constexpr std::array<BoundLook, kBoundCount> kBoundLooks{{
    {"#9a9a9a", "#8a8a8a", Mark::kCircle},    // none
    {"#0063a6", "#5aa9e6", Mark::kSquare},    // matrix
    {"#2aa3c9", "#7fd6f0", Mark::kSquare},    // vector
    {"#00806a", "#3cc9a8", Mark::kSquare},    // special
    {"#d1500a", "#ff8a4c", Mark::kCircle},    // dram
    {"#e09f1f", "#ffc857", Mark::kCircle},    // l2
    {"#9c5fb0", "#c79bdb", Mark::kTriangle},  // launch
    {"#7a1f5c", "#e07fbd", Mark::kTriangle},  // host
    {"#b3739b", "#d9a3c4", Mark::kTriangle},  // occupancy
    {"#6b5b1e", "#c9b458", Mark::kDiamond},   // link
}};

constexpr const BoundLook& look_of(Bound bound) { return kBoundLooks[static_cast<std::size_t>(bound)]; }

/// Colours of series, in the order in which they are used: those of Okabe and Ito, darkened where they would be pale on
/// white. Source: M. Okabe and K. Ito, Color Universal Design, 2008.
inline constexpr std::array<std::string_view, 8> kSeriesColors{"#0072b2", "#d55e00", "#009e73", "#b1609a",
                                                               "#c48a00", "#3b9ed6", "#000000", "#8c8400"};
inline constexpr std::array<std::string_view, 4> kSeriesDashes{"", "6 3", "2 3", "8 3 2 3"};

/// The look of the i-th series: colours first, then dashes.
constexpr std::string_view series_color(std::size_t i) { return kSeriesColors[i % kSeriesColors.size()]; }
constexpr std::string_view series_dash(std::size_t i) {
  return kSeriesDashes[i / kSeriesColors.size() % kSeriesDashes.size()];
}

}  // namespace ridgepoint
