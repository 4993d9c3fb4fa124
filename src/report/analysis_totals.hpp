#pragma once
#include "report/members.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// The sums of a run: amounts, the same by category, and memory.
Json totals_json(const Estimate& estimate);
Json totals_schema();

}  // namespace ridgepoint
