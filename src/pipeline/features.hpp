#pragma once
// Which rows of features a batch finds where.

#include "graph/sampled_batch.hpp"

namespace ridgepoint {

/// The share of a batch's rows that a cache of `rows` finds which keeps those that batches read most often: with access
/// by degree, the nodes with most edges (Lin et al., PaGraph, SoCC 2020). Exact for a cache that does not change.
double top_hit_share(const std::vector<RowClass>& classes, double rows);

/// The expected rows of each hop that lie on another machine: seeds are on their own machine, and an edge leads away
/// from a machine with `cut`, to any of the others.
double remote_rows(const SampledBatch& batch, double machines, double cut);

}  // namespace ridgepoint
