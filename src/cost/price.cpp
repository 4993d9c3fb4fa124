#include "cost/price.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

Seconds& need(Price& price, Bound bound) { return price.needs[static_cast<std::size_t>(bound)]; }

Bound largest_need(const Price& price) {
  const auto largest = std::max_element(price.needs.begin(), price.needs.end());
  return largest->value() > 0 ? static_cast<Bound>(largest - price.needs.begin()) : Bound::kNone;
}

void price_by_law(Price& price, const Demand& demand, const LawParameters& parameters, bool part) {
  const Seconds latency{part ? 0 : parameters.latency};
  price.needs = reached(demand, parameters);
  price.time = law(price.needs, parameters, latency);
  need(price, Bound::kLaunch) = latency;
  price.bound = largest_need(price);
}

void set_interval(Price& price, double p10, double p90) {
  price.p10 = price.time * p10;
  price.p90 = price.time * p90;
}

void wait_for_pooled_host(Price& price) {
  need(price, Bound::kHost) = kEagerHostTime.typical;
  price.p10 = std::max(price.p10, kEagerHostTime.p10);
  price.p90 = std::max(price.p90, kEagerHostTime.p90);
  if (price.time >= kEagerHostTime.typical) return;
  price.time = kEagerHostTime.typical;
  price.bound = Bound::kHost;
}

void wait_for_host(Price& price, Seconds floor) {
  need(price, Bound::kHost) = floor;
  if (floor > price.time) price.bound = Bound::kHost;
  price.time = over_floor(price.time, floor);
}

// A replayed graph does not pay for the calls of a host, unless the host is the device.
bool pays_for_call(const CalibrationEntry& entry, const Device& device, Clock seen_by) {
  return entry.clock != Clock::kKernel && (seen_by != Clock::kKernel || device.kind == "cpu");
}

void price_by_entry(Price& price, const Launch& launch, const Demand& demand, const CalibrationEntry& entry,
                    const Device& device, Clock clock) {
  price.own = true;
  price_by_law(price, demand, entry.parameters, launch.part);
  if (!launch.part && pays_for_call(entry, device, clock)) wait_for_host(price, Seconds{entry.parameters.floor});
  set_interval(price, entry.p10, entry.p90);
  if (!launch.part && entry.clock == Clock::kKernel && clock != Clock::kKernel) wait_for_pooled_host(price);
}

// The bytes between two visits to the same one: looked-up rows count once at most.
Bytes footprint(const Launch& launch, double copies) {
  const auto* gather = std::get_if<Gather>(&launch.kernel);
  if (gather == nullptr) return launch.work.bytes() * copies;
  const double rows = std::min(gather->table_rows, gather->lookups) * gather->row_bytes;
  return Bytes{rows + gather->index_bytes + gather->other_bytes} * copies;
}

}  // namespace

Mode resolve(Mode mode, const Device& device) {
  const bool calibrated = device.calibration.has_value();
  if (mode == Mode::kAuto) return calibrated ? Mode::kCalibrated : Mode::kDatasheet;
  if (mode == Mode::kCalibrated && !calibrated) {
    throw InputError({fmt::format("{} has no calibration", device.name),
                      "a device file that `ridgepoint calibrate` wrote, or --mode datasheet"});
  }
  return mode;
}

Demand demand_of(const Launch& launch, const Device& device, const Circumstances& circumstances) {
  Demand demand = demand_of(launch.work, device);
  if (circumstances.copies > 0) demand.cached = cached_share(footprint(launch, circumstances.copies), device);
  return demand;
}

Price price(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances) {
  Price price;
  if (launch.work.empty()) return price;
  const Mode resolved = resolve(mode, device);
  const Demand demand = demand_of(launch, device, circumstances);
  price.needs = roofline_needs(demand);
  price.roofline = *std::max_element(price.needs.begin(), price.needs.end());
  price.bound = largest_need(price);
  price.time = price.p10 = price.p90 = price.roofline;
  if (resolved == Mode::kRoofline) return price;
  const CalibrationEntry* entry = nullptr;
  if (resolved == Mode::kCalibrated) {
    entry = own_parameters(launch.kernel, *device.calibration, circumstances.clock);
  }
  if (entry != nullptr) {
    price_by_entry(price, launch, demand, *entry, device, circumstances.clock);
  } else {
    const KernelParameters& pooled = pooled_parameters(launch.kernel);
    price_by_law(price, demand, pooled.law, launch.part);
    set_interval(price, pooled.p10, pooled.p90);
    if (!launch.part && circumstances.clock != Clock::kKernel) wait_for_pooled_host(price);
  }
  return price;
}

std::optional<Problem> missing_format(const Device& device, DType math) {
  if (device.product_rate(math)) return std::nullopt;
  std::vector<std::string_view> names;
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.arithmetic && device.product_rate(facts.dtype)) names.push_back(facts.name);
  }
  return Problem{fmt::format("{} has no {} arithmetic", device.name, name(math)),
                 fmt::format("a format that it has: {} (--dtype)", join_choices(names))};
}

void expect_format(const Device& device, DType math) {
  if (const std::optional<Problem> problem = missing_format(device, math)) throw InputError(*problem);
}

}  // namespace ridgepoint
