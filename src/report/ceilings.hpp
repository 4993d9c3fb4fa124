#pragma once
// A device's ceilings and ridge points, as `ridgepoint roofline` shows them.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/device.hpp"

namespace ridgepoint {

/// One limit of a device. `unit` is matrix, vector, special, memory or link; `name` a format, a memory level or a link.
/// The ridge point is the intensity (FLOP per byte of dram) from which this rate is the limit and not the memory.
struct Ceiling {
  std::string device;
  std::string unit;
  std::string name;
  double rate = 0;  ///< FLOP/s or byte/s
  std::optional<double> ridge_point{};
  std::optional<double> capacity_bytes{};
  std::string source{};
};

/// All ceilings of a device, the fastest unit first.
std::vector<Ceiling> ceilings_of(const Device& device);

/// The ceilings of devices as a drawing with a table, or as JSON, CSV or Markdown.
std::string write_ceilings(std::span<const Device> devices, std::string_view format, std::size_t width,
                           bool unicode = false);

/// How a ceiling was measured, and its value, as people read them: "read, 2 threads", "3.20 GB/s".
std::string how_measured(const MeasuredCeiling& ceiling);
std::string measured_text(const MeasuredCeiling& ceiling);

/// What the data sheet says to a measured ceiling, for as many units as took part; nothing when it says nothing.
std::optional<double> theoretical(const MeasuredCeiling& ceiling, const Device& device);

/// The measured ceilings of a calibrated device as a table: achieved against the data sheet, with the spread of the
/// samples. "" when there are none.
std::string write_measured_ceilings(const Device& device);

/// The roofline drawn in characters: attainable FLOP/s over FLOP/byte, both logarithmic, one roof per distinct peak.
/// In Unicode, lines are dots of Braille, two across and four down in each character.
std::string draw_roofline(const Device& device, std::size_t width, bool unicode = false);

}  // namespace ridgepoint
