#include "pipeline/features.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr int kHalvings = 200;

double rows_in_batch(const std::vector<RowClass>& classes) {
  double sum = 0;
  for (const RowClass& c : classes) sum += c.rows * c.share;
  return sum;
}

// Whether one of the last `batches` read a row of this class.
double kept(const RowClass& c, double batches) {
  return -std::expm1(batches * std::log1p(-std::min(c.share, 1 - 1e-15)));
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

double recent_hit_share(const std::vector<RowClass>& classes, double rows) {
  double nodes = 0;
  for (const RowClass& c : classes) nodes += c.share > 0 ? c.rows : 0;
  if (rows >= nodes) return 1;
  double low = 1e-9;
  double high = 1e18;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    double full = 0;
    for (const RowClass& c : classes) full += c.rows * kept(c, middle);
    (full < rows ? low : high) = middle;
  }
  double hits = 0;
  for (const RowClass& c : classes) hits += c.rows * c.share * kept(c, low);
  const double all = rows_in_batch(classes);
  return all > 0 ? hits / all : 0;
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
