#pragma once
#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/shape.hpp"

namespace ridgepoint {

/// The extents that two shapes broadcast to: aligned at the last axis, an extent of 1 (or a missing axis) stretches.
/// Throws OpError when they do not fit.
inline std::vector<std::int64_t> broadcast(const Shape& a, const Shape& b) {
  const std::int64_t rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> extents(static_cast<std::size_t>(rank), 1);
  for (std::int64_t axis = 1; axis <= rank; ++axis) {
    const std::int64_t x = axis <= a.rank() ? a[-axis] : 1;
    const std::int64_t y = axis <= b.rank() ? b[-axis] : 1;
    if (x != y && x != 1 && y != 1) {
      throw OpError{"",
                    {"cannot broadcast " + to_string(a) + " with " + to_string(b),
                     "extents that are equal or 1, aligned at the last axis"}};
    }
    extents[static_cast<std::size_t>(rank - axis)] = std::max(x, y);
  }
  return extents;
}

}  // namespace ridgepoint
