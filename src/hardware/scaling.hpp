#pragma once
// How each property of a device scales, with all that follows from it.

#include "hardware/what_if.hpp"

namespace ridgepoint {

/// A property with the functions that read it and multiply it. `get` is nothing where the device does not have it (1
/// for what is only a factor). `by_format`: it can be asked for one format alone. `may_vanish`: it can be 0.
struct ScaledProperty {
  DeviceProperty facts;
  bool by_format = false;
  bool may_vanish = false;
  std::optional<double> (*get)(const Device& device, std::optional<DType> format) = nullptr;
  void (*scale)(Device& device, std::optional<DType> format, double factor) = nullptr;
};

std::span<const ScaledProperty> scaled_properties();

}  // namespace ridgepoint
