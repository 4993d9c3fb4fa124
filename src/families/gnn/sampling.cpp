#include <fmt/format.h>

#include "families/gnn/parts.hpp"

namespace ridgepoint {

LayerSizes sampled_sizes(const std::vector<std::int64_t>& fan_outs, bool subgraph, Description& description) {
  const std::size_t hops = fan_outs.size();
  std::vector<std::string> nodes{"batch"};
  std::vector<std::string> edges;
  for (std::size_t hop = 1; hop <= hops; ++hop) {
    // A subgraph grows from the nodes that the last hop added; blocks sample for all that they have.
    const std::string seeds =
        subgraph && hop > 1 ? fmt::format("{} - {}", nodes[hop - 1], nodes[hop - 2]) : nodes[hop - 1];
    edges.push_back(fmt::format("e{}", hop));
    nodes.push_back(fmt::format("n{}", hop));
    description.parameters.push_back(
        {edges.back(), fmt::format("max(1, sampled({}, {}, nodes, edges))", seeds, fan_outs[hop - 1])});
    description.parameters.push_back(
        {nodes.back(), fmt::format("reached(nodes, {}, {})", nodes[hop - 1], edges.back())});
  }
  LayerSizes sizes;
  std::string all_edges = edges.front();
  for (std::size_t hop = 1; hop < hops; ++hop) all_edges += " + " + edges[hop];
  for (std::size_t i = 0; i < hops; ++i) {
    sizes.sources.push_back(subgraph ? nodes.back() : nodes[hops - i]);
    sizes.targets.push_back(subgraph ? nodes.back() : nodes[hops - i - 1]);
    sizes.edges.push_back(subgraph ? all_edges : edges[hops - i - 1]);
  }
  return sizes;
}

}  // namespace ridgepoint
