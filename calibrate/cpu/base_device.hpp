#pragma once
#include <span>
#include <string>

#include "calibrate/cpu/machine.hpp"

namespace ridgepoint::cpu {

/// The text of a device file for this machine, without a calibration. Cores, caches, instruction sets and memory are
/// what the system tells; the clock is that of a chain of additions; peaks are cores x lanes x multiply-add units x 2 x
/// clock, with the units counted by what was reached; the bandwidth of memory and the rate of special functions, for
/// which there is no data sheet, are the best that was measured. Throws InputError when the points lack the clock or
/// the streams.
std::string base_device(const Machine& machine, const MachineFacts& facts, std::span<const MeasuredPoint> measured);

}  // namespace ridgepoint::cpu
