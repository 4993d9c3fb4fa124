#include "calibrate/cpu/backend.hpp"

#include <new>
#include <stdexcept>
#include <string>

#include "calibrate/cpu/base_device.hpp"
#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/onednn_version.hpp"

namespace ridgepoint::cpu {
namespace {

// All of them, ceilings first. Of several for one sample kernel the first measures.
const CpuMicrokernel* const kAll[] = {&kClock,     &kStream,      &kFma,           &kChase,     &kLaunch,
                                      &kSpecial,   &kRows,        &kGemm,          &kConv,      &kSpmm,
                                      &kEmbedding, &kElementwise, &kNormalization, &kReduction, &kSampling};

class CpuBackend final : public Backend {
 public:
  CpuBackend(Machine machine, std::unique_ptr<TimeSource> clock)
      : machine_(std::move(machine)), clock_(std::move(clock)) {}

  MachineFacts machine() override {
    MachineFacts facts = describe(machine_);
    facts.facts.push_back({"onednn", onednn_version()});
    return facts;
  }

  [[nodiscard]] std::string_view clock() const override { return "wall"; }

  std::string base_device(std::span<const MeasuredPoint> measured) override {
    return cpu::base_device(machine_, machine(), measured);
  }

  std::vector<Microkernel> microkernels() override {
    std::vector<Microkernel> all;
    for (const CpuMicrokernel* const one : kAll) all.push_back(one->about);
    return all;
  }

  std::vector<Point> points(std::string_view microkernel, Effort effort, Shapes shapes) override {
    for (const CpuMicrokernel* const one : kAll) {
      if (one->about.name == microkernel) return one->points({effort, shapes}, machine_);
    }
    throw std::invalid_argument("no microkernel is called " + std::string(microkernel));
  }

  std::optional<Measurement> measure(const Point& point, Seconds budget, std::string& why) override {
    const CpuMicrokernel& microkernel = of_kernel(point.kernel);
    const PointFields fields(point);
    const Team team(machine_.cores);
    Bench bench{machine_, team, *clock_, arena_, budget, why};
    try {
      return microkernel.measure(fields, bench);
    } catch (const std::bad_alloc&) {
      why = "not enough memory";
      return std::nullopt;
    }
  }

 private:
  static const CpuMicrokernel& of_kernel(std::string_view kernel) {
    for (const CpuMicrokernel* const one : kAll) {
      if (one->about.kernel == kernel) return *one;
    }
    throw std::invalid_argument("the cpu backend does not measure the kernel " + std::string(kernel));
  }

  Machine machine_;
  std::unique_ptr<TimeSource> clock_;
  Arena arena_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(Machine machine, std::unique_ptr<TimeSource> clock) {
  return std::make_unique<CpuBackend>(std::move(machine), std::move(clock));
}

}  // namespace ridgepoint::cpu
