#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// The nodes that `seeds`[n] and up to `fan_out` sampled neighbours of each are, as ids (Hamilton et al., arXiv
/// 1706.02216): one hop of a mini-batch. A seed gives fan_out edges with replacement, else no more than it has: the
/// mean degree at most, which is exact when all degrees are alike. The ends are uniform over the nodes, so that
/// expected_reached() says how many they are; `repeats` keeps every end as a node of its own (a tree).
struct NeighborSampling : OpBase {
  static constexpr std::string_view kName = "sample_neighbors";
  static constexpr std::string_view kEquation = "ids = seeds and up to fan_out drawn neighbours of each";
  static constexpr std::string_view kSource = "Hamilton et al., arXiv 1706.02216; expected values by uniform draws";
  static constexpr std::string_view kSummary = "one hop of sampled neighbours in a graph";
  static constexpr Category kCategory = Category::kDataPreparation;

  std::int64_t fan_out = 1;
  std::int64_t nodes = 1;
  std::int64_t edges = 1;
  bool replace = false;
  bool repeats = false;

  static auto fields() {
    return std::tuple{
        Field{"fan_out", &NeighborSampling::fan_out, "neighbours drawn for a seed", kRequired},
        Field{"nodes", &NeighborSampling::nodes, "nodes of the graph", kRequired},
        Field{"edges", &NeighborSampling::edges, "edges of the graph, directed", kRequired},
        Field{"replace", &NeighborSampling::replace, "whether a neighbour can be drawn twice for one seed"},
        Field{"repeats", &NeighborSampling::repeats, "whether a node that is reached twice stays twice"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_ids(inputs, 0);
    const std::int64_t seeds = inputs[0].shape.elements();
    if (seeds > nodes && !repeats) {
      throw OpError{"nodes",
                    {std::to_string(seeds) + " seeds in a graph of " + std::to_string(nodes) + " nodes",
                     "at least " + std::to_string(seeds) + " nodes, or \"repeats\""}};
    }
    const std::int64_t drawn = expected_edges(seeds, fan_out, nodes, edges, replace);
    return {{Shape{repeats ? checked_add(seeds, drawn) : reached(nodes, seeds, drawn)}, inputs[0].dtype}};
  }

  /// Reads two offsets for each seed and a neighbour's id for each draw, probes a hash table of the nodes met so far,
  /// writes the nodes and the edges' ends.
  void fprop(const Site& site, Kernels& kernels) const {
    const double seeds = static_cast<double>(site.in().elements());
    const auto drawn = static_cast<double>(expected_edges(site.in().elements(), fan_out, nodes, edges, replace));
    const double id = static_cast<double>(bits(site.inputs[0].dtype)) / 8;
    kernels.emplace_back(Gather{.lookups = drawn * (repeats ? 1 : 2),
                                .row_bytes = id,
                                .table_rows = static_cast<double>(edges),
                                .index_bytes = seeds * 3 * id,
                                .other_bytes = site.outputs[0].bytes().value() + 2 * drawn * id});
  }
  friend bool operator==(const NeighborSampling&, const NeighborSampling&) = default;

 private:
  static std::int64_t reached(std::int64_t nodes, std::int64_t seeds, std::int64_t drawn) {
    return std::max<std::int64_t>(
        1, nearest_integer(
               expected_reached(static_cast<double>(nodes), static_cast<double>(seeds), static_cast<double>(drawn))));
  }
};

}  // namespace ridgepoint
