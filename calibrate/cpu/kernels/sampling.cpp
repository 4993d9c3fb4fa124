// Neighbour sampling, the host's part of training graph networks: `neighbors` draws up to `fanout` different neighbours
// of each seed, `walk` goes `fanout` random steps from each seed.

#include <algorithm>
#include <limits>

#include "calibrate/cpu/graph.hpp"
#include "calibrate/cpu/microkernel.hpp"

namespace ridgepoint::cpu {
namespace {

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.04}, Seconds{0.08}, Seconds{0.2});
  const int count = by_effort(design, 4, 20, 50);
  const double most_edges = std::min(by_effort(design, 1e6, 1e7, 1e8), machine.available.value() / 64);
  std::vector<Point> points;
  // A few graphs, each with several ways to sample from it: building one takes longer than measuring on it.
  const int graphs = by_effort(design, 1, 4, 6);
  for (int graph = 0; graph < graphs; ++graph) {
    const double share = graphs == 1 ? 1 : static_cast<double>(graph) / (graphs - 1);
    const auto edges = static_cast<std::int64_t>(log_between(1e5, most_edges, share));
    const auto nodes =
        static_cast<std::int64_t>(static_cast<double>(edges) / log_between(4, 60, halton(design.first() + graph, 3)));
    for (int i = 0; i < count / graphs; ++i) {
      const std::int64_t seeds = usual_size(log_between(64, 8192, halton(i, 2)));
      const std::int64_t fanout = usual_size(log_between(3, 40, halton(i, 3)));
      points.push_back(
          make_point("sampling", "int32", budget, i % 2 == 0 ? "neighbors" : "walk", nodes, edges, seeds, fanout));
    }
  }
  return points;
}

/// A small fast generator (xorshift64*), one per thread and run.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL | 1U) {}
  std::int64_t below(std::int64_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    const std::uint64_t high = (state_ * 0x2545f4914f6cdd1dULL) >> 32;
    return static_cast<std::int64_t>((high * static_cast<std::uint64_t>(limit)) >> 32);
  }

 private:
  std::uint64_t state_;
};

struct Sampler {
  const Graph& graph;
  std::int64_t fanout;
  std::vector<std::int32_t> seeds;
  std::vector<std::int32_t> out;  ///< fanout per seed; -1 where there are no more

  [[nodiscard]] const std::int32_t* neighbors_of(std::int64_t node) const {
    return graph.neighbors.data() + graph.starts[static_cast<std::size_t>(node)];
  }

  // Floyd's: `fanout` different places among `degree`, without touching the others.
  void draw(std::int64_t node, std::int32_t* to, Random& random) const {
    const std::int64_t degree = graph.degree(node);
    const std::int32_t* const from = neighbors_of(node);
    if (degree <= fanout) {
      std::copy(from, from + degree, to);
      std::fill(to + degree, to + fanout, -1);
      return;
    }
    for (std::int64_t i = 0; i < fanout; ++i) {
      const std::int64_t last = degree - fanout + i;
      const auto place = static_cast<std::int32_t>(random.below(last + 1));
      const bool taken = std::find(to, to + i, place) != to + i;
      to[i] = taken ? static_cast<std::int32_t>(last) : place;
    }
    for (std::int64_t i = 0; i < fanout; ++i) to[i] = from[to[i]];
  }

  void walk(std::int64_t node, std::int32_t* to, Random& random) const {
    for (std::int64_t i = 0; i < fanout; ++i) {
      const std::int64_t degree = graph.degree(node);
      if (degree == 0) {
        std::fill(to + i, to + fanout, -1);
        return;
      }
      node = neighbors_of(node)[random.below(degree)];
      to[i] = static_cast<std::int32_t>(node);
    }
  }

  void run(const Team& team, bool walks, std::uint64_t turn) {
    team.split(std::ssize(seeds), 1, 64, [&](std::int64_t begin, std::int64_t end) {
      Random random(turn * 1000003 + static_cast<std::uint64_t>(begin) + 1);
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t node =
            (seeds[static_cast<std::size_t>(i)] + static_cast<std::int64_t>(turn) * 7919) % graph.rows();
        std::int32_t* const to = out.data() + i * fanout;
        walks ? walk(node, to, random) : draw(node, to, random);
      }
    });
  }
};

// Everything drawn is a neighbour of where it was drawn from.
void check(Sampler& sampler, const Team& team, bool walks) {
  sampler.run(team, walks, 0);
  for (std::size_t i = 0; i < sampler.seeds.size(); ++i) {
    std::int64_t node = sampler.seeds[i];
    for (std::int64_t j = 0; j < sampler.fanout; ++j) {
      const std::int32_t drawn =
          sampler.out[i * static_cast<std::size_t>(sampler.fanout) + static_cast<std::size_t>(j)];
      if (drawn < 0) break;
      const std::int32_t* const from = sampler.neighbors_of(node);
      if (!std::binary_search(from, from + sampler.graph.degree(node), drawn)) {
        throw std::runtime_error(fmt::format("{} was drawn, which is no neighbour of {}", drawn, node));
      }
      if (walks) node = drawn;
    }
  }
}

// The last graph is kept: several points in a row use it.
const Graph& graph_of(std::int64_t nodes, std::int64_t edges) {
  static Graph graph;
  if (graph.starts.empty() || graph.rows() != nodes || graph.edges() != edges)
    graph = power_law_graph(nodes, nodes, edges);
  return graph;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const bool walks = point.word("op") == "walk";
  if (!walks && point.word("op") != "neighbors") return bench.cannot("no sampling " + point.word("op"));
  const std::int64_t nodes = point.number("nodes");
  if (nodes > std::numeric_limits<std::int32_t>::max()) return bench.cannot("indices have 32 bits");
  const std::int64_t seeds = point.number("seeds");
  const std::int64_t fanout = point.number("fanout");
  const double bytes = 4 * static_cast<double>(point.number("edges")) + 16 * static_cast<double>(nodes) +
                       4 * static_cast<double>(seeds) * static_cast<double>(fanout + 1);
  if (!bench.fits(bytes)) return std::nullopt;
  Sampler sampler{.graph = graph_of(nodes, point.number("edges")),
                  .fanout = fanout,
                  .seeds = std::vector<std::int32_t>(static_cast<std::size_t>(seeds)),
                  .out = std::vector<std::int32_t>(static_cast<std::size_t>(seeds * fanout))};
  for (std::size_t i = 0; i < sampler.seeds.size(); ++i) {
    sampler.seeds[i] = static_cast<std::int32_t>(random_bits(i) % static_cast<std::uint64_t>(nodes));
  }
  check(sampler, bench.team, walks);
  std::uint64_t turn = 1;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i) sampler.run(bench.team, walks, turn++);
  });
}

}  // namespace

const CpuMicrokernel kSampling{
    {"sampling", "sampling",
     "fan-outs and random walks on a graph with degrees of a power law, on all cores; other seeds in "
     "every run"},
    points,
    measure};

}  // namespace ridgepoint::cpu
