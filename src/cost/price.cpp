#include "cost/price.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

Seconds& need(Price& price, Bound bound) { return price.needs[static_cast<std::size_t>(bound)]; }

Bound largest_need(const Price& price) {
  const auto largest = std::max_element(price.needs.begin(), price.needs.end());
  return largest->value() > 0 ? static_cast<Bound>(largest - price.needs.begin()) : Bound::kNone;
}

void set_interval(Price& price, double p10, double p90) {
  price.p10 = price.time * p10;
  price.p90 = price.time * p90;
}

// In every model the time is what starting takes, and what overlaps behind it.
void scale_start(Price& price, const Device& device) {
  if (device.launch_scale == 1) return;
  Seconds& start = need(price, Bound::kLaunch);
  price.time = std::max(Seconds{}, price.time - start) + start * device.launch_scale;
  start *= device.launch_scale;
}

// `calls` of the host, in calls of a plain kernel.
void wait_for_pooled_host(Price& price, double calls) {
  const Seconds typical = kEagerHostTime.typical * calls;
  need(price, Bound::kHost) = typical;
  price.p10 = std::max(price.p10, kEagerHostTime.p10 * calls);
  price.p90 = std::max(price.p90, kEagerHostTime.p90 * calls);
  if (price.time >= typical) return;
  price.time = typical;
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

// Steps that wait for each other: a round trip to memory and a reduction over a block of threads after each.
constexpr Seconds kSerialStep{1e-6};

void wait_for_steps(Price& price, const Kernel& kernel) {
  const auto* stream = std::get_if<Stream>(&kernel);
  if (stream == nullptr || stream->steps <= 1) return;
  const Seconds wait = kSerialStep * (stream->steps - 1);
  need(price, Bound::kLaunch) += wait;
  price.time += wait;
}

// A part of a kernel pays neither for a launch nor for the host.
void wait_for_host(Price& price, const Pricing& pricing, const Situation& situation) {
  const CalibrationEntry* entry = pricing.entry;
  const Clock clock = situation.circumstances.clock;
  const double calls = calls_of(*pricing.model, situation, pricing.parameters) * situation.device.host_scale;
  if (entry != nullptr && pays_for_call(*entry, situation.device, clock))
    wait_for_host(price, Seconds{entry->floor * calls});
  set_interval(price, pricing.p10, pricing.p90);
  // The models of a processor have the call in their latency.
  const bool pooled = entry == nullptr && !has_cpu_curves(situation.device);
  const bool of_kernels = pooled || (entry != nullptr && entry->clock == Clock::kKernel);
  if (of_kernels && clock != Clock::kKernel) wait_for_pooled_host(price, calls);
}

}  // namespace

Mode resolve(Mode mode, const Device& device) {
  const bool calibrated = device.calibration.has_value();
  if (mode == Mode::kAuto) return calibrated ? Mode::kCalibrated : Mode::kDatasheet;
  if (mode == Mode::kCeilings && (!calibrated || device.calibration->reached.dram <= 0)) {
    throw InputError({fmt::format("{} has no measured ceilings", device.name),
                      "a device file that `ridgepoint calibrate` wrote from samples that no cache can hold"});
  }
  if (mode == Mode::kCalibrated && !calibrated) {
    throw InputError({fmt::format("{} has no calibration", device.name),
                      "a device file that `ridgepoint calibrate` wrote, or --mode datasheet"});
  }
  return mode;
}

namespace {

// The plain roofline at the rates that were measured; what was not measured stays as the data sheet has it.
void price_by_ceilings(Price& price, const Situation& situation) {
  const Device& device = situation.device;
  const ReachedRates& reached = device.calibration->reached;
  const DType math = situation.launch.work.math;
  const Bound unit = situation.demand.on_matrix ? Bound::kMatrix : Bound::kVector;
  const double product = reached.products[static_cast<std::size_t>(math)];
  if (product > 0 && situation.launch.work.matrix.value() > 0) {
    const Seconds measured = situation.launch.work.matrix / FlopRate{product};
    need(price, unit) += measured - situation.demand.product;
  }
  need(price, Bound::kDram) = situation.launch.work.bytes() / Bandwidth{reached.dram};
  if (!situation.launch.part) need(price, Bound::kLaunch) = Seconds{reached.launch};
  price.bound = largest_need(price);
  price.time = price.p10 = price.p90 = *std::max_element(price.needs.begin(), price.needs.end());
}

}  // namespace

