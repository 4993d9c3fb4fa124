#include "calibrate/cuda_driver.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "calibrate/shared_library.hpp"

namespace ridgepoint {
namespace {

// Of the CUDA driver API; the numbers are part of its binary interface.
constexpr int kSuccess = 0;
constexpr int kNoDevice = 100;
enum Attribute : int { kMultiprocessors = 16, kComputeMode = 20, kMajor = 75, kMinor = 76 };
constexpr int kProhibited = 2;

/// The functions of the driver that are needed here.
struct Driver {
  int (*init)(unsigned flags) = nullptr;
  int (*version)(int* version) = nullptr;
  int (*count)(int* count) = nullptr;
  int (*get)(int* device, int ordinal) = nullptr;
  int (*name)(char* name, int length, int device) = nullptr;
  int (*memory)(std::size_t* bytes, int device) = nullptr;
  int (*attribute)(int* value, int attribute, int device) = nullptr;
  int (*code_name)(int code, const char** name) = nullptr;

  bool find_in(const SharedLibrary& library) {
    return library.find("cuInit", init) && library.find("cuDriverGetVersion", version) &&
           library.find("cuDeviceGetCount", count) && library.find("cuDeviceGet", get) &&
           library.find("cuDeviceGetName", name) && library.find("cuDeviceTotalMem_v2", memory) &&
           library.find("cuDeviceGetAttribute", attribute) && library.find("cuGetErrorName", code_name);
  }

  [[nodiscard]] std::string text_of(int code) const {
    const char* text = nullptr;
    if (code_name(code, &text) == kSuccess && text != nullptr) return text;
    return fmt::format("error {}", code);
  }
};

DeviceFiles state_of(const std::filesystem::path& folder) {
  std::error_code error;
  const auto control = folder / "nvidiactl";
  if (!std::filesystem::exists(control, error)) return DeviceFiles::kNone;
  return ::access(control.c_str(), R_OK | W_OK) == 0 ? DeviceFiles::kOpen : DeviceFiles::kForbidden;
}

// Nothing, and the code, when the device went away while it was asked.
std::optional<LocalGpu> read_gpu(const Driver& driver, int index, int& code) {
  LocalGpu gpu{.index = index};
  int device = 0;
  int mode = 0;
  std::array<char, 256> name{};
  std::size_t memory = 0;
  const auto done = [&](int result) {
    code = result;
    return result == kSuccess;
  };
  const bool read =
      done(driver.get(&device, index)) && done(driver.name(name.data(), static_cast<int>(name.size()) - 1, device)) &&
      done(driver.memory(&memory, device)) && done(driver.attribute(&gpu.compute_units, kMultiprocessors, device)) &&
      done(driver.attribute(&gpu.compute_major, kMajor, device)) &&
      done(driver.attribute(&gpu.compute_minor, kMinor, device)) && done(driver.attribute(&mode, kComputeMode, device));
  if (!read) return std::nullopt;
  gpu.name = name.data();
  gpu.memory = Bytes{static_cast<double>(memory)};
  gpu.prohibited = mode == kProhibited;
  return gpu;
}

}  // namespace

std::string CudaVersion::text() const { return fmt::format("{}.{}", number / 1000, number % 1000 / 10); }

std::string explain_driver_code(int code, const std::string& code_name, DeviceFiles files) {
  switch (code) {
    case 34: return "the CUDA driver is the toolkit's stub, not a driver: take the stubs out of LD_LIBRARY_PATH";
    case 46: return "the GPU is held by another process alone (its compute mode is exclusive)";
    case 802: return "the system of GPUs is not ready yet (CUDA_ERROR_SYSTEM_NOT_READY): its fabric manager must run";
    case 803:
      return "the parts of the driver do not match (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH): restart the machine after an "
             "update of the driver";
    case 804: return "the driver's compatibility package does not support this GPU";
    default: break;
  }
  if (files == DeviceFiles::kForbidden)
    return "no permission: this user may not open /dev/nvidiactl, which the driver needs";
  if (code == kNoDevice || files == DeviceFiles::kNone) {
    return fmt::format("the driver finds no device ({}{})", code_name,
                       files == DeviceFiles::kNone ? ", and /dev/nvidiactl is not there" : "");
  }
  return fmt::format("the driver does not start: {}", code_name);
}

std::string explain_versions(CudaVersion driver, CudaVersion toolkit) {
  if (driver.major() >= toolkit.major()) return "";
  return fmt::format("the driver is too old: it runs CUDA up to {}, and the module was built with {}", driver.text(),
                     toolkit.text());
}

LocalCuda read_local_cuda(const CudaDriverPlaces& places) {
  LocalCuda local;
  const SharedLibrary library(places.library);
  if (!library.loaded()) {
    local.problem = fmt::format("no NVIDIA driver: {}", library.problem());
    return local;
  }
  Driver driver;
  if (!driver.find_in(library)) {
    local.problem = fmt::format("the driver is too old: its {} lacks functions that are needed", places.library);
    return local;
  }
  const DeviceFiles files = state_of(places.device_files);
  const auto fail = [&](int code) { local.problem = explain_driver_code(code, driver.text_of(code), files); };
  int version = 0;
  if (driver.version(&version) == kSuccess) local.supports = CudaVersion{version};
  if (const int code = driver.init(0); code != kSuccess) {
    fail(code);
    return local;
  }
  int count = 0;
  int code = driver.count(&count);
  for (int i = 0; i < count && code == kSuccess; ++i) {
    if (auto gpu = read_gpu(driver, i, code)) local.gpus.push_back(std::move(*gpu));
  }
  if (code != kSuccess || local.gpus.empty()) fail(code != kSuccess ? code : kNoDevice);
  return local;
}

}  // namespace ridgepoint
