#pragma once
#include <vector>

#include "report/members.hpp"
#include "roofline/bottlenecks.hpp"

namespace ridgepoint {

/// Limits, one behind the other, as a list of objects.
Json chain_json(const std::vector<Bottleneck>& chain);

}  // namespace ridgepoint
