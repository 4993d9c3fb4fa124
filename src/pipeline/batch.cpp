#include "pipeline/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/human.hpp"
#include "graph/graph_file.hpp"

namespace ridgepoint {
namespace {

/// The degrees by which nodes draw, and by which they are drawn.
struct Degrees {
  DegreeDistribution drawn{{}};
  DegreeDistribution reached{{}};
  double isolated = 0;
};

// A law about its own number of nodes and edges; `sparse` relations have fewer edges than nodes, and no law but that.
DegreeDistribution by_law(const GraphPlan& graph, double nodes, double edges) {
  if (graph.law != DegreeLaw::kPower || edges < 2 * nodes) return even_degrees(nodes, edges);
  PowerLaw law{.nodes = nodes, .edges = edges, .exponent = graph.exponent, .largest = graph.largest};
  if (law.largest) law.largest = std::clamp(*law.largest, std::ceil(edges / nodes), nodes - 1);
  return power_law_degrees(law);
}

Degrees from_file(const GraphPlan& graph) {
  const GraphFile file = read_graph(
      graph.file, {.directed = graph.directed, .nodes = static_cast<std::int64_t>(std::llround(graph.nodes))});
  if (std::abs(static_cast<double>(file.edges) - graph.edges) > 0.005 * graph.edges) {
    throw InputError(
        {fmt::format("the graph has {} edges, and the network's \"edges\" are {:.0f}", file.edges, graph.edges),
         fmt::format("--set edges={}", file.edges)},
        {.file = graph.file});
  }
  return {file.drawn, file.reached, static_cast<double>(file.isolated)};
}

Degrees degrees_of(const GraphPlan& graph) {
  if (graph.law == DegreeLaw::kFile) return from_file(graph);
  if (graph.law == DegreeLaw::kList) {
    const DegreeDistribution listed(graph.listed);
    return {listed, listed};
  }
  PowerLaw law{.nodes = graph.nodes, .edges = graph.edges, .exponent = graph.exponent, .largest = graph.largest};
  const DegreeDistribution degrees =
      graph.law == DegreeLaw::kPower ? power_law_degrees(law) : even_degrees(graph.nodes, graph.edges);
  return {degrees, degrees};
}

void add(Sizes& sizes, std::string name, double value) {
  sizes.emplace_back(std::move(name), std::max(0.0, std::round(value)));
}

PlannedBatch relational_batch(const PipelinePlan& plan) {
  RelationalGraph graph{.nodes = plan.graph.types};
  for (const RelationPlan& r : plan.graph.relations) {
    graph.relations.push_back({.source = r.source,
                               .target = r.target,
                               .drawn = by_law(plan.graph, plan.graph.types[r.target], r.edges),
                               .reached = by_law(plan.graph, plan.graph.types[r.source], r.edges)});
  }
  const RelationalBatch sampled = expected_batch(graph, plan.sampler.batch, plan.sampler.fan_outs);
  PlannedBatch planned{.batch = sampled.all, .degrees = even_degrees(plan.graph.nodes, plan.graph.edges)};
  for (std::size_t hop = 0; hop < sampled.nodes.size(); ++hop) {
    for (std::size_t t = 0; t < sampled.nodes[hop].size(); ++t)
      add(planned.sizes, fmt::format("n{}_{}", hop + 1, t), sampled.nodes[hop][t]);
    for (std::size_t i = 0; i < sampled.edges[hop].size(); ++i)
      add(planned.sizes, fmt::format("e{}_{}", hop + 1, i), sampled.edges[hop][i]);
  }
  return planned;
}

SampledBatch sampled(const SamplerPlan& s, bool directed, const Degrees& degrees) {
  switch (s.kind) {
    case SamplerKind::kNeighbors:
      return expected_batch(degrees.drawn, NeighborSampler{.seeds = s.batch,
                                                           .fan_outs = s.fan_outs,
                                                           .replace = s.replace,
                                                           .fresh_only = s.fresh_only,
                                                           .popularity = directed ? &degrees.reached : nullptr});
    case SamplerKind::kWalks:
      return expected_batch(degrees.drawn, WalkSampler{.roots = s.batch, .length = s.walk_length});
    case SamplerKind::kLayers:
      return expected_batch(degrees.drawn, LayerSampler{.seeds = s.batch, .layer_nodes = s.layer_nodes});
    case SamplerKind::kClusters:
      return expected_batch(
          degrees.drawn,
          ClusterSampler{.clusters = s.clusters, .per_batch = s.clusters_per_batch, .cut = s.cluster_cut});
    case SamplerKind::kWhole: break;
  }
  return whole_graph(degrees.drawn);
}

}  // namespace

PlannedBatch plan_batch(const PipelinePlan& plan) {
  if (!plan.graph.types.empty()) return relational_batch(plan);
  const Degrees degrees = degrees_of(plan.graph);
  PlannedBatch planned{.batch = sampled(plan.sampler, plan.graph.directed, degrees),
                       .degrees = degrees.drawn,
                       .isolated = degrees.isolated};
  const SamplerKind kind = plan.sampler.kind;
  if (kind == SamplerKind::kWalks || kind == SamplerKind::kClusters) {
    add(planned.sizes, "nodes", std::max(1.0, planned.batch.nodes()));
    add(planned.sizes, "edges", std::max(1.0, planned.batch.edges()));
  }
  if (kind == SamplerKind::kNeighbors || kind == SamplerKind::kLayers) {
    for (std::size_t hop = 0; hop < planned.batch.hops.size(); ++hop) {
      add(planned.sizes, fmt::format("n{}", hop + 1), planned.batch.hops[hop].nodes);
      add(planned.sizes, fmt::format("e{}", hop + 1), std::max(1.0, planned.batch.hops[hop].edges));
    }
  }
  return planned;
}

}  // namespace ridgepoint
