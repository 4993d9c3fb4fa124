#pragma once
// Parameters for devices without a calibration, pooled over GPUs that were measured.

#include <string_view>

#include "core/units.hpp"
#include "kernels/kernel.hpp"

namespace ridgepoint {

/// The model t = latency + (sum over resources of (need / efficiency)^smoothness)^(1/smoothness), and the P10 and P90
/// of measured / predicted on GPUs that were left out of the fit.
struct KernelParameters {
  std::string_view kind;
  double compute_efficiency = 1;
  double memory_efficiency = 1;
  Seconds latency{};
  double smoothness = 8;
  double p10 = 1;
  double p90 = 1;
};

/// The pooled parameters for this kernel's kind. Made by calibrate/pooled_defaults.py from public timings
/// (docs/model.md names them); kinds that nobody measured use those of their nearest kin.
const KernelParameters& pooled_parameters(const Kernel& kernel);

/// The host's time to issue one operation in an eager framework.
inline constexpr Seconds kEagerHostTime{10e-6};

}  // namespace ridgepoint
