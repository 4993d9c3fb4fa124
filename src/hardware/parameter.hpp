#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace ridgepoint {

/// A parameter of a cost model: its name in files, what it means, the values that it can have, and what is known before
/// anything was measured: a typical value, and the standard deviation of its logarithm from device to device.
struct ModelParameter {
  std::string_view name;
  std::string_view meaning;
  double lower;
  double upper;
  double typical;
  double spread;
  double absent = 0;  ///< what a file without it means; 0 when a file must have it
};

inline constexpr std::size_t kMaxParameters = 24;

/// Values in the order of a model's table of parameters.
using ParameterValues = std::array<double, kMaxParameters>;

}  // namespace ridgepoint
