// The backend: a table of microkernels and the GPU that they run on.

#include <fmt/format.h>

#include <new>
#include <stdexcept>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/device/check.hpp"
#include "calibrate/local_devices.hpp"

namespace ridgepoint::cuda {
namespace {

// All of them, ceilings first. Of several for one sample kernel the first that knows the point's op measures.
const CudaMicrokernel* const kAll[] = {&kStream, &kMma,     &kFma,      &kSpecial, &kChase,
                                       &kRandom, &kAtomics, &kTransfer, &kLaunch};

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int index) : device_(index) {}

  MachineFacts machine() override {
    return describe(device_.facts(), device_.nvml().card(), {.clock = device_.clock()});
  }

  std::vector<Microkernel> microkernels() override {
    std::vector<Microkernel> all;
    for (const CudaMicrokernel* const one : kAll) all.push_back(one->about);
    return all;
  }

  std::vector<Point> points(std::string_view microkernel, Effort effort) override {
    for (const CudaMicrokernel* const one : kAll) {
      if (one->about.name == microkernel) return one->points(effort, device_.facts());
    }
    throw std::invalid_argument("no microkernel is called " + std::string(microkernel));
  }

  std::optional<Measurement> measure(const Point& point, Seconds budget, std::string& why) override {
    const PointFields fields(point);
    Bench bench{device_, budget, why};
    try {
      auto measurement = of_kernel(point.kernel).measure(fields, bench);
      check_finished(device_.stream(), "the measurement");
      return measurement;
    } catch (const CudaError& error) {
      if (error.fault() == Fault::kLost) throw BackendLost(error.what());
      why = error.what();
    } catch (const std::bad_alloc&) {
      why = "not enough memory on the host";
    } catch (const std::invalid_argument&) {
      throw;
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
    return std::nullopt;
  }

 private:
  static const CudaMicrokernel& of_kernel(std::string_view kernel) {
    for (const CudaMicrokernel* const one : kAll) {
      if (one->about.kernel == kernel) return *one;
    }
    throw std::invalid_argument("the cuda backend does not measure the kernel " + std::string(kernel));
  }

  Device device_;
};

}  // namespace
}  // namespace ridgepoint::cuda

extern "C" __attribute__((visibility("default"))) ridgepoint::Backend* ridgepoint_backend(int index) {
  return new ridgepoint::cuda::CudaBackend(index);  // NOLINT(cppcoreguidelines-owning-memory): the caller owns it
}

extern "C" __attribute__((visibility("default"))) int ridgepoint_cuda_toolkit() { return CUDART_VERSION; }
