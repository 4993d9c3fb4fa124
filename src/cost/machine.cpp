#include "cost/machine.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {

Machine machine_of(const Device& device, DType math) {
  constexpr double kUnknownUnits = 64;
  constexpr double kUnknownClock = 1.5e9;
  Machine machine;
  machine.units = device.compute_units > 0 ? static_cast<double>(device.compute_units) : kUnknownUnits;
  machine.clock = device.clock.value() > 0 ? device.clock.value() : kUnknownClock;
  if (const auto rate = device.product_rate(math)) machine.product = rate->value() / machine.units;
  machine.dram = device.dram_bandwidth().value();
  const std::optional<Bytes>& cache = device.llc.capacity ? device.llc.capacity : device.l2.capacity;
  machine.cache = cache ? cache->value() : 0;
  return machine;
}

double kept_share(double between, double capacity) {
  if (capacity <= 0) return 0;
  const double square = (between / capacity) * (between / capacity);
  return 1 / (1 + square * square);
}

double smooth_maximum(std::span<const double> needs, double smoothness) {
  const double largest = *std::max_element(needs.begin(), needs.end());
  if (largest <= 0) return 0;
  double sum = 0;
  for (const double need : needs) {
    if (need > 0) sum += need == largest ? 1 : std::pow(need / largest, smoothness);
  }
  return sum == 1 ? largest : largest * std::pow(sum, 1 / smoothness);
}

}  // namespace ridgepoint
