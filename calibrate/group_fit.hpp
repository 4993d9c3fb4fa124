#pragma once
// Fits the parameters of one cost model to one or several groups of samples that share them.

#include <vector>

#include "calibrate/least_squares.hpp"
#include "calibrate/observation.hpp"

namespace ridgepoint {

/// Samples with one floor: of one device, timed in one way. Every sample counts `weight` times.
struct FitGroup {
  std::vector<const Observation*> observations;
  double weight = 1;
};

/// A model and what is known of its parameters beforehand: values, and standard deviations of their logarithms.
struct FitPrior {
  const CostModel* model = nullptr;
  ParameterValues values{};
  ParameterValues spreads{};
  bool calls = false;  ///< timed by the clocks op or wall: each group has a floor
};

/// What was found: the parameters, the floor of each group (0 on the kernel clock), and those that the data would push
/// over their bounds.
struct FitSolution {
  ParameterValues values{};
  std::vector<double> floors;
  std::vector<std::string> at_bounds;
};

/// The same samples give the same solution. `start` is where to look first, the prior if there is none.
FitSolution fit_groups(const FitPrior& prior, const std::vector<FitGroup>& groups, Minimize minimize,
                       const FitSolution* start = nullptr);

}  // namespace ridgepoint
