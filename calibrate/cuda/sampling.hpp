#pragma once
// The loop that takes samples on a GPU until they are certain. It asks an interface for them, so that tests can play a
// device.

#include <cstdint>
#include <vector>

#include "calibrate/backend.hpp"
#include "calibrate/nvml.hpp"
#include "core/units.hpp"

namespace ridgepoint::cuda {

/// Runs a kernel and says how long it took.
class SampleSource {
 public:
  SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;
  virtual ~SampleSource() = default;
  /// The times of so many runs in a row, each of one run: one for each run, or one average over all of them.
  virtual std::vector<double> take(std::int64_t runs) = 0;
  /// What holds the clocks down now (ridgepoint::throttle); 0 when nothing does or nobody can say.
  virtual std::uint64_t throttled() { return 0; }
  /// The host's clock.
  virtual Seconds now() = 0;
};

/// How a point is sampled.
struct SamplePlan {
  Seconds budget{0.05};         ///< of the host's time, warm-up included
  Seconds least_sample{50e-6};  ///< runs are batched until they last this long
  double uncertainty = 0.002;   ///< of the median, relative: settled below it
  std::int64_t least_samples = 10;
  std::int64_t most_runs = 1024;  ///< in one batch
};

/// A measurement, and what held the clocks down meanwhile: the reasons seen, and samples dropped because of those that
/// spoil a measurement (throttle::kSpoils).
struct Sampled {
  Measurement measurement;
  std::uint64_t reasons = 0;
  std::int64_t throttled = 0;
};

/// Warms up for a fifth of the budget, then takes batches until their median is certain or the budget is over. Samples
/// around which the GPU was too hot or braked are dropped; when after three budgets there are no others, they count and
/// the measurement says that it was disturbed.
Sampled sample(SampleSource& source, const SamplePlan& plan);

/// The same measurement of a part of each run: all its times multiplied by `factor`.
Measurement scaled(Measurement measurement, double factor);

}  // namespace ridgepoint::cuda
