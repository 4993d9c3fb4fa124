#include "roofline/pricer.hpp"

#include <algorithm>

namespace ridgepoint {

bool Pricer::Key::operator==(const Key& other) const {
  const Work& x = launch.work;
  const Work& y = other.launch.work;
  return x.macs == y.macs && x.matrix == y.matrix && x.vector == y.vector && x.special == y.special &&
         x.read == y.read && x.written == y.written && x.l2 == y.l2 && x.math == y.math &&
         launch.part == other.launch.part && launch.kernel == other.launch.kernel;
}

namespace {

// The host issues the next kernel while this one runs: whichever takes longer sets the pace.
void wait_for_host(Price& price) {
  price.needs[static_cast<std::size_t>(Bound::kHost)] = kEagerHostTime.typical;
  price.p10 = std::max(price.p10, kEagerHostTime.p10);
  price.p90 = std::max(price.p90, kEagerHostTime.p90);
  if (price.time >= kEagerHostTime.typical) return;
  price.time = kEagerHostTime.typical;
  price.bound = Bound::kHost;
}

}  // namespace

const Price& Pricer::price_of(const Launch& launch) {
  const auto [entry, is_new] = known_.try_emplace(Key{launch});
  Price& result = entry->second;
  if (!is_new) return result;
  result = price(launch, device_, mode_);
  if (execution_ == Execution::kEager && mode_ != Mode::kRoofline && !launch.part) wait_for_host(result);
  return result;
}

}  // namespace ridgepoint
