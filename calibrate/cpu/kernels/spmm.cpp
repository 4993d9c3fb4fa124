// Sparse times dense: the aggregation of a graph network, with weights on the edges and degrees of a power law.

#include <algorithm>
#include <limits>

#include "calibrate/cpu/graph.hpp"
#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.05}, Seconds{0.1}, Seconds{0.25});
  const int count = by_effort(design, 6, 24, 60);
  const double most_edges = by_effort(design, 3e5, 2e6, 2e7);
  std::vector<Point> points;
  for (std::int64_t i = design.first(); i < design.first() + count; ++i) {
    const std::int64_t features = usual_size(log_between(8, 512, halton(i, 3)));
    const double degree = log_between(3, 100, halton(i, 5));
    const double edges = log_between(2e4, std::min(most_edges, machine.available.value() / 64), halton(i, 2));
    const double most_nodes = machine.available.value() / 16 / static_cast<double>(features * 4);
    const auto nodes = static_cast<std::int64_t>(std::clamp(edges / degree, 64.0, std::max(64.0, most_nodes)));
    points.push_back(make_point("spmm", "fp32", budget, nodes, nodes, static_cast<std::int64_t>(edges), features));
  }
  return points;
}

// Rows are shared so that each core has as many edges.
std::vector<std::int64_t> shares(const Graph& graph, int threads) {
  std::vector<std::int64_t> bounds{0};
  for (int thread = 1; thread < threads; ++thread) {
    const std::int64_t edge = graph.edges() * thread / threads;
    bounds.push_back(std::lower_bound(graph.starts.begin(), graph.starts.end() - 1, edge) - graph.starts.begin());
  }
  bounds.push_back(graph.rows());
  return bounds;
}

struct Product {
  Graph graph;
  std::int64_t features;
  std::span<const float> dense;
  std::vector<float> values;
  std::vector<float> out;
  std::vector<std::int64_t> bounds;
};

void run_rows(Product& p, std::int64_t begin, std::int64_t end) {
  const auto loop = best_loops().sparse_row;
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t start = p.graph.starts[static_cast<std::size_t>(row)];
    loop(p.values.data() + start, p.graph.neighbors.data() + start, p.graph.degree(row),
         p.graph.edges() - start - p.graph.degree(row), p.dense.data(), p.features, p.out.data() + row * p.features);
  }
}

void run(Product& p, const Team& team) {
  team.each([&](int thread) {
    const auto t = static_cast<std::size_t>(thread);
    run_rows(p, p.bounds[t], p.bounds[t + 1]);
  });
}

void check(Product& p, const Team& team) {
  run(p, team);
  for (const std::int64_t row : probes(p.graph.rows(), 31)) {
    for (const std::int64_t f : probes(p.features, 5)) {
      double sum = 0;
      double size = 1;
      for (std::int64_t i = p.graph.starts[static_cast<std::size_t>(row)];
           i < p.graph.starts[static_cast<std::size_t>(row) + 1]; ++i) {
        const auto at = static_cast<std::size_t>(i);
        sum += static_cast<double>(p.values[at]) *
               p.dense[static_cast<std::size_t>(p.graph.neighbors[at] * p.features + f)];
        size += 1;
      }
      expect_near(p.out[static_cast<std::size_t>(row * p.features + f)], sum, 1e-6 * size, "a row of the product");
    }
  }
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  if (point.dtype() != "fp32") return bench.cannot("sparse products are of fp32");
  const std::int64_t rows = point.number("rows");
  const std::int64_t cols = point.number("cols");
  const std::int64_t edges = point.number("nonzeros");
  const std::int64_t features = point.number("features");
  if (cols > std::numeric_limits<std::int32_t>::max()) return bench.cannot("indices have 32 bits");
  const double bytes = 4 * static_cast<double>(rows + cols) * static_cast<double>(features) +
                       8 * static_cast<double>(edges) + 24 * static_cast<double>(rows);
  if (!bench.fits(bytes)) return std::nullopt;
  Product product{.graph = power_law_graph(rows, cols, edges),
                  .features = features,
                  .dense = bench.arena.random(bench.team, cols * features),
                  .values = std::vector<float>(static_cast<std::size_t>(edges)),
                  .out = std::vector<float>(static_cast<std::size_t>(rows * features)),
                  .bounds = {}};
  fill_random(bench.team, product.values, 1);
  product.bounds = shares(product.graph, bench.team.size());
  check(product, bench.team);
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i) run(product, bench.team);
  });
}

}  // namespace

const CpuMicrokernel kSpmm{
    {"spmm", "spmm",
     "compressed rows times a dense matrix of fp32, degrees of a power law, with own vector loops; two "
     "operations per edge and feature"},
    points,
    measure};

}  // namespace ridgepoint::cpu
