#include "roofline/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/human.hpp"

namespace ridgepoint {
namespace {

constexpr double kWorthSaying = 0.97;  // a change that saves less is not advice
constexpr std::size_t kMostChanges = 3;

// A changed run, what to call it, and the samples it computes relative to now.
struct WhatIf {
  std::string what;
  Estimate estimate;
  double samples = 1;
  bool whole_network = false;
};

std::optional<std::int64_t> parameter(const Estimate& estimate, std::string_view name) {
  for (const auto& [key, value] : estimate.parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

// The next narrower format in which the device multiplies faster.
std::optional<DType> narrower(const Device& device, DType now) {
  constexpr std::array kChain{DType::kFp64, DType::kFp32,    DType::kTf32, DType::kBf16,
                              DType::kFp16, DType::kFp8E4m3, DType::kFp4};
  const auto rate_now = device.product_rate(now);
  for (const DType candidate : kChain) {
    const auto rate = device.product_rate(candidate);
    if (rate && rate_now && bits(candidate) <= bits(now) && *rate > *rate_now * 1.01) return candidate;
  }
  return std::nullopt;
}

class Adviser {
 public:
  Adviser(const Question& question, const Estimate& now) : question_(question), now_(now) { try_all(); }

  [[nodiscard]] Advice on(const LayerEstimate& row) const {
    Advice advice{.layer = row.name, .share = row.share, .why = reason(row)};
    for (const WhatIf& what_if : what_ifs_) {
      const double ratio = ratio_of(what_if, row);
      if (ratio < kWorthSaying) advice.changes.push_back({what_if.what, ratio, what_if.whole_network});
    }
    std::stable_sort(advice.changes.begin(), advice.changes.end(),
                     [](const Change& a, const Change& b) { return a.time_ratio < b.time_ratio; });
    if (advice.changes.size() > kMostChanges) advice.changes.resize(kMostChanges);
    return advice;
  }

 private:
  void try_all() {
    try_batch();
    try_format();
    if (question_.options.fusion != Fusion::kFull) {
      Question changed = question_;
      changed.options.fusion = Fusion::kFull;
      ask("--fusion full", changed, 1, true);
    }
    if (question_.options.execution == Execution::kEager) {
      Question changed = question_;
      changed.options.execution = Execution::kGraph;
      ask("--execution graph", changed, 1, false);
    }
    Question halved = question_;
    halved.options.work_share = 0.5;
    ask("half on a second device (before communication)", halved, 1, false);
  }

  void try_batch() {
    const auto batch = parameter(now_, "batch");
    if (!batch || *batch > INT64_MAX / 2) return;
    Question changed = question_;
    changed.run.parameters.push_back({"batch", Value(*batch * 2)});
    ask(fmt::format("--batch {}", *batch * 2), changed, 2, false);
  }

  void try_format() {
    const auto format = narrower(question_.device, now_.precision.math);
    if (!format) return;
    Question changed = question_;
    changed.run.precision = {.activations = *format};
    ask(fmt::format("--dtype {}", name(*format)), changed, 1, false);
  }

  // A change that the network or the device does not allow is no advice.
  void ask(std::string what, const Question& changed, double samples, bool whole_network) {
    try {
      what_ifs_.push_back({std::move(what), answer(changed), samples, whole_network});
    } catch (const InputError&) {
    } catch (const OverflowError&) {
    }
  }

  [[nodiscard]] double ratio_of(const WhatIf& what_if, const LayerEstimate& row) const {
    if (what_if.whole_network) return what_if.estimate.total.time / now_.total.time;
    // The rows of a changed run are those of this one, unless fusion changed.
    const auto index = static_cast<std::size_t>(&row - now_.rows.data());
    if (index >= what_if.estimate.rows.size() || what_if.estimate.rows[index].name != row.name) return 1;
    return what_if.estimate.rows[index].total.time / what_if.samples / row.total.time;
  }

  [[nodiscard]] std::string reason(const LayerEstimate& row) const {
    const double intensity = row.total.intensity();
    const bool knows_ridge = row.ridge_point > 0 && intensity > 0;
    std::string of_bound = fmt::format("{}-bound", name(row.bound));
    switch (row.bound) {
      case Bound::kNone: return "takes no time";
      case Bound::kHost:
        return fmt::format("host-bound: {} kernels of {} each to issue", human_count(row.kernels),
                           human_seconds(kEagerHostTime.typical.value()));
      case Bound::kLaunch: {
        const double part = row.needs[static_cast<std::size_t>(Bound::kLaunch)].value() / row.total.time;
        return fmt::format("launch-bound: starting {} kernels is {} of it", human_count(row.kernels),
                           human_percent(part));
      }
      default: break;
    }
    if (!knows_ridge) return of_bound;
    const bool below = intensity < row.ridge_point;
    const double factor = below ? row.ridge_point / intensity : intensity / row.ridge_point;
    return fmt::format("{}: {} FLOP/B, {}x {} the ridge point {}", of_bound, human_number(intensity),
                       human_number(factor), below ? "below" : "above", human_number(row.ridge_point));
  }

  const Question& question_;
  const Estimate& now_;
  std::vector<WhatIf> what_ifs_;
};

}  // namespace

std::vector<Advice> advise(const Question& question, const Estimate& now, std::size_t count) {
  std::vector<std::size_t> order(now.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double x = now.rows[a].total.time;
                      const double y = now.rows[b].total.time;
                      return x != y ? x > y : a < b;
                    });
  if (now.total.time <= 0) return {};
  const Adviser adviser(question, now);
  std::vector<Advice> list;
  for (std::size_t i = 0; i < count; ++i) {
    if (now.rows[order[i]].total.time > 0) list.push_back(adviser.on(now.rows[order[i]]));
  }
  return list;
}

}  // namespace ridgepoint
