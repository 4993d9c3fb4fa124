#pragma once
// Neighbour sampling in a graph of several types of nodes.

#include <cstdint>

#include "graph/sampled_batch.hpp"

namespace ridgepoint {

/// Edges from nodes of one type to nodes of another; a target draws sources. `drawn` are the degrees by which targets
/// draw, `reached` those by which sources are ends; both count the same edges.
struct Relation {
  std::size_t source = 0;
  std::size_t target = 0;
  DegreeDistribution drawn;
  DegreeDistribution reached;
};

/// A graph by types: nodes of each, and the relations. Degrees of different relations do not know of each other.
struct RelationalGraph {
  std::vector<double> nodes;
  std::vector<Relation> relations;
};

/// A batch by types: `nodes[hop][type]` after each hop, `edges[hop][relation]`.
struct RelationalBatch {
  std::vector<std::vector<double>> nodes;
  std::vector<std::vector<double>> edges;
  SampledBatch all;  ///< the same in all; rows by type, and by degree within it
};

/// From `seeds` nodes of type 0: hop by hop the nodes that the hop before has added draw up to fan_outs[hop] edges of
/// every relation that leads to them, without repetition.
RelationalBatch expected_batch(const RelationalGraph& graph, double seeds, const std::vector<double>& fan_outs);

}  // namespace ridgepoint
