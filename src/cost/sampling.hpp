#pragma once
// Drawing neighbours in a graph, on a processor.

#include "cost/model.hpp"

namespace ridgepoint {

/// start + (works + loads latency(F) / in flight) / cores: what a core does for each seed, edge and place of the
/// result, and the loads from anywhere in the graph that it waits for, several at once when they do not need each
/// other. docs/model.md has the formulas.
extern const CostModel kSamplingModel;

}  // namespace ridgepoint
