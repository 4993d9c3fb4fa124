#pragma once
// Expectations of random draws, as sizes and prices use them.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/checked.hpp"

namespace ridgepoint {

/// The nearest integer of an expected count. Throws OverflowError past 2^63.
inline std::int64_t nearest_integer(double value) {
  constexpr double kLimit = 9.2e18;
  if (!(value < kLimit)) throw OverflowError{};
  return std::llround(value);
}

/// The expected number of distinct rows among `draws` uniform draws from `rows`, with repeats: rows (1 - (1 -
/// 1/rows)^draws), the occupancy problem (Feller, An Introduction to Probability Theory, vol. 1, chapter IV).
inline double expected_distinct(double rows, double draws) {
  return rows <= 1 ? std::min(rows, draws) : -rows * std::expm1(draws * std::log1p(-1 / rows));
}

/// The expected number of nodes that `seeds` distinct nodes and the ends of `draws` sampled edges are in all, out of
/// `nodes`: each node that is no seed is missed by every draw with (1 - 1/nodes)^draws.
inline double expected_reached(double nodes, double seeds, double draws) {
  if (nodes <= seeds) return nodes;
  return seeds + (nodes - seeds) / nodes * expected_distinct(nodes, draws);
}

/// The expected number of edges that `seeds` nodes sample with a fan-out, to the nearest: fan_out each with
/// replacement, else what they have at most. With the mean degree edges / nodes in the place of each node's own that is
/// an upper bound (Jensen), exact when all degrees are alike.
inline std::int64_t expected_edges(std::int64_t seeds, std::int64_t fan_out, std::int64_t nodes, std::int64_t edges,
                                   bool replace) {
  const double degree = static_cast<double>(edges) / static_cast<double>(nodes);
  const auto fan = static_cast<double>(fan_out);
  return nearest_integer(static_cast<double>(seeds) * (replace ? fan : std::min(fan, degree)));
}

}  // namespace ridgepoint
