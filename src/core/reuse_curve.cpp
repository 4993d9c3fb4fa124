#include "core/reuse_curve.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kPerOctave = 4;
constexpr double kMostOctaves = 60;

}  // namespace

ReuseCurve::ReuseCurve(const AccessLaw& law) : rows_(law.rows()) {
  for (double i = 0; i <= kMostOctaves * kPerOctave; ++i) {
    const double draws = std::exp2(i / kPerOctave);
    double distinct = 0;
    double hits = 0;
    for (const RowClass& c : law.classes()) {
      const double came = -std::expm1(-c.probability * draws);
      distinct += c.rows * came;
      hits += c.rows * c.probability * came;
    }
    distinct_.push_back(std::min(distinct, draws));
    hits_.push_back(std::min(hits, 1.0));
    if (hits > 1 - 1e-9) break;
  }
  double place = 1;
  for (const RowClass& c : law.classes())
    fingerprint_ += std::sin(place++) * (c.rows + 1e6 * std::log(c.probability + 1e-300));
}

double ReuseCurve::distinct(double draws) const {
  if (draws <= 1) return std::max(draws, 0.0);
  const double place = std::log2(draws) * kPerOctave;
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= distinct_.size()) return distinct_.back();
  const double part = place - static_cast<double>(below);
  return distinct_[below] * std::pow(distinct_[below + 1] / distinct_[below], part);
}

double ReuseCurve::filling_draws(double rows) const {
  const auto above = std::lower_bound(distinct_.begin(), distinct_.end(), rows);
  if (above == distinct_.begin()) return rows;
  if (above == distinct_.end()) return std::exp2(kMostOctaves);
  const double low = *(above - 1);
  const double part = *above > low ? std::log(rows / low) / std::log(*above / low) : 0;
  return std::exp2((static_cast<double>(above - distinct_.begin() - 1) + part) / kPerOctave);
}

double ReuseCurve::lru_hit_rate(double rows) const {
  if (rows <= 0) return 0;
  if (rows >= rows_) return 1;
  const double place = std::log2(std::max(filling_draws(rows), 1.0)) * kPerOctave;
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= hits_.size()) return hits_.back();
  const double part = place - static_cast<double>(below);
  const double hits = hits_[below] + part * (hits_[below + 1] - hits_[below]);
  return rows < 1 ? rows * hits : hits;
}

double ReuseCurve::lru_misses(double draws, double rows) const {
  const double filling = rows >= rows_ ? draws : std::min(draws, filling_draws(rows));
  return distinct(filling) + (draws - filling) * (1 - lru_hit_rate(rows));
}

}  // namespace ridgepoint
