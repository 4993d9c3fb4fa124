// Expected sizes of samples against samplers that draw from random graphs.

#include "graph/relational.hpp"
#include "graph/sampled_batch.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using simulated::Counts;
using simulated::Random;

constexpr double kOnePercent = 0.01;
constexpr std::size_t kSeeds = 200;

struct Law {
  const char* name;
  DegreeDistribution degrees;
};

// Sparse and dense, alike and skewed.
std::vector<Law> laws() {
  constexpr double kNodes = 8000;
  return {{"even, mean 3.5", even_degrees(kNodes, 3.5 * kNodes)},
          {"even, mean 20", even_degrees(kNodes, 20 * kNodes)},
          {"exponent 2.5", power_law_degrees({.nodes = kNodes, .edges = 8 * kNodes, .exponent = 2.5})},
          {"exponent 2.1", power_law_degrees({.nodes = kNodes, .edges = 15 * kNodes, .exponent = 2.1})},
          {"largest 2000", power_law_degrees({.nodes = kNodes, .edges = 25 * kNodes, .largest = 2000})}};
}

void expect_hops(const SampledBatch& batch, const Counts& counts, double tolerance) {
  REQUIRE(batch.hops.size() == counts.nodes.size());
  for (std::size_t i = 0; i < counts.nodes.size(); ++i) {
    CAPTURE(i);
    CHECK(batch.hops[i].nodes == Approx(counts.nodes[i]).epsilon(tolerance));
    CHECK(batch.hops[i].edges == Approx(counts.edges[i]).epsilon(tolerance));
  }
}

TEST_CASE("nodes and edges of neighbour sampling are those of real samples", "[graph]") {
  const std::vector<std::vector<double>> fan_outs{{15, 10, 5}, {3, 3, 3}, {25, 10}, {40}};
  Random random(7);
  for (const Law& law : laws()) {
    const std::vector<std::int64_t> degrees = simulated::degrees_by(law.degrees);
    const DegreeDistribution counted = counted_degrees(degrees);
    const simulated::RandomGraph graph = simulated::undirected_graph(degrees, random);
    for (std::size_t i = 0; i < fan_outs.size(); ++i) {
      for (const bool replace : {false, true}) {
        if (replace && i > 0) continue;
        const bool fresh = i % 2 == 1;
        CAPTURE(law.name, i, replace);
        const NeighborSampler sampler{
            .seeds = kSeeds, .fan_outs = fan_outs[i], .replace = replace, .fresh_only = fresh};
        simulated::SeedOrder seeds(graph.nodes(), random);
        const Counts counts = simulated::mean_of(40, [&] {
          return simulated::sample_neighbours(graph, seeds.take(kSeeds), fan_outs[i], replace, fresh, random);
        });
        expect_hops(expected_batch(counted, sampler), counts, 1.5 * kOnePercent);
      }
    }
  }
}

TEST_CASE("a batch that takes much of the graph stops at what there is", "[graph]") {
  Random random(11);
  const std::vector<std::int64_t> degrees =
      simulated::degrees_by(power_law_degrees({.nodes = 5000, .edges = 60000, .exponent = 2.4}));
  const simulated::RandomGraph graph = simulated::undirected_graph(degrees, random);
  const DegreeDistribution counted = counted_degrees(degrees);
  const std::vector<double> fan_outs{10, 10, 10, 10};
  const Counts counts = simulated::mean_of(4, [&] {
    return simulated::sample_neighbours(graph, simulated::some_nodes(graph.nodes(), 2000, random), fan_outs, false,
                                        false, random);
  });
  const SampledBatch batch = expected_batch(counted, NeighborSampler{.seeds = 2000, .fan_outs = fan_outs});
  expect_hops(batch, counts, kOnePercent);
  CHECK(batch.nodes() <= counted.nodes());
}

TEST_CASE("directed edges are drawn by one law and reached by another", "[graph]") {
  constexpr double kNodes = 10000;
  Random random(13);
  std::vector<std::int64_t> drawn =
      simulated::degrees_by(power_law_degrees({.nodes = kNodes, .edges = 10 * kNodes, .exponent = 2.6}));
  std::vector<std::int64_t> reached =
      simulated::degrees_by(power_law_degrees({.nodes = kNodes, .edges = 10 * kNodes, .exponent = 2.2}));
  std::shuffle(reached.begin(), reached.end(), random);
  const simulated::RandomGraph graph = simulated::directed_graph(drawn, reached, random);
  for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = static_cast<std::int64_t>(graph.degree(i));
  const DegreeDistribution by = counted_degrees(drawn);
  const DegreeDistribution ends = counted_degrees(reached);
  const std::vector<double> fan_outs{15, 10, 5};
  simulated::SeedOrder seeds(graph.nodes(), random);
  const Counts counts = simulated::mean_of(
      50, [&] { return simulated::sample_neighbours(graph, seeds.take(kSeeds), fan_outs, false, false, random); });
  expect_hops(expected_batch(by, NeighborSampler{.seeds = kSeeds, .fan_outs = fan_outs, .popularity = &ends}), counts,
              2 * kOnePercent);
}

