#pragma once
// An access law as prices use it: tabulated once, looked up in some nanoseconds.

#include <vector>

#include "core/access_law.hpp"

namespace ridgepoint {

/// Distinct rows and hits over the number of draws between two visits, at four points an octave; between them linear in
/// logarithms. Two curves with the same `fingerprint` are the same.
class ReuseCurve {
 public:
  explicit ReuseCurve(const AccessLaw& law);

  [[nodiscard]] double fingerprint() const { return fingerprint_; }
  [[nodiscard]] double rows() const { return rows_; }
  /// As the functions of AccessLaw, of its approximation for large caches.
  [[nodiscard]] double distinct(double draws) const;
  [[nodiscard]] double lru_hit_rate(double rows) const;
  [[nodiscard]] double lru_misses(double draws, double rows) const;

 private:
  [[nodiscard]] double filling_draws(double rows) const;

  std::vector<double> distinct_;  // of 2^(i/4) draws
  std::vector<double> hits_;      // the share of draws whose row came within the last 2^(i/4)
  double rows_ = 0;
  double fingerprint_ = 0;
};

}  // namespace ridgepoint
