#pragma once
#include <string>

#include "cli/measure.hpp"

namespace ridgepoint {

/// What `calibrate` was asked for: a measurement whose samples become a device file.
struct CalibrateArguments {
  MeasureArguments measure;  ///< its output is the device file
  std::string base;          ///< a device or file whose data sheet is kept; "" for the backend's own
  std::string samples;       ///< a folder to keep the sample files in; "" for none
  std::string date;          ///< "" for today
};

/// Measures, fits and writes a device file, and prints what was achieved. Ctrl-C ends the measuring early and keeps
/// what there is. Throws InputError, before anything is measured, on what cannot be and on a file that cannot be
/// written.
int run_calibration(const CalibrateArguments& arguments);

}  // namespace ridgepoint
