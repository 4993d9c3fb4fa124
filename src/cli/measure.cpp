#include "cli/measure.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "calibrate/device_calibration.hpp"
#include "calibrate/local_devices.hpp"
#include "calibrate/module.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/split.hpp"
#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kRoom = std::size_t{1} << 20;  // bytes; all sample files together have less

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words = split(text, ',');
  std::erase(words, "");
  return words;
}

std::string facts_text(const SessionResult& result) {
  std::string text = fmt::format("{}\n", printable(result.machine.summary));
  for (const Fact& fact : result.machine.facts) text += fmt::format("{}: {}\n", fact.key, printable(fact.value));
  for (const std::string& note : result.notes) text += fmt::format("note: {}\n", printable(note));
  return text;
}

void write_results(const SessionResult& result, std::string_view clock, const std::string& folder) {
  for (const auto& [name, text] : sample_files(result, clock)) {
    const std::string path = fmt::format("{}/{}", folder, name);
    write_file(path, text);
    fmt::print("{}\n", path);
  }
  write_file(folder + "/machine.txt", facts_text(result));
  fmt::print("{}/machine.txt\n", folder);
}

}  // namespace

void expect_writable_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError({fmt::format("cannot make the folder {}: {}", in_quotes(folder), error.message()), ""});
  expect_room(folder + "/samples.csv", kRoom);
}

MeasurePlan plan_measurement(const MeasureArguments& a) {
  const DeviceName device = parse_device_name(a.device);
  MeasurePlan plan{.options = {.effort = static_cast<Effort>(choose("effort", a.effort, kEffortNames)),
                               .budget = Seconds{a.budget},
                               .microkernels = words_in(a.kernels)}};
  const Module module(device.backend);
  plan.backend.reset(module.function<BackendEntry>(kBackendEntry)(device.index));
  expect_microkernels(*plan.backend, plan.options);
  return plan;
}

SessionResult measure_as_planned(const MeasurePlan& plan) {
  const InterruptGuard guard;
  ProgressBar bar;
  return run_session(
      *plan.backend, plan.options, [&](const Progress& p) { bar.show(p.done, p.points, p.microkernel, p.left); },
      [] { return InterruptGuard::interrupted(); });
}

int run_measure(const MeasureArguments& a) {
  const MeasurePlan plan = plan_measurement(a);
  expect_writable_folder(a.output);
  const SessionResult result = measure_as_planned(plan);
  write_results(result, plan.backend->clock(), a.output);
  for (const std::string& note : result.notes) fmt::print(stderr, "note: {}\n", printable(note));
  return 0;
}

}  // namespace ridgepoint
