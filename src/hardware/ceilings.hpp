#pragma once
// Limits of a device as they were measured on it, beside those of its data sheet.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"

namespace ridgepoint {

/// What a ceiling limits: multiply-adds of matrix units and of vector units, special functions, sequential access to a
/// level of memory, a load that the next one waits for, a call without work.
enum class CeilingUnit : std::uint8_t { kMatrix, kVector, kSpecial, kMemory, kLatency, kLaunch };
inline constexpr std::array<std::string_view, 6> kCeilingUnitNames{"matrix", "vector",  "special",
                                                                   "memory", "latency", "launch"};

/// The key of a ceiling's value in files, which carries its unit: FLOP/s, operations/s, byte/s or seconds.
std::string_view value_key(CeilingUnit unit);

/// Whether less is better: latencies and launches are times.
constexpr bool is_time(CeilingUnit unit) { return unit == CeilingUnit::kLatency || unit == CeilingUnit::kLaunch; }

/// The name of ceilings of memory that are points of a curve over the working set, on pages as programs get them
/// without asking: ops "read" and "write".
inline constexpr std::string_view kDefaultPages = "default_pages";

/// One limit as a microkernel met it. `name` is a format (fp32), a function (exp), a level of memory (l1, l2, llc,
/// dram), the pages of a chain of loads (small_pages, huge_pages) or a call (fork_join). Members that say nothing here
/// are 0 or empty.
struct MeasuredCeiling {
  CeilingUnit unit = CeilingUnit::kMemory;
  std::string name;
  std::string op{};              ///< of memory: read, write, copy, triad ...
  std::int64_t threads = 0;      ///< cores or compute units that worked on it
  std::int64_t vector_bits = 0;  ///< width of the instructions
  double bytes = 0;              ///< working set or footprint
  double value = 0;              ///< see value_key
  double spread = 0;             ///< median absolute deviation of the samples over their median
  bool operator==(const MeasuredCeiling&) const = default;
};

/// Reads the `ceilings` of a calibration. Throws InputError.
std::vector<MeasuredCeiling> read_measured_ceilings(const std::shared_ptr<const Document>& document, const Node& node);

/// The same as a member of a calibration.
Node ceilings_node(const std::vector<MeasuredCeiling>& ceilings);

}  // namespace ridgepoint
