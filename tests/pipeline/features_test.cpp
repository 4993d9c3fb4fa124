// Where a batch finds its features: caches and partitions against samples of a real graph.

#include "pipeline/features.hpp"

#include "tests/graph/random_graph.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using simulated::Random;

struct Setting {
  std::vector<std::int64_t> degrees;
  simulated::RandomGraph graph;
  SampledBatch batch;
};

constexpr std::size_t kNodes = 20000;
constexpr std::size_t kSeeds = 50;
const std::vector<double> kFanOuts{10, 5};

Setting make_setting(Random& random) {
  Setting s;
  s.degrees = simulated::degrees_by(power_law_degrees({.nodes = kNodes, .edges = 12.0 * kNodes, .exponent = 2.3}));
  s.graph = simulated::undirected_graph(s.degrees, random);
  s.batch = expected_batch(counted_degrees(s.degrees), NeighborSampler{.seeds = kSeeds, .fan_outs = kFanOuts});
  return s;
}

simulated::Nodes nodes_of_batch(const Setting& s, Random& random) {
  simulated::Members members = simulated::some_nodes(kNodes, kSeeds, random);
  for (const double fan_out : kFanOuts) {
    const simulated::Nodes sources = members.list();
    for (const std::size_t node : sources) {
      for (const std::size_t end :
           simulated::draw(s.graph.neighbours[node], static_cast<std::size_t>(fan_out), false, random))
        members.add(end);
    }
  }
  return members.list();
}

TEST_CASE("a cache of the nodes with most edges hits as often as in real batches", "[pipeline]") {
  Random random(31);
  const Setting s = make_setting(random);
  simulated::Nodes by_degree(kNodes);
  for (std::size_t i = 0; i < kNodes; ++i) by_degree[i] = i;
  std::stable_sort(by_degree.begin(), by_degree.end(),
                   [&](std::size_t a, std::size_t b) { return s.degrees[a] > s.degrees[b]; });
  for (const std::size_t rows : {200U, 2000U, 10000U}) {
    std::vector<bool> cached(kNodes, false);
    for (std::size_t i = 0; i < rows; ++i) cached[by_degree[i]] = true;
    double hits = 0;
    double all = 0;
    for (int batch = 0; batch < 60; ++batch) {
      for (const std::size_t node : nodes_of_batch(s, random)) {
        hits += cached[node] ? 1 : 0;
        ++all;
      }
    }
    CAPTURE(rows);
    CHECK(AccessLaw::of_counts(s.batch.rows).top_share(static_cast<double>(rows)) == Approx(hits / all).margin(0.01));
  }
}

// Parts of equal size; an edge leads to another part with a probability.
TEST_CASE("rows on other machines are those of a real division", "[pipeline]") {
  constexpr std::size_t kParts = 4;
  constexpr double kCut = 0.3;
  Random random(41);
  std::bernoulli_distribution leaves(kCut);
  simulated::RandomGraph graph{std::vector<simulated::Nodes>(40000)};
  const std::size_t size = graph.nodes() / kParts;
  for (std::size_t i = 0; i < graph.nodes(); ++i) {
    for (int k = 0; k < 8; ++k) {
      const std::size_t part =
          leaves(random) ? (i / size + 1 + simulated::below(kParts - 1, random)) % kParts : i / size;
      const std::size_t other = part * size + simulated::below(size, random);
      graph.neighbours[i].push_back(other);
      graph.neighbours[other].push_back(i);
    }
  }
  std::vector<std::int64_t> degrees;
  for (std::size_t i = 0; i < graph.nodes(); ++i) degrees.push_back(static_cast<std::int64_t>(graph.degree(i)));
  const std::vector<double> fan_outs{5, 5};
  double remote = 0;
  constexpr int kSamples = 40;
  for (int sample = 0; sample < kSamples; ++sample) {
    simulated::Members members(graph.nodes());
    while (members.size() < 50) members.add(simulated::below(size, random));  // of the first part
    for (const double fan_out : fan_outs) {
      const simulated::Nodes sources = members.list();
      for (const std::size_t node : sources) {
        for (const std::size_t end :
             simulated::draw(graph.neighbours[node], static_cast<std::size_t>(fan_out), false, random))
          members.add(end);
      }
    }
    for (const std::size_t node : members.list()) remote += node >= size ? 1.0 / kSamples : 0;
  }
  const SampledBatch batch =
      expected_batch(counted_degrees(degrees), NeighborSampler{.seeds = 50, .fan_outs = fan_outs});
  // Nodes that meet twice are counted over the whole graph, and meet more often within a part.
  CHECK(remote_rows(batch, kParts, kCut) == Approx(remote).epsilon(0.05));
  // A random division leaves the same share everywhere.
  const double nodes = batch.nodes() - batch.seeds;
  CHECK(remote_rows(batch, kParts, 0.75) == Approx(0.75 * nodes));
  CHECK(remote_rows(batch, 1, 0) == 0);
}

}  // namespace
}  // namespace ridgepoint
