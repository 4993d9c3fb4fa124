#include "roofline/curve.hpp"

namespace ridgepoint {
namespace {

bool runs(const SweepPoint& point) { return point.status != PointStatus::kImpossible; }
bool fits(const SweepPoint& point) { return point.status == PointStatus::kOk; }

void find_best(std::span<const SweepPoint> points, CurveFacts& facts) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!fits(points[i])) continue;
    if (!facts.best || points[i].samples_per_second() > points[*facts.best].samples_per_second()) facts.best = i;
  }
  for (std::size_t i = 0; facts.best && i < points.size() && !facts.near_best; ++i) {
    const double near = kNearBest * points[*facts.best].samples_per_second();
    if (fits(points[i]) && points[i].samples_per_second() >= near) facts.near_best = i;
  }
}

void find_memory(std::span<const SweepPoint> points, CurveFacts& facts) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].status != PointStatus::kOutOfMemory) continue;
    facts.no_fit = i;
    if (i > 0 && fits(points[i - 1])) facts.last_fit = i - 1;
    return;
  }
}

template <class Above>
void find_crossings(std::span<const SweepPoint> points, const std::string& layer, Above above, CurveFacts& facts) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (!runs(points[i - 1]) || !runs(points[i])) continue;
    const bool before = above(points[i - 1]);
    if (before != above(points[i])) facts.crossings.push_back({layer, i - 1, !before});
  }
}

}  // namespace

CurveFacts facts_of(std::span<const SweepPoint> points, std::span<const std::string> layers) {
  CurveFacts facts;
  find_best(points, facts);
  find_memory(points, facts);
  find_crossings(
      points, "", [](const SweepPoint& p) { return p.ridge_point > 0 && p.total.intensity() >= p.ridge_point; }, facts);
  for (std::size_t row = 0; row < layers.size(); ++row) {
    find_crossings(
        points, layers[row], [&](const SweepPoint& p) { return row < p.above.size() && p.above[row]; }, facts);
  }
  return facts;
}

std::int64_t last_that_fits(std::int64_t fits_at, std::int64_t not_at, const std::function<bool(std::int64_t)>& fits) {
  while (not_at - fits_at > 1) {
    const std::int64_t middle = fits_at + (not_at - fits_at) / 2;
    (fits(middle) ? fits_at : not_at) = middle;
  }
  return fits_at;
}

}  // namespace ridgepoint
