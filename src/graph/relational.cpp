#include "graph/relational.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

/// The state between hops: whether an edge of a relation has not been drawn, and the nodes of each type.
class TypedHops {
 public:
  TypedHops(const RelationalGraph& graph, double seeds)
      : graph_(graph),
        seeded_(std::min(1.0, seeds / graph.nodes.front())),
        theta_(graph.relations.size(), 1),
        members_(graph.nodes.size(), 0),
        fresh_(graph.nodes.size(), 0) {
    members_[0] = fresh_[0] = graph.nodes[0] * seeded_;
  }

  void hop(double fan_out, RelationalBatch& batch) {
    SampledHop all{.fan_out = fan_out};
    std::vector<double> edges;
    for (std::size_t i = 0; i < graph_.relations.size(); ++i) {
      const Relation& r = graph_.relations[i];
      const double sources = fresh_[r.target];
      edges.push_back(sources * r.drawn.drawn(fan_out));
      all.sources += sources;
      all.choosing += sources * r.drawn.share_above(fan_out);
      all.edges += edges.back();
      // Every node draws once, so that no edge is drawn twice.
      if (r.drawn.edges() > 0) theta_[i] = std::max(0.0, theta_[i] - edges.back() / r.drawn.edges());
    }
    for (std::size_t t = 0; t < members_.size(); ++t) {
      const double now = std::max(members_[t], graph_.nodes[t] * (1 - outside(t)));
      fresh_[t] = now - members_[t];
      members_[t] = now;
      all.fresh += fresh_[t];
      all.nodes += now;
    }
    batch.edges.push_back(std::move(edges));
    batch.nodes.push_back(members_);
    batch.all.hops.push_back(all);
  }

  // Of each relation that reaches a type, its nodes by degree; the type's other relations count by their mean.
  void add_rows(RelationalBatch& batch) const {
    for (std::size_t t = 0; t < members_.size(); ++t) {
      const std::size_t widest = widest_relation(t);
      if (widest == graph_.relations.size()) {
        if (members_[t] > 0) batch.all.rows.push_back({graph_.nodes[t], members_[t] / graph_.nodes[t]});
        continue;
      }
      const Relation& r = graph_.relations[widest];
      const double others = outside(t) / std::max(1e-300, missed(widest));
      for (const DegreeClass& c : r.reached.classes()) {
        batch.all.rows.push_back({c.nodes, 1 - others * std::pow(theta_[widest], c.degree)});
      }
    }
  }

 private:
  // The share of a relation's sources that none of its edges has reached.
  [[nodiscard]] double missed(std::size_t relation) const {
    const Relation& r = graph_.relations[relation];
    double sum = 0;
    for (const DegreeClass& c : r.reached.classes()) sum += c.nodes * std::pow(theta_[relation], c.degree);
    return sum / r.reached.nodes();
  }

  [[nodiscard]] double outside(std::size_t type) const {
    double share = type == 0 ? 1 - seeded_ : 1;
    for (std::size_t i = 0; i < theta_.size(); ++i) {
      if (graph_.relations[i].source == type) share *= missed(i);
    }
    return share;
  }

  // The relation that reaches most nodes of a type, or their number.
  [[nodiscard]] std::size_t widest_relation(std::size_t type) const {
    std::size_t best = theta_.size();
    for (std::size_t i = 0; i < theta_.size(); ++i) {
      if (graph_.relations[i].source != type) continue;
      if (best == theta_.size() || missed(i) < missed(best)) best = i;
    }
    return best;
  }

  const RelationalGraph& graph_;
  double seeded_;
  std::vector<double> theta_;    ///< by relation
  std::vector<double> members_;  ///< by type
  std::vector<double> fresh_;    ///< by type
};

}  // namespace

RelationalBatch expected_batch(const RelationalGraph& graph, double seeds, const std::vector<double>& fan_outs) {
  RelationalBatch batch;
  TypedHops hops(graph, seeds);
  batch.all.seeds = std::min(seeds, graph.nodes.front());
  for (const double fan_out : fan_outs) hops.hop(fan_out, batch);
  hops.add_rows(batch);
  return batch;
}

}  // namespace ridgepoint
