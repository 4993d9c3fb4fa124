#include "cost/price.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

Seconds& need(Price& price, Bound bound) { return price.needs[static_cast<std::size_t>(bound)]; }

// The times that each resource would take alone at its data-sheet rate.
void add_needs(Price& price, const Work& work, const Device& device) {
  if (work.matrix.value() > 0) {
    const bool on_matrix = device.matrix[static_cast<std::size_t>(work.math)].has_value();
    need(price, on_matrix ? Bound::kMatrix : Bound::kVector) += work.matrix / *device.product_rate(work.math);
  }
  if (const auto rate = device.vector_rate()) need(price, Bound::kVector) += work.vector / *rate;
  if (device.special) need(price, Bound::kSpecial) = work.special / device.special->rate;
  need(price, Bound::kDram) = work.bytes() / device.dram_bandwidth();
  if (device.l2.bandwidth) need(price, Bound::kL2) = work.l2 / *device.l2.bandwidth;
}

double efficiency(Bound bound, const KernelParameters& parameters) {
  switch (bound) {
    case Bound::kMatrix:
    case Bound::kVector:
    case Bound::kSpecial: return parameters.compute_efficiency;
    case Bound::kDram:
    case Bound::kL2: return parameters.memory_efficiency;
    default: return 1;
  }
}

// The p-norm of what the resources need: the maximum where one dominates, somewhat more where several are close.
Seconds smooth_maximum(const std::array<Seconds, kBoundCount>& needs, Seconds largest, double smoothness) {
  double sum = 0;
  for (const Seconds need : needs) {
    if (need.value() > 0) sum += std::pow(need / largest, smoothness);
  }
  return largest * std::pow(sum, 1 / smoothness);
}

Bound largest_need(const Price& price) {
  const auto largest = std::max_element(price.needs.begin(), price.needs.end());
  return largest->value() > 0 ? static_cast<Bound>(largest - price.needs.begin()) : Bound::kNone;
}

void price_by_roofline(Price& price) {
  price.bound = largest_need(price);
  price.time = price.roofline;
  price.p10 = price.time;
  price.p90 = price.time;
}

void price_by_datasheet(Price& price, const KernelParameters& parameters, Seconds latency) {
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    price.needs[i] = price.needs[i] / efficiency(static_cast<Bound>(i), parameters);
  }
  const Bound busiest = largest_need(price);
  const Seconds largest = need(price, busiest);
  const Seconds busy = largest.value() > 0 ? smooth_maximum(price.needs, largest, parameters.smoothness) : Seconds{};
  need(price, Bound::kLaunch) = latency;
  price.bound = largest_need(price);
  price.time = latency + busy;
  price.p10 = price.time * parameters.p10;
  price.p90 = price.time * parameters.p90;
}

}  // namespace

Price price(const Launch& launch, const Device& device, Mode mode) {
  Price price;
  if (launch.work.empty()) return price;
  add_needs(price, launch.work, device);
  // The plain roofline knows units and device memory only.
  if (mode == Mode::kRoofline) {
    need(price, Bound::kSpecial) = Seconds{};
    need(price, Bound::kL2) = Seconds{};
  }
  price.roofline = std::max({need(price, Bound::kMatrix), need(price, Bound::kVector), need(price, Bound::kDram)});
  if (mode == Mode::kRoofline) {
    price_by_roofline(price);
  } else {
    const KernelParameters& parameters = pooled_parameters(launch.kernel);
    price_by_datasheet(price, parameters, launch.part ? Seconds{} : parameters.latency);
  }
  return price;
}

void wait_for_host(Price& price) {
  need(price, Bound::kHost) = kEagerHostTime.typical;
  price.p10 = std::max(price.p10, kEagerHostTime.p10);
  price.p90 = std::max(price.p90, kEagerHostTime.p90);
  if (price.time >= kEagerHostTime.typical) return;
  price.time = kEagerHostTime.typical;
  price.bound = Bound::kHost;
}

void expect_format(const Device& device, DType math) {
  if (device.product_rate(math)) return;
  std::vector<std::string_view> names;
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.arithmetic && device.product_rate(facts.dtype)) names.push_back(facts.name);
  }
  throw InputError({fmt::format("{} has no {} arithmetic", device.name, name(math)),
                    fmt::format("a format that it has: {} (--dtype)", join_choices(names))});
}

}  // namespace ridgepoint
