#include <fmt/format.h>

#include <cmath>

#include "hardware/device.hpp"

namespace ridgepoint {
namespace {

// Data sheets round to three digits and quote clocks to the nearest step.
constexpr double kTolerance = 0.02;

bool differ(double a, double b) { return std::abs(a - b) > kTolerance * std::max(std::abs(a), std::abs(b)); }

void check_rate(const Device& device, std::string_view what, const Peak& peak, double per_lane,
                std::vector<std::string>& found) {
  if (peak.lanes == 0 || device.compute_units == 0 || device.clock.value() == 0) return;
  const double expected =
      static_cast<double>(device.compute_units) * static_cast<double>(peak.lanes) * per_lane * device.clock.value();
  if (differ(peak.rate.value(), expected)) {
    found.push_back(fmt::format("{} is {:.4g} per second, but units x lanes x {} x clock is {:.4g}", what,
                                peak.rate.value(), per_lane, expected));
  }
}

// On NVIDIA's parts with fp8 the tensor cores do it at twice the rate of fp16.
void check_double_rate(const Device& device, std::vector<std::string>& found) {
  const auto& fp8 = device.matrix[static_cast<std::size_t>(DType::kFp8E4m3)];
  const auto& fp16 = device.matrix[static_cast<std::size_t>(DType::kFp16)];
  if (device.vendor != "NVIDIA" || !fp8 || !fp16) return;
  constexpr double kRounded = 1.015;  // one data sheet gives its two rates at two clocks
  const double ratio = fp8->rate / fp16->rate;
  if (ratio < 2 / kRounded || ratio > 2 * kRounded)
    found.push_back(fmt::format("fp8 is {:.3f} times fp16, not twice", ratio));
}

}  // namespace

std::vector<std::string> contradictions(const Device& device) {
  std::vector<std::string> found;
  for (const DTypeFacts& facts : kDTypes) {
    const auto& peak = device.vector[static_cast<std::size_t>(facts.dtype)];
    if (peak) check_rate(device, fmt::format("vector {}", facts.name), *peak, 2, found);
  }
  if (device.special) check_rate(device, "special_function", *device.special, 1, found);
  check_double_rate(device, found);
  if (device.l2.bandwidth && *device.l2.bandwidth < device.dram_bandwidth())
    found.emplace_back("the l2 is slower than the dram");
  if (device.l2.capacity && device.dram.capacity && *device.l2.capacity > *device.dram.capacity) {
    found.emplace_back("the l2 is larger than the dram");
  }
  return found;
}

}  // namespace ridgepoint
