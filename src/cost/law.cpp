#include "cost/law.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kCacheEdge = 4;  // the power with which a cache loses its use beyond its capacity
constexpr double kFloorEdge = 6;  // the power mean of floor and kernel: they overlap nearly perfectly

Seconds& at(Needs& needs, Bound bound) { return needs[static_cast<std::size_t>(bound)]; }

}  // namespace

Demand demand_of(const Work& work, const Device& device) {
  Demand demand;
  if (work.matrix.value() > 0) {
    demand.on_matrix = device.matrix[static_cast<std::size_t>(work.math)].has_value();
    demand.product = work.matrix / *device.product_rate(work.math);
  }
  if (const auto rate = device.vector_rate()) demand.vector = work.vector / *rate;
  if (device.special) demand.special = work.special / device.special->rate;
  demand.dram = work.bytes() / device.dram_bandwidth();
  if (device.l2.bandwidth) demand.l2 = work.l2 / *device.l2.bandwidth;
  return demand;
}

double cached_share(Bytes footprint, const Device& device) {
  const std::optional<Bytes>& capacity = device.llc.capacity ? device.llc.capacity : device.l2.capacity;
  return capacity ? 1 / (1 + std::pow(footprint / *capacity, kCacheEdge)) : 0;
}

Needs roofline_needs(const Demand& demand) {
  Needs needs{};
  at(needs, demand.on_matrix ? Bound::kMatrix : Bound::kVector) += demand.product;
  at(needs, Bound::kVector) += demand.vector;
  at(needs, Bound::kDram) = demand.dram;
  return needs;
}

Needs reached(const Demand& demand, const LawParameters& p) {
  Needs needs{};
  at(needs, demand.on_matrix ? Bound::kMatrix : Bound::kVector) += demand.product / p.compute_efficiency;
  at(needs, Bound::kVector) += demand.vector / p.vector_efficiency;
  at(needs, Bound::kSpecial) = demand.special / p.vector_efficiency;
  const double from_cache = 1 - demand.cached + demand.cached / p.cache_bandwidth_ratio;
  at(needs, Bound::kDram) = demand.dram * from_cache / p.memory_efficiency;
  at(needs, Bound::kL2) = demand.l2;
  return needs;
}

Seconds law(const Needs& needs, const LawParameters& parameters, Seconds latency) {
  constexpr std::array kSmooth{Bound::kMatrix, Bound::kVector, Bound::kDram};
  Seconds largest{};
  for (const Bound bound : kSmooth) largest = std::max(largest, needs[static_cast<std::size_t>(bound)]);
  double sum = 0;
  for (const Bound bound : kSmooth) {
    const Seconds need = needs[static_cast<std::size_t>(bound)];
    if (need.value() > 0) sum += std::pow(need / largest, parameters.smoothness);
  }
  const Seconds smooth = largest * std::pow(sum, 1 / parameters.smoothness);
  return latency + std::max(smooth, *std::max_element(needs.begin(), needs.end()));
}

Seconds over_floor(Seconds time, Seconds floor) {
  if (floor.value() <= 0) return time;
  const Seconds largest = std::max(time, floor);
  const double sum = std::pow(time / largest, kFloorEdge) + std::pow(floor / largest, kFloorEdge);
  return largest * std::pow(sum, 1 / kFloorEdge);
}

}  // namespace ridgepoint