TEST_CASE("rows of a batch add up to its nodes, and nodes with more edges are likelier in it", "[graph]") {
  for (const Law& law : laws()) {
    CAPTURE(law.name);
    const SampledBatch batch = expected_batch(law.degrees, NeighborSampler{.seeds = 500, .fan_outs = {15, 10, 5}});
    double rows = 0;
    double before = 0;
    for (const RowCount& c : batch.rows) {
      rows += c.rows * c.weight;
      CHECK(c.weight >= before);
      before = c.weight;
    }
    CHECK(rows == Approx(batch.nodes()).epsilon(1e-9));
  }
}

TEST_CASE("walks find as many nodes and edges as real walks", "[graph]") {
  Random random(17);
  for (const Law& law : laws()) {
    const std::vector<std::int64_t> degrees = simulated::degrees_by(law.degrees);
    const DegreeDistribution counted = counted_degrees(degrees);
    const simulated::RandomGraph graph = simulated::undirected_graph(degrees, random);
    for (const std::int64_t length : {1, 3, 10}) {
      CAPTURE(law.name, length);
      simulated::SeedOrder seeds(graph.nodes(), random);
      const Counts counts =
          simulated::mean_of(40, [&] { return simulated::walk(graph, seeds.take(kSeeds), length, random); });
      const SampledBatch batch = expected_batch(counted, WalkSampler{.roots = kSeeds, .length = length});
      CHECK(batch.nodes() == Approx(counts.nodes[0]).epsilon(1.5 * kOnePercent));
      CHECK(batch.edges() == Approx(counts.edges[0]).epsilon(5 * kOnePercent));
    }
  }
}

// Different nodes, one after the other, each with a weight of its edges to the layer.
Counts sample_layers(const simulated::RandomGraph& graph, simulated::Members all, const std::vector<double>& sizes,
                     Random& random) {
  simulated::Nodes layer = all.list();
  Counts counts;
  for (const double size : sizes) {
    std::vector<double> links(graph.nodes(), 0);
    for (const std::size_t node : layer) {
      for (const std::size_t end : graph.neighbours[node]) links[end] += 1;
    }
    // The smallest of exponential times with these rates come first: a draw without repetition.
    std::vector<std::pair<double, std::size_t>> times;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (links[i] > 0) times.emplace_back(std::exponential_distribution<double>(links[i])(random), i);
    }
    std::sort(times.begin(), times.end());
    times.resize(std::min(times.size(), static_cast<std::size_t>(size)));
    layer.clear();
    double edges = 0;
    for (const auto& [time, node] : times) {
      layer.push_back(node);
      all.add(node);
      edges += links[node];
    }
    counts.nodes.push_back(static_cast<double>(all.size()));
    counts.edges.push_back(edges);
  }
  return counts;
}

TEST_CASE("layers have as many nodes and edges as real ones", "[graph]") {
  Random random(19);
  // A node that was drawn has an edge back, which the formula does not know: it matters where there are few edges.
  const std::vector<double> sizes{400, 400, 400};
  for (const Law& law : laws()) {
    if (law.degrees.mean() < 8) continue;
    CAPTURE(law.name);
    const std::vector<std::int64_t> degrees = simulated::degrees_by(law.degrees);
    const simulated::RandomGraph graph = simulated::undirected_graph(degrees, random);
    simulated::SeedOrder seeds(graph.nodes(), random);
    const Counts counts =
        simulated::mean_of(40, [&] { return sample_layers(graph, seeds.take(kSeeds), sizes, random); });
    const SampledBatch batch =
        expected_batch(counted_degrees(degrees), LayerSampler{.seeds = kSeeds, .layer_nodes = sizes});
    expect_hops(batch, counts, 10 * kOnePercent);
  }
}

