#include "calibrate/cpu/graph.hpp"

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/buffer.hpp"

namespace ridgepoint::cpu {
namespace {

// A density of degrees ~ d^-2.5 is a rank law ~ rank^(-1 / 1.5).
constexpr double kRankExponent = 1 / 1.5;

double uniform(std::uint64_t position) { return (static_cast<double>(random_bits(position)) + 0.5) * 0x1p-32; }

}  // namespace

Graph power_law_graph(std::int64_t rows, std::int64_t columns, std::int64_t edges) {
  Graph graph{.columns = columns};
  // The weight of a row is that of a random rank; degrees are the differences of the rounded running sum, which add up.
  std::vector<double> sums(static_cast<std::size_t>(rows) + 1, 0);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double rank = uniform(static_cast<std::uint64_t>(i)) * static_cast<double>(rows) + 1;
    sums[static_cast<std::size_t>(i) + 1] = sums[static_cast<std::size_t>(i)] + std::pow(rank, -kRankExponent);
  }
  const double scale = static_cast<double>(edges) / sums.back();
  for (const double sum : sums)
    graph.starts.push_back(std::min(edges, static_cast<std::int64_t>(std::llround(sum * scale))));
  graph.starts.back() = edges;
  graph.neighbors.resize(static_cast<std::size_t>(edges));
  const auto most = static_cast<std::uint64_t>(columns) - 1;
  const double power = 1 - kRankExponent;
  for (std::int64_t i = 0; i < edges; ++i) {
    const double share = std::pow(uniform(static_cast<std::uint64_t>(i) + (1ULL << 50)), 1 / power);
    const auto rank = std::min(most, static_cast<std::uint64_t>(share * static_cast<double>(columns)));
    graph.neighbors[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(rank * 2654435761ULL % (most + 1));
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto begin = graph.neighbors.begin();
    std::sort(begin + graph.starts[static_cast<std::size_t>(row)],
              begin + graph.starts[static_cast<std::size_t>(row) + 1]);
  }
  return graph;
}

}  // namespace ridgepoint::cpu
