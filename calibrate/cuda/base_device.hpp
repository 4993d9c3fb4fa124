#pragma once
#include <string>

#include "calibrate/cuda/facts.hpp"
#include "calibrate/nvml.hpp"

namespace ridgepoint::cuda {

/// The text of a device file without a calibration: the GPU's data sheet from what the driver tells, and for the rates
/// of its units from what is published for its compute capability. Throws InputError for a compute capability before
/// 7.5.
std::string base_device(const DeviceFacts& device, const GpuCard& card, const MachineFacts& facts);

}  // namespace ridgepoint::cuda
