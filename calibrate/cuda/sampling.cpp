#include "calibrate/cuda/sampling.hpp"

#include <algorithm>
#include <cmath>

#include "calibrate/measure/statistics.hpp"
#include "calibrate/measure/timing.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr double kWarmUpShare = 0.2;
constexpr double kPatience = 3;  // budgets, for samples that are not throttled
constexpr std::size_t kFewest = 3;
constexpr std::size_t kMostSamples = 5000;

// Takes batches from one source.
class Loop {
 public:
  Loop(SampleSource& source, const SamplePlan& plan) : source_(source), plan_(plan), start_(source.now()) {}

  Sampled run() {
    warm_up();
    while (true) {
      take_batch();
      const Seconds spent = elapsed();
      if (settled()) return result(Stop::kSettled);
      const bool some = kept_.size() >= kFewest || (!kept_.empty() && one_ > plan_.budget);
      if (kept_.size() >= kMostSamples || (spent >= plan_.budget && some)) return result(Stop::kOutOfTime);
      if (spent >= plan_.budget * kPatience && kept_.size() + aside_.size() > 0) return result(Stop::kDisturbed);
    }
  }

 private:
  Seconds elapsed() { return source_.now() - start_; }

  // The first runs load code and raise the clocks. Batches grow until they last long enough.
  void warm_up() {
    do {
      const std::vector<double> times = source_.take(runs_);
      one_ = Seconds{median(times)};
      const double wanted = std::ceil(plan_.least_sample.value() / std::max(one_.value(), 1e-9));
      runs_ = static_cast<std::int64_t>(std::clamp(wanted, 1.0, static_cast<double>(plan_.most_runs)));
    } while (elapsed() < plan_.budget * kWarmUpShare);
  }

  void take_batch() {
    std::uint64_t reasons = source_.throttled();
    const std::vector<double> times = source_.take(runs_);
    reasons |= source_.throttled();
    sampled_.reasons |= reasons;
    const bool spoilt = (reasons & throttle::kSpoils) != 0;
    std::vector<double>& to = spoilt ? aside_ : kept_;
    to.insert(to.end(), times.begin(), times.end());
  }

  [[nodiscard]] bool settled() const {
    return std::ssize(kept_) >= plan_.least_samples && median_uncertainty(kept_) <= plan_.uncertainty;
  }

  Sampled result(Stop stop) {
    const bool all_throttled = stop == Stop::kDisturbed && kept_.size() < kFewest;
    if (all_throttled) kept_.insert(kept_.end(), aside_.begin(), aside_.end());
    sampled_.throttled = all_throttled ? 0 : std::ssize(aside_);
    sampled_.measurement = summarize(kept_, stop);
    sampled_.measurement.disturbed = std::ssize(aside_);
    return sampled_;
  }

  SampleSource& source_;
  const SamplePlan& plan_;
  Seconds start_;
  Seconds one_{};
  std::int64_t runs_ = 1;
  std::vector<double> kept_;
  std::vector<double> aside_;
  Sampled sampled_;
};

}  // namespace

Sampled sample(SampleSource& source, const SamplePlan& plan) { return Loop(source, plan).run(); }

Measurement scaled(Measurement measurement, double factor) {
  measurement.time = measurement.time * factor;
  measurement.best = measurement.best * factor;
  return measurement;
}

}  // namespace ridgepoint::cuda
