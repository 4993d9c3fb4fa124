#pragma once
// The roofs of a device over arithmetic intensity, as figures draw them.

#include <string>
#include <vector>

#include "hardware/device.hpp"

namespace ridgepoint {

/// One roof: a rate that arithmetic cannot pass (FLOP/s, a level line), or a bandwidth (byte/s, a slope). Formats of a
/// unit that share a rate share a roof. The ridge point (FLOP per byte) is where a level meets the dram's slope of the
/// same origin; 0 for slopes.
struct Roof {
  std::string unit;  ///< matrix, vector, special or memory
  std::string name;  ///< "bf16, fp16", "dram"
  double rate = 0;
  double ridge_point = 0;
  bool measured = false;
  std::string how{};  ///< of a measured one

  [[nodiscard]] bool is_slope() const { return unit == "memory"; }
  /// What the roof allows at an intensity, in FLOP/s.
  [[nodiscard]] double at(double intensity) const { return is_slope() ? rate * intensity : rate; }
};

/// The roofs of the data sheet, then those that were measured: the device's own ceilings, or else what its
/// calibration's samples reached.
std::vector<Roof> roofs_of(const Device& device);

/// "matrix bf16, fp16, 989 TFLOP/s at 295 FLOP/B".
std::string roof_text(const Roof& roof);

}  // namespace ridgepoint
