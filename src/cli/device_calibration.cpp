#include "cli/device_calibration.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <filesystem>

#include "calibrate/device_calibration.hpp"
#include "calibrate/module.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "io/data_path.hpp"
#include "io/files.hpp"
#include "report/ceilings.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kRoom = std::size_t{1} << 20;  // bytes; a device file has less

std::string today() { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))); }

void write_samples(const SessionResult& session, std::string_view clock, const std::string& folder) {
  for (const auto& [name, text] : sample_files(session, clock)) {
    write_file(fmt::format("{}/{}", folder, name), text);
    fmt::print("{}/{}\n", folder, name);
  }
}

}  // namespace

int run_calibration(const CalibrateArguments& a) {
  const std::string& output = a.measure.output;
  if (output.empty()) throw InputError({"no output file", "-o FILE"});
  CalibrationOptions options{.date = a.date.empty() ? today() : a.date};
  if (!is_date(options.date)) throw InputError({fmt::format("--date {} is no date", in_quotes(a.date)), "YYYY-MM-DD"});
  if (!a.base.empty()) {
    options.base = Document::load(resolve(kDevices, a.base));
    static_cast<void>(read_device(options.base));
  }
  const MeasurePlan plan = plan_measurement(a.measure);
  options.effort = plan.options.effort;
  expect_room(output, kRoom);
  if (!a.samples.empty()) expect_writable_folder(a.samples);
  const Module module("fit");
  const auto minimize = module.function<Minimize>(kMinimizeEntry);
  const SessionResult session = measure_as_planned(plan);
  if (!a.samples.empty()) write_samples(session, plan.backend->clock(), a.samples);
  const DeviceCalibration result = calibrate_device(*plan.backend, session, minimize, options);
  write_file(output, result.text);
  emit("", fmt::format("{}\n\n{}\n{}", printable(session.machine.summary), write_measured_ceilings(result.device),
                       write_fit(result.fit)));
  for (const std::string& warning : result.fit.warnings) fmt::print(stderr, "warning: {}\n", printable(warning));
  for (const std::string& note : session.notes) fmt::print(stderr, "note: {}\n", printable(note));
  fmt::print(stderr, "{}{}\n", session.interrupted ? "interrupted; what was measured until then is in " : "wrote ",
             output);
  return 0;
}

}  // namespace ridgepoint
