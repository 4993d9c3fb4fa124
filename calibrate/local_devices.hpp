#pragma once
// What this machine could be calibrated on.

#include <string>
#include <string_view>
#include <vector>

#include "calibrate/cuda_driver.hpp"

namespace ridgepoint {

/// A device of this machine by the name that `calibrate --device` takes, or, where one cannot be used, its backend
/// ("cuda") and why.
struct LocalDevice {
  std::string name;
  std::string summary;
};

/// What a backend's module said of itself: that it cannot be loaded, or the toolkit that it was built with.
struct CudaModule {
  std::string problem;
  CudaVersion toolkit{};
};

/// The devices of this machine.
std::vector<LocalDevice> local_devices();

/// The lines on NVIDIA's GPUs from what the driver and the module say.
std::vector<LocalDevice> describe(const LocalCuda& local, const CudaModule& module);

/// The function that the module for NVIDIA's GPUs exports: the toolkit's version as in CudaVersion.
using ToolkitEntry = int (*)();
inline constexpr const char* kToolkitEntry = "ridgepoint_cuda_toolkit";

/// The device's backend and number: {"cuda", 1} for "cuda:1", {"cpu", 0} for "cpu". Throws InputError on what names
/// none.
struct DeviceName {
  std::string backend;
  int index = 0;
};
DeviceName parse_device_name(std::string_view name);

}  // namespace ridgepoint
