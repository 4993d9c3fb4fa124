#pragma once
// The rates of a device per compute unit, as cost models use them.

#include "cost/model.hpp"

namespace ridgepoint {

/// What one compute unit of a device can do, with guesses where a data sheet is silent. Rates per second.
struct Machine {
  double units = 1;    ///< compute units; 64 when unknown
  double clock = 0;    ///< Hz; 1.5 GHz when unknown
  double product = 0;  ///< FLOP/s of one unit in matrix products of the asked format
  double dram = 0;     ///< byte/s of all units together
  double cache = 0;    ///< bytes of the last cache; 0 when unknown
};

/// The machine as products in `math` see it.
Machine machine_of(const Device& device, DType math);

/// The share of bytes that are still in a cache of `capacity` bytes when `between` bytes pass from one use to the next:
/// nearly all below the capacity, nearly nothing above.
double kept_share(double between, double capacity);

/// (a^s + b^s + ...)^(1/s): the largest of the needs where one dominates, more where several are close. A smoothness of
/// 1 adds them up.
double smooth_maximum(std::span<const double> needs, double smoothness);

}  // namespace ridgepoint
