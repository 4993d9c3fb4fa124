#include "calibrate/measure/timing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "calibrate/measure/statistics.hpp"

namespace ridgepoint {
namespace {

constexpr double kWarmUpShare = 0.2;
constexpr std::size_t kFewestSamples = 3;
constexpr std::size_t kMostSamples = 500;  // more tell nothing; longer samples do
constexpr double kSettledShare = 0.25;     // of the budget, before which a quiet moment does not count
constexpr double kBatchMargin = 1.1;
constexpr std::int64_t kMostRuns = 1'000'000'000;
constexpr double kTolerableWait = 0.005;   // of a sample, for a core
constexpr double kPatience = 3;            // budgets
constexpr std::size_t kMostAccounts = 64;  // of threads, as reading them takes time too

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
    const Seconds waited = time_.waited();
    const Seconds before = time_.now();
    runs_(batch_);
    const Seconds taken = time_.now() - before;
    disturbed_ = time_.waited() - waited > taken * kTolerableWait;
    return taken / static_cast<double>(batch_);
  }

  // The batch grows with the shortest time seen: a batch that lost its core to another program does not shrink it.
  void warm_up() {
    const Seconds until =
        plan_.warm_up > Seconds{} ? plan_.warm_up : std::min(plan_.budget * kWarmUpShare, kLongestWarmUp);
    time_.prepare();
    bool grown = true;
    while (grown || elapsed() < until) {
      shortest_ = std::min(shortest_, batch());
      grown = grow();
      if (elapsed() >= plan_.budget) break;
    }
    time_.prepare();
    warmed_ = elapsed();
  }

  bool grow() {
    const double fill = kBatchMargin * (least_sample_ / std::max(shortest_, Seconds{1e-10}));
    const auto wanted = static_cast<std::int64_t>(std::clamp(std::ceil(fill), 1.0, static_cast<double>(kMostRuns)));
    if (wanted <= batch_) return false;
    // In steps, since the first runs are slower than the rest.
    batch_ = std::min(wanted, batch_ * 16);
    return true;
  }

  // Where warming up was disturbed, batches are too short still.
  bool too_short(Seconds one) {
    shortest_ = std::min(shortest_, one);
    return one * static_cast<double>(batch_) < least_sample_ / 2 && grow();
  }

  Measurement sample() {
    while (true) {
      const Seconds one = batch();
      if (too_short(one) && elapsed() < plan_.budget) continue;
      (disturbed_ ? aside_ : samples_).push_back(one.value());
      if (disturbed_) {
        time_.rest();
        runs_(1);  // wakes the threads
      }
      const Seconds spent = elapsed();
      if (samples_.size() % 8 == 0 && settled(spent)) return result(Stop::kSettled);
      if (spent >= plan_.budget && enough(spent)) {
        return result(samples_.size() >= 8 && settled(spent) ? Stop::kSettled : Stop::kOutOfTime);
      }
    }
  }

  [[nodiscard]] bool enough(Seconds spent) const {
    if (samples_.size() >= kFewestSamples) return true;
    // A single run that takes longer than the budget.
    if (!samples_.empty() && spent - warmed_ > plan_.budget) return true;
    return !aside_.empty() && spent >= plan_.budget * kPatience;
  }

  Measurement result(Stop stop) {
    const bool too_few = samples_.size() < kFewestSamples && aside_.size() > samples_.size();
    const auto disturbed = std::ssize(aside_);
    if (too_few) samples_.insert(samples_.end(), aside_.begin(), aside_.end());
    Measurement measurement = summarize(samples_, too_few ? Stop::kDisturbed : stop);
    if (too_few) {
      measurement.best = Seconds{*std::min_element(samples_.begin(), samples_.end())};
      measurement.time = measurement.best;
    }
    measurement.disturbed = disturbed;
    return measurement;
  }

  [[nodiscard]] bool settled(Seconds spent) const {
    return std::ssize(samples_) >= plan_.least_samples && spent >= plan_.budget * kSettledShare &&
           median_uncertainty(samples_) <= plan_.uncertainty;
  }

  const Runs& runs_;
  const TimingPlan& plan_;
  TimeSource& time_;
  Seconds least_sample_;
  Seconds start_{};
  Seconds warmed_{};
  Seconds shortest_{HUGE_VAL};
  std::int64_t batch_ = 1;
  bool disturbed_ = false;       // the last batch
  std::vector<double> samples_;  // of one run
  std::vector<double> aside_;    // those that were disturbed
};

}  // namespace

Seconds MachineTime::now() {
  return Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

MachineTime::~MachineTime() { close_accounts(); }

void MachineTime::close_accounts() {
  for (const int file : accounts_) ::close(file);
  accounts_.clear();
}

void MachineTime::prepare() {
  close_accounts();
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    if (accounts_.size() == kMostAccounts) break;
    const int file = ::open((thread.path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) accounts_.push_back(file);
  }
}

void MachineTime::rest() { std::this_thread::sleep_for(std::chrono::milliseconds(3)); }

// "time on a core, time waiting for one, turns", in nanoseconds.
Seconds MachineTime::waited() {
  double nanoseconds = 0;
  for (const int file : accounts_) {
    std::array<char, 96> text{};
    const auto length = ::pread(file, text.data(), text.size() - 1, 0);
    if (length <= 0) continue;
    const char* const space = std::strchr(text.data(), ' ');
    if (space != nullptr) nanoseconds += static_cast<double>(std::strtoull(space, nullptr, 10));
  }
  return Seconds{nanoseconds * 1e-9};
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
