#include "hardware/scaling.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ridgepoint {
namespace {

using Format = std::optional<DType>;
using Level = MemoryLevel Device::*;

// Multiplies the measured ceilings that `belongs`.
template <class Belongs>
void scale_measured(Device& device, double factor, Belongs belongs) {
  if (!device.calibration) return;
  for (MeasuredCeiling& ceiling : device.calibration->ceilings) {
    if (belongs(ceiling)) ceiling.value *= is_time(ceiling.unit) ? 1 / factor : factor;
  }
}

double bytes_or_zero(const MemoryLevel& level) { return level.capacity ? level.capacity->value() : 0; }

// The smallest level that holds a working set; the dram holds what no cache does.
Level level_of(const Device& device, double bytes) {
  for (const Level level : {&Device::l1, &Device::l2, &Device::llc}) {
    if (bytes <= bytes_or_zero(device.*level)) return level;
  }
  return &Device::dram;
}

template <Level kLevel>
std::optional<double> bandwidth(const Device& device, Format) {
  const auto& rate = (device.*kLevel).bandwidth;
  return rate ? std::optional(rate->value()) : std::nullopt;
}

template <Level kLevel>
void scale_bandwidth(Device& device, Format, double factor) {
  if ((device.*kLevel).bandwidth) *(device.*kLevel).bandwidth *= factor;
  scale_measured(device, factor, [&](const MeasuredCeiling& c) {
    return c.unit == CeilingUnit::kMemory && level_of(device, c.bytes) == kLevel;
  });
  if (kLevel == &Device::dram && device.calibration) device.calibration->reached.dram *= factor;
}

template <Level kLevel>
std::optional<double> capacity(const Device& device, Format) {
  const auto& bytes = (device.*kLevel).capacity;
  return bytes ? std::optional(bytes->value()) : std::nullopt;
}

// A curve over working sets leaves a cache later when the cache is larger.
template <Level kLevel>
void scale_capacity(Device& device, Format, double factor) {
  const double before = bytes_or_zero(device.*kLevel);
  *(device.*kLevel).capacity *= factor;
  if (kLevel == &Device::dram || !device.calibration) return;
  for (MeasuredCeiling& ceiling : device.calibration->ceilings) {
    if (ceiling.bytes >= before) ceiling.bytes *= factor;
  }
}

template <Peaks Device::*kPeaks>
std::optional<double> peak(const Device& device, Format format) {
  const Peaks& peaks = device.*kPeaks;
  if (format) {
    const auto& one = peaks[static_cast<std::size_t>(*format)];
    return one ? std::optional(one->rate.value()) : std::nullopt;
  }
  const bool any = std::any_of(peaks.begin(), peaks.end(), [](const auto& p) { return p.has_value(); });
  return any ? std::optional(1.0) : std::nullopt;
}

template <Peaks Device::*kPeaks>
void scale_peak(Device& device, Format format, double factor) {
  constexpr bool kMatrix = kPeaks == &Device::matrix;
  for (const DTypeFacts& facts : kDTypes) {
    const auto index = static_cast<std::size_t>(facts.dtype);
    auto& one = (device.*kPeaks)[index];
    if (!one || (format && facts.dtype != *format)) continue;
    one->rate *= factor;
    const bool sets_products = kMatrix || !device.matrix[index];
    if (device.calibration && sets_products) device.calibration->reached.products[index] *= factor;
    scale_measured(device, factor, [&](const MeasuredCeiling& c) {
      return c.unit == (kMatrix ? CeilingUnit::kMatrix : CeilingUnit::kVector) && c.name == facts.name;
    });
  }
}

std::optional<double> special(const Device& device, Format) {
  return device.special ? std::optional(device.special->rate.value()) : std::nullopt;
}

void scale_special(Device& device, Format, double factor) {
  if (device.special) device.special->rate *= factor;
  scale_measured(device, factor, [](const MeasuredCeiling& c) { return c.unit == CeilingUnit::kSpecial; });
}

std::optional<double> clock(const Device& device, Format) {
  return device.clock.value() > 0 ? std::optional(device.clock.value()) : std::nullopt;
}

// Units and caches are in the clock's domain; device memory and links are not.
void scale_clock(Device& device, Format, double factor) {
  device.clock *= factor;
  scale_peak<&Device::matrix>(device, std::nullopt, factor);
  scale_peak<&Device::vector>(device, std::nullopt, factor);
  scale_special(device, std::nullopt, factor);
  scale_bandwidth<&Device::l1>(device, std::nullopt, factor);
  scale_bandwidth<&Device::l2>(device, std::nullopt, factor);
  scale_bandwidth<&Device::llc>(device, std::nullopt, factor);
}

std::optional<double> units(const Device& device, Format) {
  return device.compute_units > 0 ? std::optional(static_cast<double>(device.compute_units)) : std::nullopt;
}

// Whole units, with the l1 and the peak rates that each has. What was measured on one core stays that of one core.
void scale_units(Device& device, Format, double factor) {
  const auto before = static_cast<double>(device.compute_units);
  device.compute_units = std::max<std::int64_t>(1, std::llround(std::min(before * factor, 1e9)));
  factor = static_cast<double>(device.compute_units) / before;
  const auto of_one = [&](const MeasuredCeiling& c) { return c.threads == 1; };
  scale_peak<&Device::matrix>(device, std::nullopt, factor);
  scale_peak<&Device::vector>(device, std::nullopt, factor);
  scale_special(device, std::nullopt, factor);
  scale_bandwidth<&Device::l1>(device, std::nullopt, factor);
  scale_measured(device, 1 / factor, [&](const MeasuredCeiling& c) {
    return of_one(c) &&
           (c.unit == CeilingUnit::kMatrix || c.unit == CeilingUnit::kVector || c.unit == CeilingUnit::kSpecial);
  });
  if (device.l1.capacity) *device.l1.capacity *= factor;
}

std::optional<double> links(const Device& device, Format) {
  return device.links.empty() ? std::nullopt : std::optional(1.0);
}

void scale_links(Device& device, Format, double factor) {
  for (Link& link : device.links) link.bandwidth *= factor;
}

std::optional<double> always(const Device&, Format) { return 1; }

void scale_launch(Device& device, Format, double factor) {
  device.launch_scale *= factor;
  if (device.calibration) device.calibration->reached.launch *= factor;
}

void scale_host(Device& device, Format, double factor) { device.host_scale *= factor; }

constexpr std::array kProperties{
    ScaledProperty{{"dram.bandwidth", "B/s", "of device memory"},
                   false,
                   false,
                   bandwidth<&Device::dram>,
                   scale_bandwidth<&Device::dram>},
    ScaledProperty{{"dram.capacity", "B", "of device memory"},
                   false,
                   false,
                   capacity<&Device::dram>,
                   scale_capacity<&Device::dram>},
    ScaledProperty{{"l2.bandwidth", "B/s", "of the second-level cache"},
                   false,
                   false,
                   bandwidth<&Device::l2>,
                   scale_bandwidth<&Device::l2>},
    ScaledProperty{{"l2.capacity", "B", "of the second-level cache"},
                   false,
                   false,
                   capacity<&Device::l2>,
                   scale_capacity<&Device::l2>},
    ScaledProperty{{"llc.bandwidth", "B/s", "of a processor's last cache"},
                   false,
                   false,
                   bandwidth<&Device::llc>,
                   scale_bandwidth<&Device::llc>},
    ScaledProperty{{"llc.capacity", "B", "of a processor's last cache"},
                   false,
                   false,
                   capacity<&Device::llc>,
                   scale_capacity<&Device::llc>},
    ScaledProperty{{"l1.bandwidth", "B/s", "of the first-level caches together"},
                   false,
                   false,
                   bandwidth<&Device::l1>,
                   scale_bandwidth<&Device::l1>},
    ScaledProperty{{"l1.capacity", "B", "of the first-level caches together"},
                   false,
                   false,
                   capacity<&Device::l1>,
                   scale_capacity<&Device::l1>},
    ScaledProperty{{"matrix", "FLOP/s", "peak rates of the matrix units"},
                   true,
                   false,
                   peak<&Device::matrix>,
                   scale_peak<&Device::matrix>},
    ScaledProperty{{"vector", "FLOP/s", "peak rates of the vector units"},
                   true,
                   false,
                   peak<&Device::vector>,
                   scale_peak<&Device::vector>},
    ScaledProperty{{"special", "op/s", "rate of special functions"}, false, false, special, scale_special},
    ScaledProperty{
        {"clock", "Hz", "with it all peak rates and the bandwidths of the caches"}, false, false, clock, scale_clock},
    ScaledProperty{{"units", "units", "compute units, with their peak rates and first-level caches"},
                   false,
                   false,
                   units,
                   scale_units},
    ScaledProperty{{"links", "", "bandwidth of all links to other devices"}, false, false, links, scale_links},
    ScaledProperty{{"launch", "", "the time to start a kernel, and of steps that wait for each other"},
                   false,
                   true,
                   always,
                   scale_launch},
    ScaledProperty{
        {"host", "", "the host's time to issue a kernel, with --execution eager"}, false, true, always, scale_host},
};

}  // namespace

std::span<const ScaledProperty> scaled_properties() { return kProperties; }

}  // namespace ridgepoint
