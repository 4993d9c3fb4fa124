#include <algorithm>
#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

// The curve through the measured points of a kind, in logarithms, level beyond its ends. 0 when there are none.
template <class Belongs>
double on_curve(const Device& device, double bytes, Belongs belongs) {
  const MeasuredCeiling* below = nullptr;
  const MeasuredCeiling* above = nullptr;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (!belongs(c)) continue;
    if (c.bytes <= bytes && (below == nullptr || c.bytes > below->bytes)) below = &c;
    if (c.bytes >= bytes && (above == nullptr || c.bytes < above->bytes)) above = &c;
  }
  if (below == nullptr && above == nullptr) return 0;
  if (below == nullptr) return above->value;
  if (above == nullptr || above->bytes == below->bytes) return below->value;
  const double share = std::log(bytes / below->bytes) / std::log(above->bytes / below->bytes);
  return below->value * std::pow(above->value / below->value, share);
}

double bandwidth(const Device& device, std::string_view op, double bytes) {
  return on_curve(device, bytes, [&](const MeasuredCeiling& c) {
    return c.unit == CeilingUnit::kMemory && c.name == kDefaultPages && c.op == op;
  });
}

}  // namespace

bool has_cpu_curves(const Device& device) {
  if (device.kind != "cpu" || !device.calibration) return false;
  const auto& ceilings = device.calibration->ceilings;
  const auto has = [&](std::string_view op) {
    return std::any_of(ceilings.begin(), ceilings.end(), [&](const MeasuredCeiling& c) {
      return c.unit == CeilingUnit::kMemory && c.name == kDefaultPages && c.op == op;
    });
  };
  return has("read") && has("write");
}

Seconds cpu_memory_time(Bytes read, Bytes written, Bytes footprint, double share, const Device& device) {
  constexpr double kUnknown = 1e12;  // beyond every cache
  // A part of the cores has a part of the caches: its footprint fills them sooner.
  const double bytes = (footprint.value() > 0 ? footprint.value() : kUnknown) / share;
  double seconds = 0;
  if (read.value() > 0) seconds += read.value() / bandwidth(device, "read", bytes);
  if (written.value() > 0) seconds += written.value() / bandwidth(device, "write", bytes);
  return Seconds{seconds / share};
}

Seconds cpu_latency(double bytes, const Device& device) {
  return Seconds{on_curve(device, bytes, [](const MeasuredCeiling& c) {
    return c.unit == CeilingUnit::kLatency && c.name == "small_pages";
  })};
}

double cpu_function_rate(std::string_view op, const Device& device) {
  double best = 0;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (c.unit != CeilingUnit::kSpecial || c.name != op) continue;
    const double cores = c.threads == 1 ? static_cast<double>(std::max<std::int64_t>(1, device.compute_units)) : 1;
    best = std::max(best, c.value * cores);
  }
  return best;
}

}  // namespace ridgepoint
