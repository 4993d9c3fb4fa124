#pragma once
// Which rows of features a batch finds where.

#include "graph/sampled_batch.hpp"

namespace ridgepoint {

/// The expected rows of each hop that lie on another machine: seeds are on their own machine, and an edge leads away
/// from a machine with `cut`, to any of the others.
double remote_rows(const SampledBatch& batch, double machines, double cut);

}  // namespace ridgepoint
