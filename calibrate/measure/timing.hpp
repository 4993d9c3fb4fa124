#pragma once
// The timing loop that backends share. It takes its time from an interface, so that tests can play a machine.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

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
  /// How long, in all, threads of this program have been ready to run while something else had their core. Always 0
  /// where that is not known.
  virtual Seconds waited() { return {}; }
  /// Called before samples are taken, when all threads are there.
  virtual void prepare() {}
  /// Lets other programs run for a moment: on a busy machine the scheduler then owes this one some time in a row.
  virtual void rest() {}
};

/// The monotonic clock of the host, and the scheduler's account of the program's threads (Linux' schedstat).
class MachineTime : public TimeSource {
 public:
  MachineTime() = default;
  MachineTime(const MachineTime&) = delete;
  MachineTime& operator=(const MachineTime&) = delete;
  ~MachineTime() override;
  Seconds now() override;
  Seconds waited() override;
  void prepare() override;
  void rest() override;

 private:
  void close_accounts();
  std::vector<int> accounts_;  ///< an open file per thread
};

/// Runs the kernel so many times in a row. It is called with small and large numbers; the last run must have ended
/// when it returns.
using Runs = std::function<void(std::int64_t runs)>;

/// How a point is timed.
struct TimingPlan {
  Seconds budget{0.1};          ///< of warm-up and samples together
  Seconds warm_up{};            ///< at least; 0 for a fifth of the budget, but not above kLongestWarmUp
  Seconds least_sample{20e-6};  ///< runs are batched until a sample lasts this long
  double uncertainty = 0.003;   ///< of the median, relative: settled below it
  std::int64_t least_samples = 16;
};

inline constexpr Seconds kLongestWarmUp{0.05};

/// Warms up, then takes samples until their median is certain or the budget is over (at least three, or one of a run
/// that alone takes longer than the budget), and judges them with summarize. Samples that waited for a core are set
/// aside, and a rest follows them; when hardly any others come, it goes on for three budgets in all and then takes the
/// shortest.
Measurement time_runs(const Runs& runs, const TimingPlan& plan, TimeSource& time);

/// The measurement that samples of one run each amount to. When they jump to another level for good (a changed clock, a
/// stolen core), those of the faster level count and the others are dropped; then outliers are dropped.
Measurement summarize(std::span<const double> seconds, Stop stop);

}  // namespace ridgepoint
