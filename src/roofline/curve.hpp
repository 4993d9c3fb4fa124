#pragma once
// What a line of points over one growing size shows.

#include <functional>
#include <span>

#include "roofline/sweep.hpp"

namespace ridgepoint {

/// The share of the best throughput that counts as near it.
inline constexpr double kNearBest = 0.9;

/// A row of the estimate (or the network, "") whose intensity crosses its ridge point between two neighbours of a
/// curve.
struct Crossing {
  std::string layer;
  std::size_t before = 0;  ///< the point before it, by its place in the curve
  bool upwards = true;     ///< memory sets the pace before, and arithmetic behind
};

/// What the points of a curve show, by their place in it. Nothing where no point can be run.
struct CurveFacts {
  std::optional<std::size_t> best;       ///< most samples a second, of those that the memory holds
  std::optional<std::size_t> near_best;  ///< the first with kNearBest of that
  std::optional<std::size_t> last_fit;   ///< the last that the memory holds, where a later one does not fit
  std::optional<std::size_t> no_fit;     ///< the first that it does not hold
  std::vector<Crossing> crossings;       ///< the network's first, then layers in their order
};

/// Reads a curve. `layers` are the names of the rows, empty when they are not the same in all points.
CurveFacts facts_of(std::span<const SweepPoint> points, std::span<const std::string> layers);

/// The largest size that fits, between one that does and one that does not: `fits` is asked a few times.
std::int64_t last_that_fits(std::int64_t fits_at, std::int64_t not_at, const std::function<bool(std::int64_t)>& fits);

}  // namespace ridgepoint