Pricing pricing_of(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances) {
  Clock clock = circumstances.clock;
  if (resolve(mode, device) == Mode::kCalibrated) {
    if (const CalibrationEntry* entry = own_parameters(launch.kernel, *device.calibration, clock))
      return {entry->model, entry->parameters, entry->p10, entry->p90, entry, entry->clock};
  }
  // In a network a call is its kernel, and the host that issues it; a part of a kernel is no call.
  if (launch.part || circumstances.copies == 0) clock = Clock::kKernel;
  const PooledParameters& pooled = mode == Mode::kDatasheet ? pooled_parameters(launch.kernel, clock)
                                                            : prior_parameters(launch.kernel, device, clock);
  return {pooled.model, pooled.values, pooled.p10, pooled.p90, nullptr, clock};
}

namespace {

// On a processor that nobody measured attention on. The plain roofline stays that of the whole.
bool runs_in_parts(const Launch& launch, const Device& device, Mode mode, Clock clock) {
  const auto* const attention = std::get_if<Attention>(&launch.kernel);
  return attention != nullptr && runs_in_parts(*attention) && resolve(mode, device) == Mode::kCalibrated &&
         has_cpu_curves(device) && own_parameters(launch.kernel, *device.calibration, clock) == nullptr;
}

void price_parts(Price& price, const Launch& launch, const Device& device, Mode mode,
                 const Circumstances& circumstances) {
  price.needs = {};
  price.time = price.p10 = price.p90 = {};
  price.own = true;
  for (const Launch& part : attention_parts(std::get<Attention>(launch.kernel))) {
    const Price one = ridgepoint::price(part, device, mode, circumstances);
    for (std::size_t i = 0; i < kBoundCount; ++i) price.needs[i] += one.needs[i];
    price.time += one.time;
    price.p10 += one.p10;
    price.p90 += one.p90;
    price.own = price.own && one.own;
  }
  price.bound = largest_need(price);
}

// The clock that a model sees is that of its parameters.
Situation as_fitted(const Situation& situation, const Pricing& pricing) {
  Situation seen = situation;
  seen.circumstances.clock = pricing.clock;
  return seen;
}

}  // namespace

Price price(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances) {
  Price price;
  if (launch.work.empty()) return price;
  const Situation situation = situation_of(launch, device, circumstances);
  price.needs = roofline_needs(situation.demand);
  price.roofline = *std::max_element(price.needs.begin(), price.needs.end());
  price.bound = largest_need(price);
  price.time = price.p10 = price.p90 = price.roofline;
  if (mode == Mode::kRoofline) return price;
  if (mode == Mode::kCeilings) {
    price_by_ceilings(price, situation);
    return price;
  }
  if (runs_in_parts(launch, device, mode, circumstances.clock)) {
    price_parts(price, launch, device, mode, circumstances);
    return price;
  }
  const Pricing pricing = pricing_of(launch, device, mode, circumstances);
  const Timing timing = pricing.model->time(as_fitted(situation, pricing), pricing.parameters);
  price.own = pricing.entry != nullptr;
  price.needs = timing.needs;
  price.time = timing.time;
  wait_for_steps(price, launch.kernel);
  scale_start(price, device);
  price.bound = largest_need(price);
  if (launch.part) {
    set_interval(price, pricing.p10, pricing.p90);
  } else {
    wait_for_host(price, pricing, situation);
  }
  return price;
}

Terms terms_of(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances) {
  if (mode == Mode::kRoofline || mode == Mode::kCeilings) return {};
  const Pricing pricing = pricing_of(launch, device, mode, circumstances);
  if (pricing.model->terms == nullptr) return {};
  Terms terms =
      pricing.model->terms(as_fitted(situation_of(launch, device, circumstances), pricing), pricing.parameters);
  if (device.launch_scale != 1) {
    terms.push_back({"what_if", "time, with launch and what waits behind it times launch_scale",
                     price(launch, device, mode, circumstances).time.value(), "s", "--what-if launch"});
  }
  return terms;
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
