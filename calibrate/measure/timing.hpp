#pragma once
// The timing loop that backends share. It takes its time from an interface, so that tests can play a machine.

#include <cstdint>
#include <functional>
#include <span>

#include "calibrate/backend.hpp"
#include "core/units.hpp"

namespace ridgepoint {

/// Where the time comes from.
class TimeSource {
 public:
  TimeSource() = default;
  TimeSource(const TimeSource&) = delete;
  TimeSource& operator=(const TimeSource&) = delete;
  virtual ~TimeSource() = default;
  virtual Seconds now() = 0;
};

/// The monotonic clock of the host.
class SteadyTime : public TimeSource {
 public:
  Seconds now() override;
};

/// Runs the kernel so many times in a row. It is called with small and large numbers; the last run must have ended
/// when it returns.
using Runs = std::function<void(std::int64_t runs)>;

/// How a point is timed.
struct TimingPlan {
  Seconds budget{0.1};            ///< of warm-up and samples together
  Seconds warm_up{};              ///< at least; 0 for a fifth of the budget, but not above kLongestWarmUp
  Seconds least_sample{20e-6};    ///< runs are batched until a sample lasts this long
  double uncertainty = 0.003;     ///< of the median, relative: settled below it
  std::int64_t least_samples = 16;
};

inline constexpr Seconds kLongestWarmUp{0.05};

/// Warms up, then takes samples until their median is certain or the budget is over (at least three, or one of a run
/// that alone takes longer than the budget), and judges them with summarize.
Measurement time_runs(const Runs& runs, const TimingPlan& plan, TimeSource& time);

/// The measurement that samples of one run each amount to. When they jump to another level for good (a changed clock, a
/// stolen core), those of the faster level count and the others are dropped; then outliers are dropped.
Measurement summarize(std::span<const double> seconds, Stop stop);

}  // namespace ridgepoint
