#pragma once
#include "hardware/calibration.hpp"
#include "kernels/kernel.hpp"

namespace ridgepoint {

/// One kernel to be priced: what it is, and its demand with what was fused into it. `part` says that it is a part of a
/// larger kernel and pays for no launch of its own.
struct Launch {
  Kernel kernel;
  Work work;
  bool part = false;
};

/// Under what a kernel runs. On the op and wall clocks a host issues it: the host issues the next one while this one
/// runs, and whichever takes longer sets the pace. `copies` is the number of sets of operands that a measurement
/// rotates through; 0 when the operands come from memory, as in a network.
struct Circumstances {
  Clock clock = Clock::kKernel;
  double copies = 0;
  Bytes footprint{};  ///< between two visits to the same byte, where that is known otherwise
};

}  // namespace ridgepoint
