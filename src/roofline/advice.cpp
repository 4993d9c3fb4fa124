#include "roofline/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/human.hpp"
#include "roofline/changes.hpp"

namespace ridgepoint {
namespace {

constexpr double kWorthSaying = 0.97;  // a change that saves less is not advice
constexpr std::size_t kMostChanges = 3;

class Adviser {
 public:
  Adviser(const Question& question, const Estimate& now) : now_(now), changes_(run_changes(question, now)) {}

  [[nodiscard]] Advice on(const LayerEstimate& row) const {
    Advice advice{.layer = row.name, .share = row.share, .why = reason(row)};
    for (const RunChange& what_if : changes_) {
      const double ratio = ratio_of(what_if, row);
      if (ratio < kWorthSaying) advice.changes.push_back({what_if.what, ratio, what_if.whole_network});
    }
    std::stable_sort(advice.changes.begin(), advice.changes.end(),
                     [](const Change& a, const Change& b) { return a.time_ratio < b.time_ratio; });
    if (advice.changes.size() > kMostChanges) advice.changes.resize(kMostChanges);
    return advice;
  }

 private:
  [[nodiscard]] double ratio_of(const RunChange& what_if, const LayerEstimate& row) const {
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

  const Estimate& now_;
  std::vector<RunChange> changes_;
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
