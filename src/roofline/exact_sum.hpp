#pragma once
#include <algorithm>
#include <cmath>

namespace ridgepoint {

/// The step of a binary grid on which any sum of non-negative values up to `total` is exact, in any order: with 2^52
/// steps to the total no addition rounds. One step is 2e-16 of the total.
inline double summation_grid(double total) {
  if (!(total > 0)) return 0;
  constexpr int kBits =
      51;  // one below the 52 of the mantissa: rounding each value up may lift the sum over a power of two
  return std::ldexp(1.0, std::ilogb(total) - kBits);
}

/// The nearest value on the grid; with a grid of 0 the value itself.
inline double on_grid(double value, double grid) { return grid > 0 ? std::nearbyint(value / grid) * grid : value; }

}  // namespace ridgepoint
