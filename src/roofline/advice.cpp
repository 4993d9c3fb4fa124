#include "roofline/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <thread>

#include "core/human.hpp"
#include "core/parallel.hpp"
#include "roofline/changes.hpp"

namespace ridgepoint {
namespace {

constexpr double kWorthSaying = 0.97;  // a change that saves less is not advice
constexpr std::size_t kMostChanges = 3;

// More rows than this, and the changed runs share the cores: a thread costs as much as some dozens of rows.
constexpr std::size_t kRowsForThreads = 1000;

/// What is kept of a changed run: for a large network its rows are many megabytes.
struct Outcome {
  double time_ratio = 1;           ///< of a sample, over the whole network
  std::vector<double> row_ratios;  ///< of a sample, of the rows that advice is on
};

// Gives advice on `subjects`, the indices of some rows.
class Adviser {
 public:
  Adviser(const Question& question, const Estimate& now, std::vector<std::size_t> subjects)
      : now_(now), subjects_(std::move(subjects)), changes_(run_changes(question, now)), outcomes_(changes_.size()) {
    ChunkWork run = [this](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) outcomes_[i] = outcome(changes_[i]);
    };
    if (now.rows.size() < kRowsForThreads) {
      run(0, changes_.size());
      return;
    }
    const std::size_t threads = std::thread::hardware_concurrency();
    run_in_chunks(
        changes_.size(), 1, threads, [&] { return run; }, [](std::size_t) { return true; });
  }

  [[nodiscard]] std::vector<Advice> all() const {
    std::vector<Advice> list;
    for (std::size_t subject = 0; subject < subjects_.size(); ++subject) list.push_back(on(subject));
    return list;
  }

 private:
  [[nodiscard]] Advice on(std::size_t subject) const {
    const LayerEstimate& row = now_.rows[subjects_[subject]];
    Advice advice{.layer = row.name, .share = row.share, .why = reason(row)};
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (!outcomes_[i]) continue;
      const bool network = changes_[i].whole_network;
      const double ratio = network ? outcomes_[i]->time_ratio : outcomes_[i]->row_ratios[subject];
      if (ratio < kWorthSaying) advice.changes.push_back({changes_[i].what, ratio, network});
    }
    std::stable_sort(advice.changes.begin(), advice.changes.end(),
                     [](const Change& a, const Change& b) { return a.time_ratio < b.time_ratio; });
    if (advice.changes.size() > kMostChanges) advice.changes.resize(kMostChanges);
    return advice;
  }

  [[nodiscard]] std::optional<Outcome> outcome(const RunChange& change) const {
    const std::optional<Estimate> changed = answer_if_possible(change.question);
    if (!changed) return std::nullopt;
    Outcome outcome{.time_ratio = changed->total.time / change.samples / now_.total.time};
    for (const std::size_t index : subjects_) {
      const LayerEstimate& row = now_.rows[index];
      // The rows of a changed run are those of this one, unless fusion changed.
      const bool same = index < changed->rows.size() && changed->rows[index].name == row.name;
      outcome.row_ratios.push_back(same ? changed->rows[index].total.time / change.samples / row.total.time : 1);
    }
    return outcome;
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
  std::vector<std::size_t> subjects_;
  std::vector<RunChange> changes_;
  std::vector<std::optional<Outcome>> outcomes_;
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
  order.resize(count);
  while (!order.empty() && now.rows[order.back()].total.time <= 0) order.pop_back();  // no time, no advice
  if (order.empty()) return {};
  return Adviser(question, now, std::move(order)).all();
}

}  // namespace ridgepoint
