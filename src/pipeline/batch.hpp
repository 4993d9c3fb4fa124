#pragma once
// The batch that a plan samples, and the sizes that the network then has.

#include <utility>

#include "graph/relational.hpp"
#include "pipeline/plan.hpp"

namespace ridgepoint {

/// Parameters of a network by name.
using Sizes = std::vector<std::pair<std::string, double>>;

/// A batch in expected values, and what it makes of the network's parameters: n1, e1 ... of sampled neighbours, n1_0,
/// e1_0 ... by type and relation, `nodes` and `edges` of a graph of its own. `degrees` are those by which nodes draw.
struct PlannedBatch {
  SampledBatch batch;
  Sizes sizes;
  DegreeDistribution degrees{{}};
  double isolated = 0;  ///< nodes without edges, as the file of the graph has them
};

/// Throws InputError for degrees that cannot be, and what read_graph() throws.
PlannedBatch plan_batch(const PipelinePlan& plan);

}  // namespace ridgepoint
