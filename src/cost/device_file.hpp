#pragma once
// Device files: the data sheet with the parameters that were fitted to the device.

#include <memory>
#include <string>

#include "hardware/device.hpp"
#include "io/document.hpp"

namespace ridgepoint {

/// Reads a device file. Throws InputError.
Device read_device(const std::shared_ptr<const Document>& document);

/// The device of a name of hwspecs/ or of a path. Throws InputError.
Device load_device(const std::string& name_or_path);

/// Reads a device's `calibration`. Throws InputError.
Calibration read_calibration(const std::shared_ptr<const Document>& document, const Node& node);

/// The text of a device file: the base's own members in their order, and this calibration in place of any earlier one.
std::string write_device(const Document& base, const Calibration& calibration);

}  // namespace ridgepoint
