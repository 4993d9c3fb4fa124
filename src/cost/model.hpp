#pragma once
// What a cost model is: parameters with names, bounds and priors, and the time that follows from them.

#include <array>
#include <span>
#include <string_view>

#include "core/term.hpp"
#include "cost/demand.hpp"

namespace ridgepoint {

/// All that a cost model knows of what it prices.
struct Situation {
  const Launch& launch;
  const Device& device;
  Circumstances circumstances{};
  Demand demand{};
};

Situation situation_of(const Launch& launch, const Device& device, const Circumstances& circumstances);

/// The need of each resource at the rates that are reached, and the time that follows; kLaunch among the needs is what
/// does not overlap with the others.
struct Timing {
  Needs needs{};
  Seconds time{};
};

/// The cost model of one or several kinds of kernels. `time` may neither allocate nor make strings: it prices a kernel
/// in under a microsecond. `terms` says the same as a list of formulas with their numbers; it may be null. `calls` is
/// the host's time to issue this kernel, in calls of a plain one; null when it is 1 for all. `sample_spread` is what
/// samples differ by from the model, as the standard deviation of a logarithm: how well a model can fit at best.
struct CostModel {
  std::string_view name;
  std::span<const ModelParameter> parameters;
  Timing (*time)(const Situation& situation, const ParameterValues& parameters);
  Terms (*terms)(const Situation& situation, const ParameterValues& parameters) = nullptr;
  double (*calls)(const Situation& situation, const ParameterValues& parameters) = nullptr;
  double sample_spread = 0.15;
};

/// The host's time to issue a kernel, in calls of a plain one.
inline double calls_of(const CostModel& model, const Situation& situation, const ParameterValues& parameters) {
  return model.calls == nullptr ? 1 : model.calls(situation, parameters);
}

/// The model that prices kernels of this kind.
const CostModel& model_of(const CostKind& kind);

/// The models that entries of this kind may name: its own first, then the common law, which older files hold, then that
/// of processors, or the law again where there is none.
std::array<const CostModel*, 3> models_for(const CostKind& kind);

/// What a model knows of its parameters before anything was measured.
ParameterValues typical_values(const CostModel& model);

}  // namespace ridgepoint
