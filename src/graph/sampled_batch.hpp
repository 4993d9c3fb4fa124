#pragma once
// What a sampler takes from a graph for one batch, as expected values.

#include <optional>
#include <vector>

#include "core/access_law.hpp"
#include "graph/degrees.hpp"

namespace ridgepoint {

/// One step of a sampler outwards: `sources` nodes draw `edges` edges, of which `choosing` nodes have more than they
/// may take. `nodes` are all that the batch has afterwards, `fresh` those that it did not have before.
struct SampledHop {
  double fan_out = 0;
  double sources = 0;
  double choosing = 0;
  double edges = 0;
  double fresh = 0;
  double nodes = 0;
};

/// A batch: hop by hop from the seeds outwards, and its rows: nodes that are alike, with the probability that one of
/// them is in it as their weight. `scanned` are
/// edges that are looked at to find those between nodes of the batch, where a sampler does that.
struct SampledBatch {
  double seeds = 0;
  std::vector<SampledHop> hops;
  std::vector<RowCount> rows;
  double scanned = 0;

  [[nodiscard]] double nodes() const { return hops.empty() ? seeds : hops.back().nodes; }
  /// Of all hops together.
  [[nodiscard]] double edges() const {
    double sum = 0;
    for (const SampledHop& hop : hops) sum += hop.edges;
    return sum;
  }
};

/// Neighbour sampling (Hamilton et al., arXiv 1706.02216): hop by hop every node so far draws up to `fan_outs[hop]` of
/// its edges, without repetition unless `replace`. `fresh_only` lets only nodes draw that the hop before has added (a
/// subgraph, as in PyTorch Geometric). In an undirected graph the degrees are those of both directions; with
/// `popularity`, nodes are ends of edges by that law, independent of the one by which they draw.
struct NeighborSampler {
  double seeds = 1;
  std::vector<double> fan_outs{};
  bool replace = false;
  bool fresh_only = false;
  const DegreeDistribution* popularity = nullptr;
};
SampledBatch expected_batch(const DegreeDistribution& degrees, const NeighborSampler& sampler);

/// Random walks from each root, `length` steps along any edge; the batch is the graph between the nodes that were
/// visited (Zeng et al., arXiv 1907.04931). The one hop has the edges of that graph; `drawn` counts steps.
struct WalkSampler {
  double roots = 1;
  std::int64_t length = 1;
};
SampledBatch expected_batch(const DegreeDistribution& degrees, const WalkSampler& sampler);

/// Expected different nodes of one walk of so many steps, its root included.
double expected_range(const DegreeDistribution& degrees, std::int64_t length);

/// Layer-wise sampling (Zou et al., arXiv 1911.07323): each layer draws `layer_nodes[hop]` different nodes among the
/// neighbours of the layer before, each with a weight of its edges to it; a hop's edges are those between two layers.
struct LayerSampler {
  double seeds = 1;
  std::vector<double> layer_nodes{};
};
SampledBatch expected_batch(const DegreeDistribution& degrees, const LayerSampler& sampler);

/// Cluster sampling (Chiang et al., arXiv 1905.07953): a batch is the graph within `per_batch` of `clusters` equal
/// parts; `cut` is the share of edges between parts.
struct ClusterSampler {
  double clusters = 1;
  double per_batch = 1;
  double cut = 0;
};
SampledBatch expected_batch(const DegreeDistribution& degrees, const ClusterSampler& sampler);

/// All nodes and edges.
SampledBatch whole_graph(const DegreeDistribution& degrees);

}  // namespace ridgepoint
