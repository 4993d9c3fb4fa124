#pragma once
// A device's limits, from the points of a session that measured them.

#include <vector>

#include "calibrate/session.hpp"
#include "hardware/device.hpp"

namespace ridgepoint {

/// The ceilings among what was measured: of streams per memory level, op and number of threads, of multiply-adds per
/// format, width and threads, of special functions (the microkernel "special"), of chains of loads per footprint and
/// pages, and of calls. Of several points for one ceiling the best counts. Levels are told apart by the capacities of
/// the base: a point counts for the level that holds it whole, if the level above is well exceeded.
std::vector<MeasuredCeiling> measured_ceilings(const SessionResult& result, const Device& base);

}  // namespace ridgepoint
