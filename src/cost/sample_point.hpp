#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"

namespace ridgepoint {

/// A kernel as a row of a sample file, without device, clock and time: what a backend is asked to measure.
struct SamplePoint {
  std::string kernel;
  std::string dtype;
  std::vector<std::string> values;  ///< in the order of the kernel's columns
};

/// The point that measures a kernel of a network, its operands rotated through `copies` sets; `activations` is the
/// format of streams and lookups, which know bytes only. Nothing when sample files cannot say it (a 3D convolution, a
/// stream that no microkernel runs).
std::optional<SamplePoint> point_of(const Kernel& kernel, DType activations, std::int64_t copies);

/// What a network's stream is called in sample files; the same name when they do not know it.
std::string_view sample_op(std::string_view op);

}  // namespace ridgepoint
