#pragma once
// Graphs to measure on.

#include <cstdint>
#include <vector>

namespace ridgepoint::cpu {

/// A graph or sparse matrix in compressed rows.
struct Graph {
  std::int64_t columns = 0;
  std::vector<std::int64_t> starts;  ///< of each row in `neighbors`, and the end
  std::vector<std::int32_t> neighbors;

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  [[nodiscard]] std::int64_t edges() const { return starts.back(); }
  [[nodiscard]] std::int64_t degree(std::int64_t row) const {
    return starts[static_cast<std::size_t>(row) + 1] - starts[static_cast<std::size_t>(row)];
  }
};

/// A graph whose degrees follow a power law, as those of citations, purchases and links do (exponent near 2.5), in and
/// out, with exactly `edges` edges. The same numbers give the same graph.
Graph power_law_graph(std::int64_t rows, std::int64_t columns, std::int64_t edges);

}  // namespace ridgepoint::cpu
