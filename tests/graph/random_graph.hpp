#pragma once
// Random graphs with given degrees, and samplers that really draw from them, to hold formulas against.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "graph/degrees.hpp"

namespace ridgepoint::simulated {

using Nodes = std::vector<std::size_t>;
using Random = std::mt19937_64;

/// A graph by the neighbours that each node can draw; an edge may be there twice.
struct RandomGraph {
  std::vector<Nodes> neighbours;
  [[nodiscard]] std::size_t nodes() const { return neighbours.size(); }
  [[nodiscard]] std::size_t degree(std::size_t node) const { return neighbours[node].size(); }
};

/// Whole degrees of single nodes that follow a law; their sum is even.
inline std::vector<std::int64_t> degrees_by(const DegreeDistribution& law) {
  std::vector<std::int64_t> degrees;
  double due = 0;
  for (const DegreeClass& c : law.classes()) {
    for (due += c.nodes; due >= 0.5; due -= 1) degrees.push_back(std::llround(c.degree));
  }
  if (std::accumulate(degrees.begin(), degrees.end(), std::int64_t{0}) % 2 == 1) ++degrees.back();
  return degrees;
}

/// One entry for every edge of every node.
inline Nodes stubs_of(std::span<const std::int64_t> degrees) {
  Nodes stubs;
  for (std::size_t i = 0; i < degrees.size(); ++i) stubs.insert(stubs.end(), static_cast<std::size_t>(degrees[i]), i);
  return stubs;
}

/// Ends of edges are joined at random.
inline RandomGraph undirected_graph(std::span<const std::int64_t> degrees, Random& random) {
  Nodes stubs = stubs_of(degrees);
  std::shuffle(stubs.begin(), stubs.end(), random);
  RandomGraph graph{std::vector<Nodes>(degrees.size())};
  for (std::size_t i = 0; i + 1 < stubs.size(); i += 2) {
    graph.neighbours[stubs[i]].push_back(stubs[i + 1]);
    graph.neighbours[stubs[i + 1]].push_back(stubs[i]);
  }
  return graph;
}

/// Node i draws `drawn[i]` edges, and is the end of `reached[i]`.
inline RandomGraph directed_graph(std::span<const std::int64_t> drawn, std::span<const std::int64_t> reached,
                                  Random& random) {
  Nodes ends = stubs_of(reached);
  std::shuffle(ends.begin(), ends.end(), random);
  RandomGraph graph{std::vector<Nodes>(drawn.size())};
  std::size_t at = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    for (std::int64_t k = 0; k < drawn[i] && at < ends.size(); ++k) graph.neighbours[i].push_back(ends[at++]);
  }
  return graph;
}

/// Nodes that a batch has, in the order in which they came.
class Members {
 public:
  explicit Members(std::size_t nodes) : in_(nodes, false) {}
  void add(std::size_t node) {
    if (in_[node]) return;
    in_[node] = true;
    list_.push_back(node);
  }
  [[nodiscard]] bool has(std::size_t node) const { return in_[node]; }
  [[nodiscard]] const Nodes& list() const { return list_; }
  [[nodiscard]] std::size_t size() const { return list_.size(); }

 private:
  std::vector<bool> in_;
  Nodes list_;
};

inline std::size_t below(std::size_t limit, Random& random) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// `count` different nodes.
inline Members some_nodes(std::size_t nodes, std::size_t count, Random& random) {
  Members members(nodes);
  while (members.size() < count) members.add(below(nodes, random));
  return members;
}

/// Seeds of one sample after the other, until every node was one: what samples have on average is then not left to the
/// chance of a few seeds.
class SeedOrder {
 public:
  SeedOrder(std::size_t nodes, Random& random) : order_(nodes) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::shuffle(order_.begin(), order_.end(), random);
  }
  Members take(std::size_t count) {
    Members seeds(order_.size());
    for (; seeds.size() < count; at_ = (at_ + 1) % order_.size()) seeds.add(order_[at_]);
    return seeds;
  }

 private:
  Nodes order_;
  std::size_t at_ = 0;
};

/// Nodes and edges of a sample, by hop.
struct Counts {
  std::vector<double> nodes;
  std::vector<double> edges;

  Counts& operator+=(const Counts& other) {
    nodes.resize(other.nodes.size());
    edges.resize(other.edges.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] += other.nodes[i];
    for (std::size_t i = 0; i < edges.size(); ++i) edges[i] += other.edges[i];
    return *this;
  }
};

/// The mean of several samples.
template <class Sample>
Counts mean_of(int samples, Sample sample) {
  Counts sum;
  for (int i = 0; i < samples; ++i) sum += sample();
  for (double& n : sum.nodes) n /= samples;
  for (double& e : sum.edges) e /= samples;
  return sum;
}

/// Up to `fan_out` of a node's neighbours: without repetition the first of a shuffle.
inline Nodes draw(Nodes neighbours, std::size_t fan_out, bool replace, Random& random) {
  if (neighbours.empty()) return {};
  Nodes drawn;
  if (replace) {
    for (std::size_t i = 0; i < fan_out; ++i) drawn.push_back(neighbours[below(neighbours.size(), random)]);
    return drawn;
  }
  const std::size_t count = std::min(fan_out, neighbours.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(neighbours[i], neighbours[i + below(neighbours.size() - i, random)]);
    drawn.push_back(neighbours[i]);
  }
  return drawn;
}

inline Counts sample_neighbours(const RandomGraph& graph, Members members, const std::vector<double>& fan_outs,
                                bool replace, bool fresh_only, Random& random) {
  Counts counts;
  std::size_t from = 0;
  for (const double fan_out : fan_outs) {
    const Nodes sources(members.list().begin() + static_cast<std::ptrdiff_t>(fresh_only ? from : 0),
                        members.list().end());
    from = members.size();
    double edges = 0;
    for (const std::size_t node : sources) {
      for (const std::size_t end : draw(graph.neighbours[node], static_cast<std::size_t>(fan_out), replace, random)) {
        members.add(end);
        ++edges;
      }
    }
    counts.nodes.push_back(static_cast<double>(members.size()));
    counts.edges.push_back(edges);
  }
  return counts;
}

/// Entries of the graph between the nodes.
inline double edges_within(const RandomGraph& graph, const Members& members) {
  double edges = 0;
  for (const std::size_t node : members.list()) {
    for (const std::size_t end : graph.neighbours[node]) edges += members.has(end) ? 1 : 0;
  }
  return edges;
}

inline Counts walk(const RandomGraph& graph, const Members& starts, std::int64_t length, Random& random) {
  Members members(graph.nodes());
  for (std::size_t node : starts.list()) {
    members.add(node);
    for (std::int64_t step = 0; step < length && graph.degree(node) > 0; ++step) {
      node = graph.neighbours[node][below(graph.degree(node), random)];
      members.add(node);
    }
  }
  return {{static_cast<double>(members.size())}, {edges_within(graph, members)}};
}

}  // namespace ridgepoint::simulated
