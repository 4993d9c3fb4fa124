#pragma once
#include <map>

#include "calibrate/observation.hpp"

namespace ridgepoint {

/// What the samples reached at best: products per format, the bandwidth of dram where the operands are several times
/// larger than the last cache, the fastest kernel. The best hundredth is left out, because clocks of timers jump. Calls
/// of a framework count for rates, not for the launch, unless there is nothing else.
ReachedRates reached_by(const std::map<EntryKey, EntrySamples>& entries);

}  // namespace ridgepoint
