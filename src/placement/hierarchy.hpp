#pragma once
// The levels of memory in which a device finds rows, and the links to other devices.

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "hardware/device.hpp"

namespace ridgepoint {

/// How a device reads the memory of its host. `cached`: the host gathers the rows of a batch into a buffer, which is
/// copied at once. `pinned`: the device reads each row over the link. `unified`: pages move to the device when it
/// touches them.
enum class HostAccess : std::uint8_t { kCached, kPinned, kUnified };
inline constexpr std::array<std::string_view, 3> kHostAccessNames{"cached", "pinned", "unified"};

/// Where rows may lie, the nearest first.
enum class Place : std::uint8_t { kDram, kHost, kSsd };
inline constexpr std::array<std::string_view, 3> kPlaceNames{"dram", "host", "ssd"};
inline constexpr std::size_t kPlaces = kPlaceNames.size();

/// One device's share of a level. A batch's n rows of b bytes take
///   latency + n max(row_s, ceil(b / grain) grain / bandwidth).
struct Level {
  double capacity = 0;   ///< bytes that rows may take
  double bandwidth = 1;  ///< byte/s
  double grain = 1;      ///< bytes that move together
  double row_s = 0;      ///< time of one row, however short: the inverse of the requests per second
  double latency = 0;    ///< of a batch

  [[nodiscard]] double row_time(double row_bytes) const;
  [[nodiscard]] double time(double rows, double row_bytes) const {
    return rows > 0 ? latency + rows * row_time(row_bytes) : 0;
  }
};

/// What stands around a device and no data sheet of a device says. All are shares of one device; values in base units.
struct Surroundings {
  double host_capacity;
  double host_bandwidth;
  double link_bandwidth;  ///< 0: the device's own bus
  double ssd_capacity;
  double ssd_bandwidth;
  double ssd_requests;
  double network_bandwidth;
  double network_latency;
  double network_gap;  ///< between two messages
  double per_node;     ///< devices of a node
};

/// One of them: its key on the command line, its unit, its value where nothing is said, and where that is from.
struct SurroundingsField {
  std::string_view key;
  std::string_view unit;
  double Surroundings::*member;
  double fallback;
  std::string_view meaning;
  std::string_view source;
};
std::span<const SurroundingsField> surroundings_fields();
Surroundings usual_surroundings();

/// The levels of one device, by Place. `kept` are the bytes of device memory that rows may not take.
using Hierarchy = std::array<Level, kPlaces>;
Hierarchy hierarchy_of(const Device& device, const Surroundings& around, HostAccess access, double kept);

/// An exchange in which every device sends `bytes`, equal parts of them to each of the `devices`: a latency, a gap for
/// each message, and the bytes of the slower of the two ways, within the node and out of it (LogGP: Alexandrov et al.,
/// SPAA 1995).
double exchange_time(double bytes, double devices, const Device& device, const Surroundings& around);

}  // namespace ridgepoint
