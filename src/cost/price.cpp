#include "cost/price.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

Seconds& need(Price& price, Bound bound) { return price.needs[static_cast<std::size_t>(bound)]; }

/// The parts of the peaks that a kernel reaches. Special functions and the l2 have none: the fit did not see them, so
/// they are ceilings and no more.
struct Efficiencies {
  double product = 1;
  double dram = 1;
};

// The times that each resource would take alone. A product without a matrix unit for its format runs on the vector
// units.
void set_needs(Price& price, const Work& work, const Device& device, const Efficiencies& efficiency) {
  price.needs = {};
  if (work.matrix.value() > 0) {
    const bool on_matrix = device.matrix[static_cast<std::size_t>(work.math)].has_value();
    const Seconds product = work.matrix / *device.product_rate(work.math) / efficiency.product;
    need(price, on_matrix ? Bound::kMatrix : Bound::kVector) += product;
  }
  if (const auto rate = device.vector_rate()) need(price, Bound::kVector) += work.vector / *rate;
  need(price, Bound::kDram) = work.bytes() / device.dram_bandwidth() / efficiency.dram;
}

void add_ceilings(Price& price, const Work& work, const Device& device) {
  if (device.special) need(price, Bound::kSpecial) = work.special / device.special->rate;
  if (device.l2.bandwidth) need(price, Bound::kL2) = work.l2 / *device.l2.bandwidth;
}

Bound largest_need(const Price& price) {
  const auto largest = std::max_element(price.needs.begin(), price.needs.end());
  return largest->value() > 0 ? static_cast<Bound>(largest - price.needs.begin()) : Bound::kNone;
}

// The p-norm of what the resources need: the maximum where one dominates, somewhat more where several are close.
Seconds smooth_maximum(const Price& price, double smoothness) {
  const Seconds largest = *std::max_element(price.needs.begin(), price.needs.end());
  if (largest.value() == 0) return largest;
  double sum = 0;
  for (const Seconds need : price.needs) {
    if (need.value() > 0) sum += std::pow(need / largest, smoothness);
  }
  return largest * std::pow(sum, 1 / smoothness);
}

void price_by_law(Price& price, const Launch& launch, const Device& device, const KernelParameters& law) {
  set_needs(price, launch.work, device, {law.compute_efficiency, law.memory_efficiency});
  const Seconds smooth = smooth_maximum(price, law.smoothness);
  add_ceilings(price, launch.work, device);
  const Seconds busy = std::max(smooth, *std::max_element(price.needs.begin(), price.needs.end()));
  const Seconds latency = launch.part ? Seconds{} : law.latency;
  need(price, Bound::kLaunch) = latency;
  price.bound = largest_need(price);
  price.time = latency + busy;
  price.p10 = price.time * law.p10;
  price.p90 = price.time * law.p90;
}

}  // namespace

Price price(const Launch& launch, const Device& device, Mode mode) {
  Price price;
  if (launch.work.empty()) return price;
  set_needs(price, launch.work, device, {});
  price.roofline = *std::max_element(price.needs.begin(), price.needs.end());
  price.bound = largest_need(price);
  price.time = price.p10 = price.p90 = price.roofline;
  if (mode != Mode::kRoofline) price_by_law(price, launch, device, pooled_parameters(launch.kernel));
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
