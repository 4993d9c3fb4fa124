#include "calibrate/measure/timing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "calibrate/measure/statistics.hpp"

namespace ridgepoint {
namespace {

constexpr double kWarmUpShare = 0.2;
constexpr std::size_t kFewestSamples = 3;
constexpr std::size_t kMostSamples = 500;      // more tell nothing; longer samples do
constexpr double kSettledShare = 0.25;         // of the budget, before which a quiet moment does not count
constexpr double kBatchMargin = 1.1;
constexpr std::int64_t kMostRuns = 1'000'000'000;

// Times batches of runs.
class Sampler {
 public:
  Sampler(const Runs& runs, const TimingPlan& plan, TimeSource& time) : runs_(runs), plan_(plan), time_(time) {
    least_sample_ = std::max(plan.least_sample, plan.budget / static_cast<double>(kMostSamples));
  }

  Measurement measure() {
    start_ = time_.now();
    warm_up();
    return sample();
  }

 private:
  Seconds elapsed() { return time_.now() - start_; }

  // The time of one run, as the average of a batch.
  Seconds batch() {
    const Seconds before = time_.now();
    runs_(batch_);
    return (time_.now() - before) / static_cast<double>(batch_);
  }

  // The batch grows with the shortest time seen: a batch that lost its core to another program does not shrink it.
  void warm_up() {
    const Seconds until = plan_.warm_up > Seconds{} ? plan_.warm_up
                                                    : std::min(plan_.budget * kWarmUpShare, kLongestWarmUp);
    Seconds shortest{HUGE_VAL};
    bool grown = true;
    while (grown || elapsed() < until) {
      shortest = std::min(shortest, batch());
      grown = grow(shortest);
      if (elapsed() >= plan_.budget) break;
    }
    warmed_ = elapsed();
  }

  bool grow(Seconds one) {
    const double fill = kBatchMargin * (least_sample_ / std::max(one, Seconds{1e-10}));
    const auto wanted = static_cast<std::int64_t>(std::clamp(std::ceil(fill), 1.0, static_cast<double>(kMostRuns)));
    if (wanted <= batch_) return false;
    // In steps, since the first runs are slower than the rest.
    batch_ = std::min(wanted, batch_ * 16);
    return true;
  }

  Measurement sample() {
    std::vector<double> seconds;
    while (true) {
      seconds.push_back(batch().value());
      const Seconds spent = elapsed();
      if (seconds.size() % 8 == 0 && settled(seconds, spent)) return summarize(seconds, Stop::kSettled);
      const bool enough = seconds.size() >= kFewestSamples || spent - warmed_ > plan_.budget;
      if (spent >= plan_.budget && enough) {
        const bool certain = seconds.size() >= 8 && settled(seconds, spent);
        return summarize(seconds, certain ? Stop::kSettled : Stop::kOutOfTime);
      }
    }
  }

  bool settled(const std::vector<double>& seconds, Seconds spent) const {
    return std::ssize(seconds) >= plan_.least_samples && spent >= plan_.budget * kSettledShare &&
           median_uncertainty(seconds) <= plan_.uncertainty;
  }

  const Runs& runs_;
  const TimingPlan& plan_;
  TimeSource& time_;
  Seconds least_sample_;
  Seconds start_{};
  Seconds warmed_{};
  std::int64_t batch_ = 1;
};

}  // namespace

Seconds SteadyTime::now() {
  return Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

Measurement time_runs(const Runs& runs, const TimingPlan& plan, TimeSource& time) {
  return Sampler(runs, plan, time).measure();
}

Measurement summarize(std::span<const double> seconds, Stop stop) {
  std::span<const double> level = seconds;
  const auto jump = find_jump(seconds);
  if (jump) level = jump->before < jump->after ? seconds.first(jump->at) : seconds.subspan(jump->at);
  const Trimmed trimmed = without_outliers(level);
  const double middle = median(trimmed.kept);
  return {.time = Seconds{middle},
          .best = Seconds{*std::min_element(trimmed.kept.begin(), trimmed.kept.end())},
          .spread = median_deviation(trimmed.kept, middle) / middle,
          .kept = std::ssize(trimmed.kept),
          .dropped = std::ssize(seconds) - std::ssize(trimmed.kept),
          .jumped = jump.has_value(),
          .stop = stop};
}

}  // namespace ridgepoint
