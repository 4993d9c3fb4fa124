// Layer-wise and cluster sampling.

#include <algorithm>
#include <cmath>

#include "graph/sampled_batch.hpp"

namespace ridgepoint {
namespace {

constexpr int kHalvings = 200;

// A node with d edges of which each leads to the layer with `linked`: drawing different nodes with weights K one by one
// keeps a node out with exp(-tau K), tau such that the expected number is right (successive sampling: Rosen, Annals of
// Mathematical Statistics 43, 1972), and E exp(-tau K) of a binomial K is (1 - linked (1 - exp(-tau)))^d.
double drawn_share(double degree, double linked, double tau) {
  return 1 - std::pow(1 + linked * std::expm1(-tau), degree);
}

double drawn_nodes(const DegreeDistribution& degrees, double linked, double tau) {
  double sum = 0;
  for (const DegreeClass& c : degrees.classes()) sum += c.nodes * drawn_share(c.degree, linked, tau);
  return sum;
}

double tau_for(const DegreeDistribution& degrees, double linked, double wanted) {
  double low = 1e-12;
  double high = 700;
  if (drawn_nodes(degrees, linked, high) <= wanted) return high;  // there are no more neighbours
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (drawn_nodes(degrees, linked, middle) < wanted ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

}  // namespace

SampledBatch expected_batch(const DegreeDistribution& degrees, const LayerSampler& sampler) {
  SampledBatch batch{.seeds = std::min(sampler.seeds, degrees.nodes())};
  const double seeded = batch.seeds / degrees.nodes();
  double linked = seeded;  // share of the edges' ends at nodes of the layer
  double sources = batch.seeds;
  for (const DegreeClass& c : degrees.classes()) batch.rows.push_back({c.nodes, seeded});
  for (const double wanted : sampler.layer_nodes) {
    const double tau = tau_for(degrees, linked, wanted);
    const double kept = 1 + linked * std::expm1(-tau);
    SampledHop hop{.fan_out = wanted, .sources = sources};
    double ends = 0;
    batch.scanned += linked * degrees.edges();
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      const DegreeClass& c = degrees.classes()[i];
      const double share = drawn_share(c.degree, linked, tau);
      batch.rows[i].weight = 1 - (1 - batch.rows[i].weight) * (1 - share);
      hop.fresh += c.nodes * share;
      if (c.degree > 0) {
        hop.edges += c.nodes * c.degree * linked * (1 - std::exp(-tau) * std::pow(kept, c.degree - 1));
      }
      ends += c.nodes * c.degree * share;
    }
    for (const RowCount& c : batch.rows) hop.nodes += c.rows * c.weight;
    sources = hop.fresh;
    linked = ends / degrees.edges();
    batch.hops.push_back(hop);
  }
  return batch;
}

SampledBatch expected_batch(const DegreeDistribution& degrees, const ClusterSampler& sampler) {
  const double share = sampler.per_batch / sampler.clusters;
  const double other = sampler.clusters > 1 ? share * (sampler.per_batch - 1) / (sampler.clusters - 1) : 0;
  SampledBatch batch{.seeds = degrees.nodes() * share, .rows = {{degrees.nodes(), share}}};
  SampledHop hop{.sources = batch.seeds, .nodes = batch.seeds};
  hop.edges = degrees.edges() * ((1 - sampler.cut) * share + sampler.cut * other);
  batch.scanned = degrees.edges() * share;
  batch.hops = {hop};
  return batch;
}

}  // namespace ridgepoint
