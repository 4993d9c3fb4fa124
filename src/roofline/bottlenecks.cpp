#include "roofline/bottlenecks.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "hardware/what_if.hpp"
#include "roofline/by_bound.hpp"
#include "roofline/changes.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostSteps = 4;
constexpr double kLeastLeft = 0.01;  // of the time now: below that nothing is left to explain

/// What makes a resource take no time: a million times the rate, or none of a fixed time.
struct Removal {
  Bound bound;
  std::string_view change;
};
constexpr std::array kRemovals{
    Removal{Bound::kMatrix, "matrix=x1000000"},   Removal{Bound::kVector, "vector=x1000000"},
    Removal{Bound::kSpecial, "special=x1000000"}, Removal{Bound::kDram, "dram.bandwidth=x1000000"},
    Removal{Bound::kL2, "l2.bandwidth=x1000000"}, Removal{Bound::kLink, "links=x1000000"},
    Removal{Bound::kLaunch, "launch=x0"},         Removal{Bound::kHost, "host=x0"},
};

std::string_view removal_of(Bound bound) {
  for (const Removal& removal : kRemovals) {
    if (removal.bound == bound) return removal.change;
  }
  return "";
}

LayerEstimate subject_of(const Estimate& estimate, std::string_view layer) {
  if (layer.empty()) return whole_of(estimate);
  const LayerEstimate* row = row_of(estimate, layer);
  return row != nullptr ? *row : LayerEstimate{};
}

std::optional<Estimate> on_changed(const Question& question, const Device& device) {
  return answer_if_possible({question.description, device, question.run, question.options});
}

std::optional<Device> with(const Device& device, std::string_view change) {
  try {
    const std::array changes{parse_change(change)};
    return changed(device, changes);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace

LayerEstimate whole_of(const Estimate& estimate) {
  LayerEstimate whole{.name = estimate.model, .share = 1};
  whole.total = estimate.total;
  whole.by_bound = time_by_bound(estimate);
  for (const LayerEstimate& row : estimate.rows) {
    for (std::size_t i = 0; i < kBoundCount; ++i) {
      whole.needs[i] += row.needs[i];
    }
    whole.kernels += row.kernels;
  }
  whole.bound = largest_bound(whole.by_bound);
  return whole;
}

const LayerEstimate* row_of(const Estimate& estimate, std::string_view layer) {
  for (const LayerEstimate& row : estimate.rows) {
    if (row.name == layer) return &row;
    if (std::find(row.fused_from.begin(), row.fused_from.end(), layer) != row.fused_from.end()) return &row;
  }
  return nullptr;
}

std::vector<Bottleneck> bottlenecks(const Question& question, const Estimate& now, std::string_view layer) {
  const LayerEstimate first = subject_of(now, layer);
  std::vector<Bottleneck> chain;
  Device device = question.device;
  Bound bound = first.bound;
  double ratio = 1;
  while (chain.size() < kMostSteps && bound != Bound::kNone && ratio > kLeastLeft) {
    const auto same = [&](const Bottleneck& step) { return step.bound == bound; };
    if (std::any_of(chain.begin(), chain.end(), same)) break;  // the model ties it to another rate
    const std::string_view change = removal_of(bound);
    const std::optional<Device> without = change.empty() ? std::nullopt : with(device, change);
    const std::optional<Estimate> estimate = without ? on_changed(question, *without) : std::nullopt;
    const LayerEstimate row = estimate ? subject_of(*estimate, layer) : LayerEstimate{};
    const double after = row.total.time / first.total.time;
    // A model may hold a resource to a fixed time beside its rate (the steps of a product): no rate takes that away.
    if (!estimate || after >= ratio) {
      chain.push_back({bound, "", ratio, Bound::kNone});
      break;
    }
    ratio = after;
    chain.push_back({bound, std::string(change), ratio, row.bound});
    device = *without;
    bound = row.bound;
  }
  return chain;
}

Limits what_limits(const Question& question, const Estimate& now, std::string_view layer) {
  Limits limits{.row = subject_of(now, layer), .layer = std::string(layer)};
  if (limits.row.total.time <= 0) return limits;
  limits.chain = bottlenecks(question, now, layer);
  const auto add = [&](std::string what, const std::optional<Estimate>& estimate, double samples, bool network) {
    if (!estimate) return;
    const LayerEstimate before = network ? whole_of(now) : limits.row;
    const LayerEstimate after = subject_of(*estimate, network ? "" : layer);
    limits.effects.push_back(
        {std::move(what), after.total.time / samples / before.total.time, after.bound, network && !layer.empty()});
  };
  for (const RunChange& change : run_changes(question, now)) {
    add(change.what, answer_if_possible(change.question), change.samples, change.whole_network);
  }
  for (const std::string_view change : device_changes(question)) {
    const std::optional<Device> device = with(question.device, change);
    if (device) add("--what-if " + std::string(change), on_changed(question, *device), 1, false);
  }
  std::stable_sort(limits.effects.begin(), limits.effects.end(),
                   [](const Effect& a, const Effect& b) { return a.time_ratio < b.time_ratio; });
  return limits;
}

}  // namespace ridgepoint
