#pragma once
// What the points of this backend depend on besides the effort.

#include <cstdint>
#include <string_view>

#include "calibrate/cpu/machine.hpp"
#include "calibrate/measure/points.hpp"

namespace ridgepoint::cpu {

/// Through how many sets of operands of `bytes` to rotate so that they come from memory; 1 if there would be too many.
std::int64_t cold_copies(const Machine& machine, double bytes);

/// A guess at the peak rate of fp32, to choose shapes that take a reasonable time; never used to judge a measurement.
double guessed_flops_per_s(const Machine& machine);

bool has_flag(const Machine& machine, std::string_view flag);

}  // namespace ridgepoint::cpu
