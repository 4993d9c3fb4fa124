#pragma once
#include <string>

namespace ridgepoint {

/// What `calibrate measure` was asked for.
struct MeasureArguments {
  std::string device = "cpu";
  std::string kernels;  ///< names with commas between; "" for all
  std::string effort = "normal";
  std::string output;
};

/// Measures with a backend and writes one sample file per kernel into the output folder. Ctrl-C ends early and keeps
/// what was measured. Throws InputError, before anything is measured, on an unknown device, an effort or a folder that
/// cannot be written.
int run_measure(const MeasureArguments& arguments);

}  // namespace ridgepoint
