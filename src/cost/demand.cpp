#include "cost/demand.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kCacheEdge = 4;  // the power with which a cache loses its use beyond its capacity
constexpr double kFloorEdge = 6;  // the power mean of floor and kernel: they overlap nearly perfectly

constexpr std::string_view kBus = "pcie";
constexpr double kUnknownBus = 32e9;  // of a device file without links: PCIe 4.0 x16

// The bytes between two visits to the same one: looked-up rows count once at most.
Bytes footprint(const Launch& launch, double copies) {
  const auto* gather = std::get_if<Gather>(&launch.kernel);
  if (gather == nullptr) return launch.work.bytes() * copies;
  const double rows = std::min(gather->table_rows, gather->lookups) * gather->row_bytes;
  return Bytes{rows + gather->index_bytes + gather->other_bytes} * copies;
}

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

Demand demand_of(const Launch& launch, const Device& device, const Circumstances& circumstances) {
  Demand demand = demand_of(launch.work, device);
  demand.footprint = circumstances.footprint;
  if (circumstances.copies > 0) demand.footprint = footprint(launch, circumstances.copies);
  if (demand.footprint.value() > 0) demand.cached = cached_share(demand.footprint, device);
  if (const auto* collective = std::get_if<Collective>(&launch.kernel))
    demand.link = Seconds{collective->sent() / route_of(device).rate};
  return demand;
}

LinkRoute route_of(const Device& device) {
  LinkRoute best{kUnknownBus, true};
  for (const Link& link : device.links) {
    const bool is_bus = link.name.starts_with(kBus);
    if (is_bus && !best.is_bus) continue;
    if (is_bus || best.is_bus || link.bandwidth.value() > best.rate) best = {link.bandwidth.value(), is_bus};
  }
  return best;
}

double bus_rate(const Device& device) {
  const auto bus = std::find_if(device.links.begin(), device.links.end(),
                                [](const Link& link) { return link.name.starts_with(kBus); });
  return bus == device.links.end() ? kUnknownBus : bus->bandwidth.value();
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
  at(needs, Bound::kLink) = demand.link;
  return needs;
}

Seconds over_floor(Seconds time, Seconds floor) {
  if (floor.value() <= 0) return time;
  const Seconds largest = std::max(time, floor);
  const double sum = std::pow(time / largest, kFloorEdge) + std::pow(floor / largest, kFloorEdge);
  return largest * std::pow(sum, 1 / kFloorEdge);
}

}  // namespace ridgepoint
