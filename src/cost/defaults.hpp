#pragma once
// Parameters for devices without a calibration, pooled over GPUs that were measured.

#include <string_view>

#include "core/units.hpp"
#include "kernels/kernel.hpp"

namespace ridgepoint {

/// The law t = latency + (sum over resources of (need / efficiency)^smoothness)^(1 / smoothness), and the P10 and P90
/// of measured / predicted on chips that were left out of the fit. `kind` is the row of calibrate/pooled_defaults.py.
struct KernelParameters {
  std::string_view kind;
  double compute_efficiency = 1;  ///< of matrix, vector and special-function peaks
  double memory_efficiency = 1;   ///< of dram and l2 bandwidth
  Seconds latency{};
  double smoothness = 1;
  double p10 = 1;
  double p90 = 1;
};

/// The pooled parameters for a kernel like this one. Kinds that nobody measured take those of their nearest kin: copies
/// those of element-wise ops, reductions those of norms, sparse products those of embeddings.
const KernelParameters& pooled_parameters(const Kernel& kernel);

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
