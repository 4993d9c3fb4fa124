#include "pipeline/features.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

double rows_in_batch(const std::vector<RowClass>& classes) {
  double sum = 0;
  for (const RowClass& c : classes) sum += c.rows * c.share;
  return sum;
}

}  // namespace

double top_hit_share(const std::vector<RowClass>& classes, double rows) {
  std::vector<RowClass> sorted = classes;
  std::sort(sorted.begin(), sorted.end(), [](const RowClass& a, const RowClass& b) { return a.share > b.share; });
  double hits = 0;
  for (const RowClass& c : sorted) {
    const double taken = std::min(c.rows, rows);
    hits += taken * c.share;
    rows -= taken;
  }
  const double all = rows_in_batch(classes);
  return all > 0 ? std::min(1.0, hits / all) : 0;
}

double remote_rows(const SampledBatch& batch, double machines, double cut) {
  if (machines <= 1) return 0;
  double local = 1;
  double remote = 0;
  for (const SampledHop& hop : batch.hops) {
    local = local * (1 - cut) + (1 - local) * cut / (machines - 1);
    remote += hop.fresh * (1 - local);
  }
  return remote;
}

}  // namespace ridgepoint
