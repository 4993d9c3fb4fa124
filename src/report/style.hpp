#pragma once
// What a terminal can show: colours of bounds, and bars.

#include <string>
#include <string_view>

#include "cost/bound.hpp"

namespace ridgepoint {

/// The escape sequence that begins a bound's colour, and the one that ends any.
std::string_view color_of(Bound bound);
inline constexpr std::string_view kPlain = "\x1b[0m";

/// A bar over `part` (0 to 1) of `width` characters: eighths of blocks in Unicode, or `#`. No blanks behind it. Any
/// part above 0 shows.
std::string bar_of(double part, std::size_t width, bool unicode);

/// The character with these dots of a Braille cell: two across, four down (Unicode, block U+2800).
std::string braille(unsigned dots);
/// The bit of the dot at this place in a cell.
unsigned braille_dot(std::size_t across, std::size_t down);
inline constexpr std::size_t kBrailleAcross = 2;
inline constexpr std::size_t kBrailleDown = 4;

}  // namespace ridgepoint
