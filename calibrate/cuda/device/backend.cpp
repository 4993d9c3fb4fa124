// The backend: a table of microkernels and the GPU that they run on.

#include <fmt/format.h>

#include <new>
#include <stdexcept>

#include "calibrate/cuda/base_device.hpp"
#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/device/check.hpp"
#include "calibrate/local_devices.hpp"

namespace ridgepoint::cuda {
namespace {

// All of them, ceilings first. Of several for one sample kernel the first that knows the point's op measures.
const CudaMicrokernel* const kAll[] = {&kStream,    &kMma,       &kFma,         &kSpecial,       &kChase,
                                       &kRandom,    &kAtomics,   &kTransfer,    &kLaunch,        &kGemm,
                                       &kConv,      &kAttention, &kElementwise, &kNormalization, &kReduction,
                                       &kEmbedding, &kSpmm,      &kGemmVariants};

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

  [[nodiscard]] std::string_view clock() const override { return "kernel"; }

  std::string base_device(std::span<const MeasuredPoint>) override {
    return cuda::base_device(device_.facts(), device_.nvml().card(), machine());
  }

  std::vector<Point> points(std::string_view microkernel, Effort effort, Shapes shapes) override {
    for (const CudaMicrokernel* const one : kAll) {
      if (one->about.name == microkernel)
        return choose_points(one->points(effort, device_.facts()), microkernel, shapes);
    }
    throw std::invalid_argument("no microkernel is called " + std::string(microkernel));
  }

  std::vector<std::string> notes() override {
    std::vector<std::string> notes;
    const Tally& tally = device_.tally();
    if (tally.throttled > 0)
      notes.push_back(fmt::format("{} samples dropped because the GPU was too hot or braked", tally.throttled));
    if (tally.power_capped > 0)
      notes.push_back(
          fmt::format("the power limit held the clocks down at {} points, whose samples count", tally.power_capped));
    if (tally.reasons != 0) notes.push_back(fmt::format("clocks were held down by: {}", throttle_text(tally.reasons)));
    if (tally.most_mhz > 0) {
      notes.push_back(fmt::format("SM clock between {} and {} MHz, at most {} C and {:.0f} W", tally.least_mhz,
                                  tally.most_mhz, tally.most_celsius, tally.most_watts));
    }
    if (tally.uncapturable > 0)
      notes.push_back(
          fmt::format("{} points could not be captured in a graph, and were launched one by one", tally.uncapturable));
    if (const auto bytes = device_.nvml().memory_of_others(); bytes && *bytes > 0)
      notes.push_back(
          fmt::format("other programs hold {} MB on the GPU: they may have disturbed the times", *bytes / 1'000'000));
    if (const auto errors = device_.nvml().uncorrected_errors(); errors && *errors > 0)
      notes.push_back(
          fmt::format("the GPU's memory had {} errors that could not be corrected since the driver started", *errors));
    if (!device_.nvml().problem().empty())
      notes.push_back(fmt::format("the GPU's clocks and temperature are not known: {}", device_.nvml().problem()));
    return notes;
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
