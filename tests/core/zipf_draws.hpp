#pragma once
// Draws by a Zipf law without a table of it, and caches to play them to: what the formulas are compared with.

#include <cmath>
#include <cstdint>
#include <list>
#include <random>
#include <unordered_map>

namespace ridgepoint {

/// Ranks from 1 to `rows` with probabilities in proportion to rank^-exponent, by rejection-inversion (Hörmann and
/// Derflinger, ACM TOMACS 6(3), 1996): time and memory do not depend on `rows`.
class ZipfDraws {
 public:
  ZipfDraws(double rows, double exponent, std::uint64_t seed)
      : rows_(rows), exponent_(exponent), low_(integral(1.5) - 1), high_(integral(rows + 0.5)), random_(seed) {}

  std::int64_t operator()() {
    for (;;) {
      const double u = low_ + uniform_(random_) * (high_ - low_);
      const double x = inverse(u);
      const double rank = std::min(std::max(1.0, std::floor(x + 0.5)), rows_);
      if (u >= integral(rank + 0.5) - std::pow(rank, -exponent_)) return static_cast<std::int64_t>(rank);
    }
  }

 private:
  // The integral of x^-s, and its inverse.
  [[nodiscard]] double integral(double x) const {
    const double power = 1 - exponent_;
    const double log_x = std::log(x);
    return std::abs(power) < 1e-12 ? log_x : std::expm1(power * log_x) / power;
  }
  [[nodiscard]] double inverse(double u) const {
    const double power = 1 - exponent_;
    return std::abs(power) < 1e-12 ? std::exp(u) : std::exp(std::log1p(u * power) / power);
  }

  double rows_;
  double exponent_;
  double low_;
  double high_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> uniform_{0, 1};
};

/// A cache of rows that drops the one whose last use is longest ago.
class LruCache {
 public:
  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  bool hits(std::int64_t row) {
    const auto found = places_.find(row);
    if (found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return true;
    }
    order_.push_front(row);
    places_[row] = order_.begin();
    if (order_.size() > capacity_) {
      places_.erase(order_.back());
      order_.pop_back();
    }
    return false;
  }

 private:
  std::size_t capacity_;
  std::list<std::int64_t> order_;
  std::unordered_map<std::int64_t, std::list<std::int64_t>::iterator> places_;
};

}  // namespace ridgepoint
