#pragma once
#include <memory>
#include <string>

#include "calibrate/session.hpp"

namespace ridgepoint {

/// What `calibrate measure` was asked for.
struct MeasureArguments {
  std::string device = "cpu";
  std::string kernels;  ///< names with commas between; "" for all
  std::string effort = "normal";
  double budget = 0;  ///< seconds to measure in, 0: as the effort says
  std::string output;
};

/// A backend, loaded, and what it shall measure.
struct MeasurePlan {
  std::shared_ptr<Backend> backend;
  SessionOptions options;
};

/// Loads the backend. Throws InputError on an unknown device, effort or microkernel.
MeasurePlan plan_measurement(const MeasureArguments& arguments);

/// Measures with a progress bar; Ctrl-C ends it early and keeps what was measured.
SessionResult measure_as_planned(const MeasurePlan& plan);

/// Makes the folder. Throws InputError when files cannot be written into it.
void expect_writable_folder(const std::string& folder);

/// Measures with a backend and writes one sample file per kernel into the output folder. Ctrl-C ends early and keeps
/// what was measured. Throws InputError, before anything is measured, on an unknown device, an effort or a folder that
/// cannot be written.
int run_measure(const MeasureArguments& arguments);

}  // namespace ridgepoint
