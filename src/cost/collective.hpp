#pragma once
// Exchanges between devices.

#include "cost/model.hpp"

namespace ridgepoint {

/// Prices collectives: steps with a latency, and bytes over the links between the ranks, pipelined in chunks.
extern const CostModel kCollective;

}  // namespace ridgepoint
