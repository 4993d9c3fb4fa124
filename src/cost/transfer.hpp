#pragma once
#include "cost/model.hpp"

namespace ridgepoint {

/// Copies between host and device: a start, and bytes over the bus or through the host's buffer, whichever is slower.
extern const CostModel kTransfer;

}  // namespace ridgepoint
