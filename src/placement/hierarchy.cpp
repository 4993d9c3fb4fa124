#include "placement/hierarchy.hpp"

#include <algorithm>
#include <cmath>

#include "cost/demand.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kDgx = "NVIDIA DGX H100 data sheet, an eighth: 2 TB, 8 SSDs of 3.84 TB, 8 ports of 400 Gbit/s";
constexpr const char* kDdr = "two sockets of 8 channels DDR5-4800 (Intel Xeon 8480C), an eighth";
constexpr const char* kSsd = "Samsung PM9A3 data sheet: 6.9 GB/s, 1.1 M random reads of 4 KiB per second";

constexpr std::array kFields{
    SurroundingsField{"host.capacity", "B", &Surroundings::host_capacity, 256e9, "of host memory", kDgx},
    SurroundingsField{"host.bandwidth", "B/s", &Surroundings::host_bandwidth, 76.8e9, "of host memory", kDdr},
    SurroundingsField{"link.bandwidth", "B/s", &Surroundings::link_bandwidth, 0, "of the bus to the host",
                      "the device file's bus, else 32 GB/s (PCIe 4.0 x16)"},
    SurroundingsField{"ssd.capacity", "B", &Surroundings::ssd_capacity, 3.84e12, "of NVMe storage", kDgx},
    SurroundingsField{"ssd.bandwidth", "B/s", &Surroundings::ssd_bandwidth, 6.9e9, "of NVMe storage, reading", kSsd},
    SurroundingsField{"ssd.requests", "1/s", &Surroundings::ssd_requests, 1.1e6, "random reads of NVMe storage", kSsd},
    SurroundingsField{"network.bandwidth", "B/s", &Surroundings::network_bandwidth, 50e9, "between nodes, for a device",
                      kDgx},
    SurroundingsField{"network.latency", "s", &Surroundings::network_latency, 10e-6, "of an exchange",
                      "pooled over measured collectives (docs/model.md)"},
    SurroundingsField{"network.gap", "s", &Surroundings::network_gap, 0.2e-6, "from one message to the next",
                      "5 M messages a second, of several processes that share an adapter"},
    SurroundingsField{"node.devices", "", &Surroundings::per_node, 8, "devices of a node", kDgx},
};

constexpr double kLinkShare = 0.7;    // of links between devices: pooled over measured collectives
constexpr double kCopyShare = 0.85;   // of the bus, in long copies: packets of 256 bytes and their headers
constexpr double kSector = 32;        // bytes that a GPU asks for at least
constexpr double kPacket = 128;       // bytes of the longest read of a GPU over the bus
constexpr double kHeader = 24;        // bytes of a packet of the bus besides its load
constexpr double kLine = 64;          // bytes of a cache line of the host
constexpr double kBlock = 65536;      // bytes that unified memory moves at a fault (Allen and Ge, SC 2021)
constexpr double kFaults = 256;       // faults that are handled together
constexpr double kFaultTime = 30e-6;  // seconds for that
constexpr double kSsdPage = 4096;

double bus_of(const Device& device, const Surroundings& around) {
  return around.link_bandwidth > 0 ? around.link_bandwidth : bus_rate(device);
}

Level host_of(const Device& device, const Surroundings& around, HostAccess access) {
  const double bus = bus_of(device, around);
  Level level{.capacity = around.host_capacity};
  switch (access) {
    case HostAccess::kCached:  // a row is read, written to the buffer, and read again by the copy
      level.bandwidth = std::min(bus * kCopyShare, around.host_bandwidth / 3);
      level.grain = kLine;
      level.latency = 20e-6;
      break;
    case HostAccess::kPinned:
      level.bandwidth = bus * kPacket / (kPacket + kHeader);
      level.grain = kSector;
      level.latency = 2e-6;
      break;
    case HostAccess::kUnified:
      level.bandwidth = bus * kCopyShare;
      level.grain = kBlock;
      level.row_s = kFaultTime / kFaults;
      level.latency = kFaultTime;
      break;
  }
  return level;
}

}  // namespace

double Level::row_time(double row_bytes) const {
  return std::max(row_s, std::ceil(row_bytes / grain) * grain / bandwidth);
}

std::span<const SurroundingsField> surroundings_fields() { return kFields; }

Surroundings usual_surroundings() {
  Surroundings around{};
  for (const SurroundingsField& field : kFields) around.*field.member = field.fallback;
  return around;
}

Hierarchy hierarchy_of(const Device& device, const Surroundings& around, HostAccess access, double kept) {
  Hierarchy levels;
  const double dram = device.dram.capacity ? device.dram.capacity->value() : 0;
  levels[0] = {.capacity = std::max(0.0, dram - kept), .bandwidth = device.dram_bandwidth().value(), .grain = kSector};
  levels[1] = host_of(device, around, access);
  levels[2] = {.capacity = around.ssd_capacity,
               .bandwidth = around.ssd_bandwidth,
               .grain = kSsdPage,
               .row_s = 1 / around.ssd_requests,
               .latency = 100e-6};
  if (device.kind == "cpu") {  // whose device memory is the host's
    levels[1].capacity = 0;
  }
  return levels;
}

double exchange_time(double bytes, double devices, const Device& device, const Surroundings& around) {
  if (devices <= 1 || bytes <= 0) return 0;
  const double inside = std::min(devices, around.per_node);
  const double near = bytes * (inside - 1) / devices / (route_of(device).rate * kLinkShare);
  const double far = bytes * (devices - inside) / devices / around.network_bandwidth;
  return around.network_latency + (devices - 1) * around.network_gap + std::max(near, far);
}

}  // namespace ridgepoint
