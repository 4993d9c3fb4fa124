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

bool has_curve(const Device& device, std::string_view op) {
  const auto& ceilings = device.calibration->ceilings;
  return std::any_of(ceilings.begin(), ceilings.end(), [&](const MeasuredCeiling& c) {
    return c.unit == CeilingUnit::kMemory && c.name == kDefaultPages && c.op == op;
  });
}

}  // namespace

bool has_cpu_curves(const Device& device) {
  if (device.kind != "cpu" || !device.calibration) return false;
  return has_curve(device, "read") && has_curve(device, "write");
}

bool has_copy_curve(const Device& device) { return has_curve(device, "copy"); }

Seconds cpu_memory_time(Bytes read, Bytes written, Bytes footprint, double share, const Device& device) {
  constexpr double kUnknown = 1e12;  // beyond every cache
  // A part of the cores has a part of the caches: its footprint fills them sooner.
  const double bytes = (footprint.value() > 0 ? footprint.value() : kUnknown) / share;
  double loaded = read.value();
  double stored = written.value();
  double seconds = 0;
  if (const double copied = std::min(loaded, stored); copied > 0) {
    if (const double rate = bandwidth(device, "copy", bytes); rate > 0) {
      seconds += 2 * copied / rate;
      loaded -= copied;
      stored -= copied;
    }
  }
  if (loaded > 0) seconds += loaded / bandwidth(device, "read", bytes);
  if (stored > 0) seconds += stored / bandwidth(device, "write", bytes);
  return Seconds{seconds / share};
}

Seconds cpu_latency(double bytes, const Device& device) {
  return Seconds{on_curve(device, bytes, [](const MeasuredCeiling& c) {
    return c.unit == CeilingUnit::kLatency && c.name == "small_pages";
  })};
}

double cpu_cores(const Device& device) { return static_cast<double>(std::max<std::int64_t>(1, device.compute_units)); }

double cpu_vector_bytes(const Device& device) {
  constexpr double kUnknown = 64;
  double widest = 0;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (c.unit == CeilingUnit::kVector) widest = std::max(widest, static_cast<double>(c.vector_bits) / 8);
  }
  return widest > 0 ? widest : kUnknown;
}

double cpu_vector_rate(DType format, const Device& device) {
  double best = 0;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (c.unit == CeilingUnit::kVector && c.name == name(format)) best = std::max(best, c.value);
  }
  return best > 0 ? best : device.vector_rate()->value() * 32 / bits(format);
}

double cpu_smooth(double a, double b, double s) {
  const double largest = std::max(a, b);
  return largest > 0 ? largest * std::pow(std::pow(a / largest, s) + std::pow(b / largest, s), 1 / s) : 0;
}

double cpu_function_rate(std::string_view op, const Device& device) {
  double best = 0;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (c.unit != CeilingUnit::kSpecial || c.name != op) continue;
    best = std::max(best, c.value * (c.threads == 1 ? cpu_cores(device) : 1));
  }
  return best;
}

}  // namespace ridgepoint
