#pragma once
// Time by what bounds it.

#include <algorithm>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// The bound that has most of the time, or none where there is no time.
template <class T>
Bound largest_bound(const std::array<T, kBoundCount>& times) {
  const auto largest = std::max_element(times.begin(), times.end());
  return *largest > T{} ? static_cast<Bound>(largest - times.begin()) : Bound::kNone;
}

/// The sums over the rows.
inline std::array<Seconds, kBoundCount> time_by_bound(const Estimate& estimate) {
  std::array<Seconds, kBoundCount> times{};
  for (const LayerEstimate& row : estimate.rows) {
    for (std::size_t i = 0; i < kBoundCount; ++i) times[i] += row.by_bound[i];
  }
  return times;
}

}  // namespace ridgepoint
