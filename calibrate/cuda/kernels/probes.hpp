#pragma once
// Comparing a result with a reference at some of its places.

#include <algorithm>
#include <string_view>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/reference.hpp"

namespace ridgepoint::cuda {

/// `reference(probes, want)` launches what computes the values at the probes' places. Throws when the result differs
/// there by more than `tolerance` of them (of `floor` for smaller ones), or anywhere is no number.
template <class Reference>
void expect_probes(const Bench& bench, const void* result, Format format, std::int64_t size, Reference reference,
                   double tolerance, double floor, std::string_view what) {
  constexpr std::int64_t kProbes = 2048;
  const std::int64_t probes = std::min(size, kProbes);
  const DeviceBuffer want(probes * 4);
  const DeviceBuffer got(probes * 4);
  reference(probes, want.as<float>());
  check_launch("a reference");
  launch_gather_probes(result, format, size, probes, got.as<float>(), bench.stream());
  check_launch("gather_probes");
  bench.expect_equal(got.data(), Format::kFp32, want.as<float>(), probes, tolerance, floor, what);
}

}  // namespace ridgepoint::cuda
