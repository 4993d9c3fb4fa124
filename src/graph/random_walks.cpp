// Random walks. A walk's next node is at the end of an edge, so nodes come by their degree; at each node the walk turns
// back with 1 / degree, and what it finds twice is counted once.

#include <cmath>

#include "graph/sampled_batch.hpp"

namespace ridgepoint {
namespace {

using Series = std::vector<double>;  // coefficients by the number of steps

// The product of two series, as far as they go.
Series times(const Series& a, const Series& b) {
  Series result(a.size(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; i + j < b.size(); ++j) result[i + j] += a[i] * b[j];
  }
  return result;
}

// Steps from a node of degree d back to where the walk came from: at once with 1/d, else behind a return trip into one
// of the other edges: g_d = z/d + ((d - 1)/d) z g g_d, with g the mean over size-biased degrees.
Series return_of(double degree, const Series& trip, const Series& mean) {
  Series result(mean.size(), 0);
  const Series round = times(trip, mean);  // z g
  for (std::size_t steps = 1; steps < result.size(); ++steps) {
    if (steps == 1) result[steps] += 1 / degree;
    for (std::size_t k = 1; k < steps; ++k) result[steps] += (degree - 1) / degree * round[k] * result[steps - k];
  }
  return result;
}

// The mean return series. Its coefficient at n needs those below n only, so that n rounds are exact.
Series mean_return(const DegreeDistribution& degrees, std::size_t size) {
  Series step(size, 0);
  if (size > 1) step[1] = 1;
  Series mean(size, 0);
  for (std::size_t round = 0; round < size; round += 2) {
    Series next(size, 0);
    for (const DegreeClass& c : degrees.classes()) {
      if (c.degree <= 0) continue;
      const Series of_class = return_of(c.degree, step, mean);
      const double weight = c.nodes * c.degree / degrees.edges();
      for (std::size_t i = 0; i < size; ++i) next[i] += weight * of_class[i];
    }
    mean = next;
  }
  return mean;
}

}  // namespace

// A step finds a new node unless the walk, read backwards, returns to its start: a walk along edges in a graph that is
// the same in both directions looks the same backwards.
double expected_range(const DegreeDistribution& degrees, std::int64_t length) {
  const Series back = mean_return(degrees, static_cast<std::size_t>(length) + 1);
  double returned = 0;
  double range = 1;
  for (std::int64_t step = 1; step <= length; ++step) {
    returned += step >= 2 ? back[static_cast<std::size_t>(step) - 1] : 0;
    range += 1 - returned;
  }
  return range;
}

SampledBatch expected_batch(const DegreeDistribution& degrees, const WalkSampler& sampler) {
  const double nodes = degrees.nodes();
  const double range = expected_range(degrees, sampler.length);
  SampledBatch batch{.seeds = sampler.roots};
  SampledHop hop{.fan_out = static_cast<double>(sampler.length), .sources = sampler.roots};
  double inside = 0;  // share of the edges' ends at nodes of the batch
  for (const DegreeClass& c : degrees.classes()) {
    // A root is any node; the others that a walk finds come by their degree.
    const double by_walk = c.degree > 0 ? std::min(1.0, (range - 1) * c.degree / degrees.edges()) : 0;
    const double missed = (1 - 1 / nodes) * (1 - by_walk);
    const double share = 1 - std::pow(missed, sampler.roots);
    batch.rows.push_back({c.nodes, share});
    hop.nodes += c.nodes * share;
    inside += c.nodes * c.degree * share / degrees.edges();
  }
  batch.scanned = inside * degrees.edges();
  // Edges that a walk went along have both ends in the batch; of the others both ends happen to be.
  const double walked = 1 - std::pow(1 - 2 / degrees.edges(), sampler.roots * (range - 1));
  const double other = std::max(0.0, inside - walked) / std::max(1e-300, 1 - walked);
  hop.edges = degrees.edges() * (walked + (1 - walked) * other * other);
  hop.fresh = hop.nodes - sampler.roots;
  batch.hops = {hop};
  return batch;
}

}  // namespace ridgepoint
