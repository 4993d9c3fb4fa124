#include "cost/stream_memory.hpp"

namespace ridgepoint {

double cached_share(double bytes, const Situation& situation, const ParameterValues& parameters) {
  const double capacity = cache_capacity(situation.device) * parameters[kCacheShare];
  const double footprint = bytes * situation.circumstances.copies;
  return capacity > 0 && footprint > 0 ? 1 / (1 + std::pow(footprint / capacity, parameters[kCacheEdge])) : 0;
}

}  // namespace ridgepoint