TEST_CASE("clusters keep the edges within them, and those between chosen ones", "[graph]") {
  // 40 parts of 250 nodes; a part of the edges leads anywhere, which is within the part now and then.
  constexpr std::size_t kParts = 40;
  constexpr std::size_t kSize = 250;
  Random random(23);
  simulated::RandomGraph graph{std::vector<simulated::Nodes>(kParts * kSize)};
  double edges = 0;
  double cut = 0;
  for (std::size_t i = 0; i < graph.nodes(); ++i) {
    for (int k = 0; k < 6; ++k) {
      const std::size_t other =
          k == 0 ? simulated::below(graph.nodes(), random) : i / kSize * kSize + simulated::below(kSize, random);
      graph.neighbours[i].push_back(other);
      graph.neighbours[other].push_back(i);
      edges += 2;
      cut += i / kSize != other / kSize ? 2 : 0;
    }
  }
  const Counts counts = simulated::mean_of(200, [&] {
    const simulated::Members parts = simulated::some_nodes(kParts, 8, random);
    simulated::Members members(graph.nodes());
    for (const std::size_t part : parts.list()) {
      for (std::size_t i = 0; i < kSize; ++i) members.add(part * kSize + i);
    }
    return Counts{{static_cast<double>(members.size())}, {simulated::edges_within(graph, members)}};
  });
  const SampledBatch batch = expected_batch(even_degrees(kParts * kSize, edges),
                                            ClusterSampler{.clusters = kParts, .per_batch = 8, .cut = cut / edges});
  expect_hops(batch, counts, kOnePercent);
}

TEST_CASE("hops over several types of nodes are those of real samples", "[graph]") {
  // Papers cite papers and have authors; authors write papers.
  Random random(29);
  const DegreeDistribution cites = power_law_degrees({.nodes = 8000, .edges = 80000, .exponent = 2.5});
  const DegreeDistribution authors = even_degrees(8000, 24000);
  const DegreeDistribution written = power_law_degrees({.nodes = 6000, .edges = 24000, .exponent = 2.8});
  const RelationalGraph graph{{8000, 6000},
                              {{.source = 0, .target = 0, .drawn = cites, .reached = cites},
                               {.source = 1, .target = 0, .drawn = authors, .reached = written},
                               {.source = 0, .target = 1, .drawn = written, .reached = authors}}};
  std::vector<simulated::RandomGraph> drawn;
  for (const Relation& r : graph.relations) {
    std::vector<std::int64_t> by = simulated::degrees_by(r.drawn);
    std::vector<std::int64_t> ends = simulated::degrees_by(r.reached);
    std::shuffle(by.begin(), by.end(), random);
    std::shuffle(ends.begin(), ends.end(), random);
    drawn.push_back(simulated::directed_graph(by, ends, random));
  }
  const std::vector<double> fan_outs{10, 5, 5};
  simulated::SeedOrder seeds(8000, random);
  const Counts counts = simulated::mean_of(80, [&] {
    std::vector<simulated::Members> members{seeds.take(100), simulated::Members(6000)};
    std::vector<std::size_t> from{0, 0};
    Counts result;
    for (const double fan_out : fan_outs) {
      const std::vector<simulated::Members> before = members;
      for (std::size_t i = 0; i < drawn.size(); ++i) {
        const Relation& r = graph.relations[i];
        double edges = 0;
        for (std::size_t k = from[r.target]; k < before[r.target].size(); ++k) {
          const std::size_t node = before[r.target].list()[k];
          if (node >= drawn[i].nodes()) continue;
          for (const std::size_t end :
               simulated::draw(drawn[i].neighbours[node], static_cast<std::size_t>(fan_out), false, random)) {
            members[r.source].add(end);
            ++edges;
          }
        }
        result.edges.push_back(edges);
      }
      for (std::size_t t = 0; t < members.size(); ++t) {
        from[t] = before[t].size();
        result.nodes.push_back(static_cast<double>(members[t].size()));
      }
    }
    return result;
  });
  const RelationalBatch batch = expected_batch(graph, 100, fan_outs);
  for (std::size_t hop = 0; hop < fan_outs.size(); ++hop) {
    for (std::size_t t = 0; t < 2; ++t) {
      CAPTURE(hop, t);
      CHECK(batch.nodes[hop][t] == Approx(counts.nodes[2 * hop + t]).epsilon(2 * kOnePercent));
    }
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(hop, i);
      CHECK(batch.edges[hop][i] == Approx(counts.edges[3 * hop + i]).epsilon(2 * kOnePercent));
    }
  }
  double rows = 0;
  for (const RowCount& c : batch.all.rows) rows += c.rows * c.weight;
  CHECK(rows == Approx(batch.all.nodes()).epsilon(0.01));
}

}  // namespace
}  // namespace ridgepoint
