#pragma once
// Lookups, scatters and sparse products: rows from anywhere in a table.

#include "cost/model.hpp"

namespace ridgepoint {

/// latency + smooth max(t_memory, t_units). Memory moves whole sectors, every distinct row once and what is looked up
/// again from the last cache as far as the table fits into it; a compute unit can keep only so many requests in flight,
/// so that it moves `unit_bytes_per_clock` at best. N uniform draws out of R rows touch R (1 - (1 - 1/R)^N) of them.
/// Fits: docs/validation.md.
extern const CostModel kLookupModel;

}  // namespace ridgepoint
