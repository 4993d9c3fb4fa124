#pragma once
// What a kernel asks of a device, at the rates of its data sheet.

#include <array>

#include "cost/bound.hpp"
#include "cost/launch.hpp"
#include "hardware/device.hpp"

namespace ridgepoint {

/// The time that each resource needs alone, by Bound.
using Needs = std::array<Seconds, kBoundCount>;

inline Seconds& at(Needs& needs, Bound bound) { return needs[static_cast<std::size_t>(bound)]; }

/// What a kernel asks of a device: the times at the rates of its data sheet, and the share of its bytes that are still
/// in the last cache from the run before (0 in a network, whose operands come from memory).
struct Demand {
  Seconds product{};       ///< of matrix products
  bool on_matrix = false;  ///< a product without a matrix unit for its format runs on the vector units
  Seconds vector{};
  Seconds special{};
  Seconds dram{};
  Seconds l2{};
  double cached = 0;
  Bytes footprint{};  ///< the bytes between two visits to the same one; 0: unknown, more than any cache holds
  Seconds link{};     ///< of what a collective sends, at the rate of the links
};

/// The demand of some work. The device must have a rate for its math format.
Demand demand_of(const Work& work, const Device& device);

/// The demand of a launch, with what its circumstances leave in the cache.
Demand demand_of(const Launch& launch, const Device& device, const Circumstances& circumstances);

/// The share of `footprint`, the bytes that a measurement walks through before it comes back to the first, that the
/// last cache still holds: nearly all below its capacity, nearly nothing above, half of it there. 0 when the device has
/// no known cache.
double cached_share(Bytes footprint, const Device& device);

/// The link that the devices of a node use: the fastest that is not the bus to the host, else the bus.
struct LinkRoute {
  double rate = 0;
  bool is_bus = true;
};
LinkRoute route_of(const Device& device);

/// Byte/s of the bus to the host; those of PCIe 4.0 x16 where the device file has none.
double bus_rate(const Device& device);

/// What the plain roofline knows: the needs of units and device memory at the data sheet's rates.
Needs roofline_needs(const Demand& demand);

/// The larger of a kernel's time and the host's time to issue it, rounded off where they are close.
Seconds over_floor(Seconds time, Seconds floor);

}  // namespace ridgepoint
