#include "cli/model_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "core/error.hpp"
#include "cost/cpu.hpp"
#include "cost/sample_point.hpp"
#include "roofline/listing.hpp"
#include "roofline/pricer.hpp"

namespace ridgepoint {
namespace {

constexpr double kMostCopies = 64;
constexpr double kMostBytes = 512.0 * (1 << 20);  // of all sets; making more takes longer than measuring

std::string text_of(const SamplePoint& point) {
  return fmt::format("{} {} {}", point.kernel, point.dtype, fmt::join(point.values, " "));
}

/// What measuring a kernel came to: a time, or why there is none.
struct Outcome {
  Measurement measurement{};
  std::string why{};
};

class Runner {
 public:
  Runner(Backend& backend, Seconds budget, Bytes footprint)
      : backend_(backend), budget_(budget), footprint_(footprint) {}

  void measure(const ListedKernel& listed, DType activations, MeasuredKernel& kernel) {
    for (const Launch& part : parts_of(listed.launch)) {
      const auto point = point_of(part.kernel, activations, copies_of(part));
      if (!point) {
        kernel.why = "no microkernel runs it";
        return;
      }
      const std::string text = text_of(*point);
      kernel.point += (kernel.point.empty() ? "" : " + ") + text;
      const auto [known, is_new] = known_.try_emplace(text);
      if (is_new) known->second = run(*point);
      kernel.why = known->second.why;
      if (!kernel.why.empty()) return;
      kernel.measured += known->second.measurement.time.value() * listed.repeat;
      kernel.spread = std::max(kernel.spread, known->second.measurement.spread);
    }
  }

 private:
  static std::vector<Launch> parts_of(const Launch& launch) {
    const auto* const attention = std::get_if<Attention>(&launch.kernel);
    if (attention == nullptr || !runs_in_parts(*attention)) return {launch};
    const auto parts = attention_parts(*attention);
    return {parts.begin(), parts.end()};
  }

  [[nodiscard]] std::int64_t copies_of(const Launch& launch) const {
    const double bytes = std::max(1.0, launch.work.bytes().value());
    const double most = std::min(kMostCopies, std::max(1.0, kMostBytes / bytes));
    return static_cast<std::int64_t>(std::clamp(std::ceil(distance_in(launch, footprint_).value() / bytes), 1.0, most));
  }

  Outcome run(const SamplePoint& point) {
    Outcome outcome;
    const auto names = backend_.microkernels();
    const bool there =
        std::any_of(names.begin(), names.end(), [&](const Microkernel& m) { return m.kernel == point.kernel; });
    if (!there) return {.why = fmt::format("no microkernel of {}", point.kernel)};
    std::string why;
    const auto measurement = backend_.measure({point.kernel, point.dtype, point.values, budget_}, budget_, why);
    if (measurement) return {.measurement = *measurement};
    return {.why = why};
  }

  Backend& backend_;
  Seconds budget_;
  Bytes footprint_;
  std::map<std::string, Outcome> known_;
};

MeasuredKernel predicted_kernel(const ListedKernel& listed) {
  return {.layer = listed.layer,
          .op = listed.op,
          .pass = listed.pass,
          .repeat = listed.repeat,
          .predicted = listed.price.time.value() * listed.repeat,
          .p10 = listed.price.p10.value() * listed.repeat,
          .p90 = listed.price.p90.value() * listed.repeat,
          .roofline = listed.price.roofline.value() * listed.repeat};
}

}  // namespace

ModelValidation validate_model(const RunArguments& run, const std::string& model, const Device& device,
                               const MeasureArguments& measure) {
  const ParsedRun parsed = parse_run(run, model);
  const Network network = instantiate(parsed.description, parsed.run);
  const KernelListing listing = list_kernels(network, device, parsed.options);
  const MeasurePlan plan = plan_measurement(measure);
  ModelValidation result{.model = network.name,
                         .device = device.name,
                         .machine = plan.backend->machine().summary,
                         .mode = std::string(name(resolve(parsed.options.mode, device)))};
  constexpr std::array kBudgets{Seconds{0.03}, Seconds{0.12}, Seconds{0.4}};
  Runner runner(*plan.backend, kBudgets[static_cast<std::size_t>(plan.options.effort)], listing.footprint);
  const InterruptGuard guard;
  ProgressBar bar;
  for (const ListedKernel& listed : listing.kernels) {
    if (listed.launch.work.empty()) continue;
    MeasuredKernel kernel = predicted_kernel(listed);
    bar.show(result.kernels.size(), listing.kernels.size(), listed.op, {});
    if (InterruptGuard::interrupted()) {
      kernel.why = "interrupted";
    } else {
      runner.measure(listed, network.precision.activations, kernel);
    }
    result.kernels.push_back(std::move(kernel));
  }
  if (result.measured() == 0)
    throw InputError(
        {fmt::format("no kernel of {} can be measured here", network.name), "a network with other layers or formats"});
  return result;
}

}  // namespace ridgepoint
