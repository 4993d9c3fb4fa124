// Ceilings as they were measured, beside what the data sheet says.

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/ceilings.hpp"

namespace ridgepoint {
namespace {

std::optional<double> peak_of(const Peaks& peaks, const std::string& format) {
  const auto dtype = find_dtype(format);
  if (!dtype || !peaks[static_cast<std::size_t>(*dtype)]) return std::nullopt;
  return peaks[static_cast<std::size_t>(*dtype)]->rate.value();
}

std::optional<double> bandwidth_of(const Device& device, const std::string& level) {
  const MemoryLevel* const found = level == "dram"  ? &device.dram
                                   : level == "llc" ? &device.llc
                                   : level == "l2"  ? &device.l2
                                   : level == "l1"  ? &device.l1
                                                    : nullptr;
  if (found == nullptr || !found->bandwidth) return std::nullopt;
  return found->bandwidth->value();
}

std::string value_text(const MeasuredCeiling& c, double value) {
  switch (c.unit) {
    case CeilingUnit::kMatrix:
    case CeilingUnit::kVector: return human_si(value, "FLOP/s");
    case CeilingUnit::kSpecial: return human_si(value, "op/s");
    case CeilingUnit::kMemory: return human_si(value, "B/s");
    case CeilingUnit::kLatency:
    case CeilingUnit::kLaunch: break;
  }
  return human_seconds(value);
}

}  // namespace

std::string measured_text(const MeasuredCeiling& ceiling) { return value_text(ceiling, ceiling.value); }

std::string how_measured(const MeasuredCeiling& c) {
  std::string text = c.op;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (c.vector_bits > 0) add(fmt::format("{} bits", c.vector_bits));
  if (c.threads > 0) add(fmt::format("{} {}", c.threads, c.threads == 1 ? "thread" : "threads"));
  return text;
}

// A part of the units has its part of the peak.
std::optional<double> theoretical(const MeasuredCeiling& c, const Device& device) {
  const auto units = static_cast<double>(device.compute_units);
  const double share = c.threads > 0 && units > 0 ? std::min(1.0, static_cast<double>(c.threads) / units) : 1;
  std::optional<double> whole;
  if (c.unit == CeilingUnit::kMatrix) whole = peak_of(device.matrix, c.name);
  if (c.unit == CeilingUnit::kVector) whole = peak_of(device.vector, c.name);
  if (c.unit == CeilingUnit::kSpecial && device.special) whole = device.special->rate.value();
  if (c.unit == CeilingUnit::kMemory) return bandwidth_of(device, c.name);
  return whole ? std::optional(*whole * share) : std::nullopt;
}

std::string write_measured_ceilings(const Device& device) {
  if (!device.calibration || device.calibration->ceilings.empty()) return "";
  constexpr std::string_view kLayout = "{:<8} {:<12} {:<20} {:>10} {:>13} {:>12} {:>6} {:>7}";
  std::string text =
      fmt::format(kLayout, "measured", "name", "how", "size", "achieved", "data sheet", "share", "spread");
  text += "\n" + std::string(text.size(), '-') + "\n";
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    const std::optional<double> most = theoretical(c, device);
    text += fmt::format(kLayout, kCeilingUnitNames[static_cast<std::size_t>(c.unit)], printable(c.name),
                        printable(how_measured(c)), c.bytes > 0 ? human_capacity(c.bytes) : "", measured_text(c),
                        most ? value_text(c, *most) : "", most ? fmt::format("{:.0f} %", 100 * c.value / *most) : "",
                        fmt::format("{:.1f} %", 100 * c.spread)) +
            "\n";
  }
  return text;
}

}  // namespace ridgepoint
