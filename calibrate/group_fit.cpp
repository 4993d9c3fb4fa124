#include "calibrate/group_fit.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kFloorSpread = 0.35;   // in log: of a floor from the fastest samples
constexpr double kLossScale = 4.0 / 3;  // in spreads of the samples: residuals beyond count linearly

/// A parameter that is fitted, in log.
struct Free {
  ModelParameter parameter;
  double prior;
  double spread;
};

// No call is faster than the floor; the fastest two percent of the samples bound it from above. Where calls differ from
// op to op, samples are taken by what they would be as plain calls, and one op may be off.
Free floor_of(const FitGroup& group, const FitPrior& prior) {
  const CalibrationEntry entry{.model = prior.model, .parameters = prior.values};
  std::vector<double> times;
  times.reserve(group.observations.size());
  for (const Observation* o : group.observations) times.push_back(o->time / calls_of(*o, entry));
  const auto place = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 50);
  std::nth_element(times.begin(), place, times.end());
  Free free{kFloorParameter, std::max(*place, kFloorParameter.lower * 1.5), kFloorSpread};
  free.parameter.upper =
      std::clamp(*place * (prior.model->calls == nullptr ? 1.01 : 2), kFloorParameter.lower * 2, kFloorParameter.upper);
  return free;
}

std::vector<Free> free_parameters(const FitPrior& prior, const std::vector<FitGroup>& groups) {
  std::vector<Free> result;
  for (std::size_t i = 0; i < prior.model->parameters.size(); ++i)
    result.push_back({prior.model->parameters[i], prior.values[i], prior.spreads[i]});
  if (!prior.calls) return result;
  for (const FitGroup& group : groups) result.push_back(floor_of(group, prior));
  return result;
}

/// One residual: a sample and the floor that it is under.
struct Place {
  const Observation* observation;
  std::size_t group;
};

double predicted_at(const Place& place, const FitPrior& prior, const double* x) {
  CalibrationEntry entry{.model = prior.model};
  const std::size_t count = prior.model->parameters.size();
  for (std::size_t j = 0; j < count; ++j) entry.parameters[j] = std::exp(x[j]);
  if (prior.calls) entry.floor = std::exp(x[count + place.group]);
  return predicted(*place.observation, entry);
}

}  // namespace

FitSolution fit_groups(const FitPrior& prior, const std::vector<FitGroup>& groups, Minimize minimize,
                       const FitSolution* start) {
  const std::vector<Free> free = free_parameters(prior, groups);
  const std::size_t count = prior.model->parameters.size();
  const double spread = prior.model->sample_spread;
  LeastSquares problem{.loss_scale = kLossScale * spread};
  for (std::size_t j = 0; j < free.size(); ++j) {
    const double lower = std::log(free[j].parameter.lower);
    const double upper = std::log(free[j].parameter.upper);
    problem.lower.push_back(lower);
    problem.upper.push_back(upper);
    problem.prior.push_back(std::log(free[j].prior));
    problem.spread.push_back(free[j].spread);
    double first = free[j].prior;
    if (start != nullptr) first = j < count ? start->values[j] : start->floors[j - count];
    problem.start.push_back(std::clamp(std::log(first), lower + 1e-6, upper - 1e-6));
  }
  std::vector<Place> places;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const Observation* o : groups[g].observations) {
      places.push_back({o, g});
      problem.weights.push_back(o->weight * groups[g].weight / (spread * spread));
    }
  }
  problem.residual = [&](std::size_t i, const double* x) {
    return std::log(predicted_at(places[i], prior, x) / places[i].observation->time);
  };
  std::vector<double> x;
  minimize(problem, x);
  FitSolution solution;
  for (std::size_t j = 0; j < free.size(); ++j) {
    const double value = std::exp(x[j]);
    if (j < count) solution.values[j] = value;
    if (j >= count) solution.floors.push_back(value);
    constexpr double kNear = 1e-3;
    const bool low = value < free[j].parameter.lower * (1 + kNear);
    const bool high = value > free[j].parameter.upper * (1 - kNear);
    if (low || high) solution.at_bounds.emplace_back(free[j].parameter.name);
  }
  if (!prior.calls) solution.floors.assign(groups.size(), 0);
  return solution;
}

}  // namespace ridgepoint
