#pragma once
// From a session to a device file: base device, ceilings, fit.

#include <memory>
#include <string>

#include "calibrate/fit.hpp"
#include "calibrate/session.hpp"
#include "io/document.hpp"

namespace ridgepoint {

/// What a calibration is made with, besides the session.
struct CalibrationOptions {
  std::shared_ptr<const Document> base{};  ///< a device file whose data sheet is kept; none: the backend's own
  std::string date{};                      ///< YYYY-MM-DD, for the provenance
  Effort effort = Effort::kNormal;
};

/// A calibrated device: its file's text, and the device and the fit to report on.
struct DeviceCalibration {
  std::string text;
  Device device;  ///< with the calibration
  FitResult fit;
};

/// Fits a device's parameters to what a session measured. The calibration holds the ceilings, and as its facts those of
/// the machine, how it was measured, and the session's notes. Throws InputError when too little was measured for a data
/// sheet or a fit.
DeviceCalibration calibrate_device(Backend& backend, const SessionResult& session, Minimize minimize,
                                   const CalibrationOptions& options);

/// The sample files of a session, each kernel's in the backend's order: name and text.
std::vector<std::pair<std::string, std::string>> sample_files(const SessionResult& session, std::string_view clock);

}  // namespace ridgepoint
