// Expected nodes and edges of neighbour sampling, in a graph that is random but for its degrees (Molloy and Reed 1995).
//
// Seen from a node that is still outside, the nodes at its edges do not know of each other: whether each has drawn this
// edge by now is a probability theta of its own, that of a neighbour which itself was reached over one of its other
// edges (message passing on a tree: Newman, Networks, chapter 15). A node with d edges is outside with (1 - s) theta^d.
// Edges lead to nodes by their degree, so the neighbour's degree is size-biased.

#include <algorithm>
#include <cmath>

#include "graph/sampled_batch.hpp"

namespace ridgepoint {
namespace {

/// One hop after the other; vectors are by class of the law by which nodes draw.
class HopByHop {
 public:
  HopByHop(const DegreeDistribution& degrees, const NeighborSampler& sampler)
      : degrees_(degrees),
        sampler_(sampler),
        seeded_(std::min(1.0, sampler.seeds / degrees.nodes())),
        joined_(degrees.classes().size(), 0),
        silent_(degrees.classes().size(), 0),
        drew_(degrees.classes().size(), 0) {}

  SampledBatch run() {
    SampledBatch batch{.seeds = degrees_.nodes() * seeded_};
    double before = batch.seeds;
    for (const double fan_out : sampler_.fan_outs) {
      SampledHop hop = draw(fan_out);
      hop.nodes = count_members();
      hop.fresh = hop.nodes - before;
      before = hop.nodes;
      batch.hops.push_back(hop);
    }
    const DegreeDistribution& ends = reached_by();
    for (const DegreeClass& c : ends.classes()) batch.rows.push_back({c.nodes, member(c.degree)});
    return batch;
  }

 private:
  [[nodiscard]] bool directed() const { return sampler_.popularity != nullptr; }
  [[nodiscard]] const DegreeDistribution& reached_by() const { return directed() ? *sampler_.popularity : degrees_; }

  // Whether a node with so many edges towards it is in the batch, when each missed it with theta.
  [[nodiscard]] double member(double edges) const { return 1 - (1 - seeded_) * std::pow(theta_, edges); }

  [[nodiscard]] double count_members() const {
    double sum = 0;
    for (const DegreeClass& c : reached_by().classes()) sum += c.nodes * member(c.degree);
    return sum;
  }

  // The share of a class's nodes that are in the batch; of those at the end of an edge from outside, when `cavity`.
  [[nodiscard]] double members(const DegreeClass& c, bool cavity) const {
    if (directed()) return any_member_;
    return member(cavity ? std::max(0.0, c.degree - 1) : c.degree);
  }

  // The share of a node's edges that it takes.
  [[nodiscard]] double taken(double degree, double fan_out) const {
    if (degree <= 0) return 0;
    return sampler_.replace ? 1 - std::pow(1 - 1 / degree, fan_out) : std::min(1.0, fan_out / degree);
  }

  // All members draw, or those that the last hop added; theta becomes what this leaves.
  SampledHop draw(double fan_out) {
    SampledHop hop{.fan_out = fan_out};
    double missed = 0;
    any_member_ = count_members() / reached_by().nodes();
    const auto& classes = degrees_.classes();
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const DegreeClass& c = classes[i];
      const double inside = members(c, false);
      const double sources = c.nodes * (sampler_.fresh_only ? inside - drew_[i] : inside);
      drew_[i] = inside;
      hop.sources += sources;
      if (c.degree > fan_out && !sampler_.replace) hop.choosing += sources;
      if (c.degree > 0) hop.edges += sources * (sampler_.replace ? fan_out : std::min(fan_out, c.degree));
      missed += c.nodes * c.degree * unused(i, fan_out);
    }
    theta_ = degrees_.edges() > 0 ? missed / degrees_.edges() : 1;
    return hop;
  }

  // Whether the node at the end of an edge has not drawn it after this hop.
  double unused(std::size_t i, double fan_out) {
    const DegreeClass& c = degrees_.classes()[i];
    const double inside = members(c, true);
    const double added = inside - joined_[i];
    joined_[i] = inside;
    const double keeps = 1 - taken(c.degree, fan_out);
    silent_[i] = sampler_.fresh_only ? silent_[i] + added * keeps : (silent_[i] + added) * keeps;
    return 1 - inside + silent_[i];
  }

  const DegreeDistribution& degrees_;
  const NeighborSampler& sampler_;
  double seeded_;
  double theta_ = 1;
  double any_member_ = 0;       ///< the share of all nodes that is in the batch
  std::vector<double> joined_;  ///< of a class's nodes at edges from outside, the share that is in the batch
  std::vector<double> silent_;  ///< of these the ones that never drew that edge
  std::vector<double> drew_;    ///< of all nodes of a class, the share that has drawn
};

}  // namespace

SampledBatch expected_batch(const DegreeDistribution& degrees, const NeighborSampler& sampler) {
  return HopByHop(degrees, sampler).run();
}

SampledBatch whole_graph(const DegreeDistribution& degrees) {
  SampledBatch batch{.seeds = degrees.nodes(), .rows = {{degrees.nodes(), 1}}};
  batch.hops = {{.sources = degrees.nodes(), .edges = degrees.edges(), .nodes = degrees.nodes()}};
  return batch;
}

}  // namespace ridgepoint
