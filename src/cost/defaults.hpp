#pragma once
// The parameters that price a kernel: the device's own, else those pooled over GPUs that were measured.

#include "cost/pooled.hpp"

namespace ridgepoint {

/// The calibration's own parameters for a kernel like this one as that clock sees it, or null. Where the kind itself
/// was not measured its kin stands in, where the format was not its twin, where the clock was not the next best.
const CalibrationEntry* own_parameters(const Kernel& kernel, const Calibration& calibration, Clock clock);

/// The host's time to issue one operation in an eager framework, with its spread (P10 to P90): from the time per
/// operation of small batches in NVIDIA's DeepLearningExamples tables on V100 and from NeuSight's floors, all on older
/// hosts.
struct HostTime {
  Seconds typical;
  Seconds p10;
  Seconds p90;
};
inline constexpr HostTime kEagerHostTime{Seconds{30e-6}, Seconds{15e-6}, Seconds{45e-6}};

}  // namespace ridgepoint
