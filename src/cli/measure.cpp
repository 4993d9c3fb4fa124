#include "cli/measure.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "calibrate/local_devices.hpp"
#include "calibrate/module.hpp"
#include "calibrate/session.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    if (end > start) words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

// A folder that cannot be written is found before the measurement, not after.
void expect_writable(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError({fmt::format("cannot make the folder {}: {}", in_quotes(folder), error.message()), ""});
  const std::string probe = folder + "/.probe";
  write_file(probe, "");
  std::filesystem::remove(probe, error);
}

std::string facts_text(const SessionResult& result) {
  std::string text = fmt::format("{}\n", printable(result.machine.summary));
  for (const Fact& fact : result.machine.facts) text += fmt::format("{}: {}\n", fact.key, printable(fact.value));
  for (const std::string& note : result.notes) text += fmt::format("note: {}\n", printable(note));
  return text;
}

void write_results(const SessionResult& result, const std::string& folder) {
  std::set<std::string_view> written;
  for (const auto& [microkernel, points] : result.measured) {
    if (points.empty() || !written.insert(microkernel.kernel).second) continue;
    const std::string path = fmt::format("{}/{}.csv", folder, microkernel.kernel);
    write_file(path, sample_file_text(result, microkernel.kernel, "wall"));
    fmt::print("{}\n", path);
  }
  write_file(folder + "/machine.txt", facts_text(result));
  fmt::print("{}/machine.txt\n", folder);
}

}  // namespace

int run_measure(const MeasureArguments& a) {
  const DeviceName device = parse_device_name(a.device);
  const SessionOptions options{.effort = static_cast<Effort>(choose("effort", a.effort, kEffortNames)),
                               .microkernels = split(a.kernels)};
  expect_writable(a.output);
  const Module module(device.backend);
  const std::unique_ptr<Backend> backend(module.function<BackendEntry>(kBackendEntry)(device.index));
  const InterruptGuard guard;
  ProgressBar bar;
  const SessionResult result = run_session(
      *backend, options, [&](const Progress& p) { bar.show(p.done, p.points, p.microkernel, p.left); },
      [] { return InterruptGuard::interrupted(); });
  write_results(result, a.output);
  for (const std::string& note : result.notes) fmt::print(stderr, "note: {}\n", printable(note));
  return 0;
}

}  // namespace ridgepoint
