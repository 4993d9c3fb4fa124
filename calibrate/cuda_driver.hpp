#pragma once
// What NVIDIA's driver tells of the machine's GPUs, without the toolkit: the driver's library is loaded when asked for.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/units.hpp"

namespace ridgepoint {

/// A GPU, or a slice of one (MIG), that the driver offers to this process.
struct LocalGpu {
  int index = 0;
  std::string name;
  int compute_major = 0;
  int compute_minor = 0;
  int compute_units = 0;
  Bytes memory{};
  bool prohibited = false;  ///< the system's administrator forbids computing on it
};

/// A version of CUDA as the driver and the toolkit give it: 1000 x major + 10 x minor.
struct CudaVersion {
  int number = 0;
  [[nodiscard]] int major() const { return number / 1000; }
  [[nodiscard]] std::string text() const;
};

/// The state of the driver's device files.
enum class DeviceFiles : std::uint8_t { kNone, kForbidden, kOpen };

/// What the driver said. Either there are GPUs or there is a problem, in one sentence.
struct LocalCuda {
  std::vector<LocalGpu> gpus;
  std::optional<CudaVersion> supports;  ///< the newest CUDA that the driver runs
  std::string problem;
};

/// Where it is looked: tests put their own driver and folder there.
struct CudaDriverPlaces {
  std::string library = "libcuda.so.1";
  std::filesystem::path device_files = "/dev";
};

/// Asks the driver. Never throws: what is wrong is in `problem`.
LocalCuda read_local_cuda(const CudaDriverPlaces& places = {});

/// Why the driver does not start, from the code that its cuInit or a call after it returned.
std::string explain_driver_code(int code, const std::string& code_name, DeviceFiles files);

/// Why a module that was built with a toolkit cannot run on the driver; "" when it can. Within a major version an older
/// driver will do.
std::string explain_versions(CudaVersion driver, CudaVersion toolkit);

}  // namespace ridgepoint
