#include "calibrate/device_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "calibrate/ceilings.hpp"
#include "core/error.hpp"
#include "cost/device_file.hpp"

namespace ridgepoint {
namespace {

// Ceilings are no kernels of networks: the fit has nothing to do with their files.
bool is_fitted(const SampleFile& file) { return launch_of(file, file.samples.front()).has_value(); }

void add_facts(Calibration& calibration, const SessionResult& session, Effort effort) {
  auto& facts = calibration.facts;
  facts.clear();
  for (const Fact& fact : session.machine.facts) facts.emplace_back(fact.key, fact.value);
  facts.emplace_back("effort", std::string(kEffortNames[static_cast<std::size_t>(effort)]));
  facts.emplace_back("complete", session.interrupted ? "no: it was interrupted" : "yes");
  for (std::size_t i = 0; i < session.notes.size(); ++i) {
    facts.emplace_back(fmt::format("note_{}", i + 1), session.notes[i]);
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> sample_files(const SessionResult& session, std::string_view clock) {
  std::vector<std::pair<std::string, std::string>> files;
  std::set<std::string_view> written;
  for (const auto& [microkernel, points] : session.measured) {
    if (points.empty() || !written.insert(microkernel.kernel).second) continue;
    files.emplace_back(fmt::format("{}.csv", microkernel.kernel), sample_file_text(session, microkernel.kernel, clock));
  }
  return files;
}

DeviceCalibration calibrate_device(Backend& backend, const SessionResult& session, Minimize minimize,
                                   const CalibrationOptions& options) {
  const auto base = options.base != nullptr
                        ? options.base
                        : Document::parse("the backend's data sheet", backend.base_device(session.points()));
  DeviceCalibration result{.device = read_device(base)};
  std::vector<SampleFile> files;
  for (const auto& [name, text] : sample_files(session, backend.clock())) {
    SampleFile file = parse_samples(name, text);
    if (is_fitted(file)) files.push_back(std::move(file));
  }
  if (files.empty())
    throw InputError({"nothing that was measured has a cost model", "a longer run, or more microkernels"});
  // The ceilings come first: what a kernel reaches is described as a share of them.
  result.device.calibration = Calibration{.ceilings = measured_ceilings(session, result.device)};
  result.fit = fit(result.device, files, minimize, options.date);
  add_facts(result.fit.calibration, session, options.effort);
  result.device.calibration = result.fit.calibration;
  result.text = write_device(*base, result.fit.calibration);
  return result;
}

}  // namespace ridgepoint
