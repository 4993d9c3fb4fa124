#include "cost/law.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kCacheEdge = 4;  // the power with which a cache loses its use beyond its capacity
constexpr double kFloorEdge = 6;  // the power mean of floor and kernel; overlap is nearly perfect

double efficiency(Bound bound, const Demand& demand, const LawParameters& p) {
  switch (bound) {
    case Bound::kMatrix:
    case Bound::kVector:
    case Bound::kSpecial: return p.compute_efficiency;
    case Bound::kDram: return p.memory_efficiency / (1 - demand.cached + demand.cached / p.cache_bandwidth_ratio);
    case Bound::kL2: return p.memory_efficiency;
    default: return 1;
  }
}

}  // namespace

Demand demand_of(const Work& work, const Device& device) {
  Demand demand;
  const auto need = [&](Bound bound) -> Seconds& { return demand.needs[static_cast<std::size_t>(bound)]; };
  if (work.matrix.value() > 0) {
    const bool on_matrix = device.matrix[static_cast<std::size_t>(work.math)].has_value();
    need(on_matrix ? Bound::kMatrix : Bound::kVector) += work.matrix / *device.product_rate(work.math);
  }
  if (const auto rate = device.vector_rate()) need(Bound::kVector) += work.vector / *rate;
  if (device.special) need(Bound::kSpecial) = work.special / device.special->rate;
  need(Bound::kDram) = work.bytes() / device.dram_bandwidth();
  if (device.l2.bandwidth) need(Bound::kL2) = work.l2 / *device.l2.bandwidth;
  return demand;
}

double cached_share(Bytes footprint, const Device& device) {
  const std::optional<Bytes>& capacity = device.llc.capacity ? device.llc.capacity : device.l2.capacity;
  return capacity ? 1 / (1 + std::pow(footprint / *capacity, kCacheEdge)) : 0;
}

Needs reached(const Demand& demand, const LawParameters& parameters) {
  Needs needs = demand.needs;
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    needs[i] = needs[i] / efficiency(static_cast<Bound>(i), demand, parameters);
  }
  return needs;
}

Seconds law(const Needs& needs, const LawParameters& parameters, Seconds latency) {
  const Seconds largest = *std::max_element(needs.begin(), needs.end());
  if (largest.value() <= 0) return latency;
  double sum = 0;
  for (const Seconds need : needs) {
    if (need.value() > 0) sum += std::pow(need / largest, parameters.smoothness);
  }
  return latency + largest * std::pow(sum, 1 / parameters.smoothness);
}

Seconds over_floor(Seconds time, Seconds floor) {
  const Seconds largest = std::max(time, floor);
  if (floor.value() <= 0) return time;
  return largest *
         std::pow(std::pow(time / largest, kFloorEdge) + std::pow(floor / largest, kFloorEdge), 1 / kFloorEdge);
}

}  // namespace ridgepoint
