#include "roofline/pricer.hpp"

#include <algorithm>

namespace ridgepoint {

Bytes distance_in(const Launch& launch, Bytes footprint) {
  constexpr double kTensorsBetween = 3;
  if (!std::holds_alternative<Stream>(launch.kernel)) return footprint;
  return std::min(footprint, launch.work.bytes() * kTensorsBetween);
}

bool Pricer::Key::operator==(const Key& other) const {
  const Work& x = launch.work;
  const Work& y = other.launch.work;
  return x.macs == y.macs && x.matrix == y.matrix && x.vector == y.vector && x.special == y.special &&
         x.read == y.read && x.written == y.written && x.l2 == y.l2 && x.math == y.math &&
         launch.part == other.launch.part && launch.kernel == other.launch.kernel;
}

void Pricer::start(Bytes footprint) {
  constexpr std::size_t kMost = 1 << 16;  // beyond that many, a sweep's kernels are hardly ever met again
  if (footprint != footprint_ || known_.size() > kMost) known_.clear();
  footprint_ = footprint;
}

const Price& Pricer::price_of(const Launch& launch) {
  const auto [entry, is_new] = known_.try_emplace(Key{launch});
  Price& result = entry->second;
  if (!is_new) return result;
  result = price(launch, device_, mode_, {.clock = clock_of(execution_), .footprint = distance_in(launch, footprint_)});
  return result;
}

}  // namespace ridgepoint
