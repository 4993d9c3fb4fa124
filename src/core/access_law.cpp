#include "core/access_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/few_rows.hpp"

namespace ridgepoint {
namespace {

constexpr double kHead = 64;         // rows of a Zipf law, each in a class of its own
constexpr double kClassRatio = 1.1;  // of ranks or probabilities that share a class
constexpr std::int64_t kFewRows = 32;

// Sum of i^-s for a <= i < b, a at least kHead: the integral, the mean of the ends, two terms of Bernoulli numbers.
double tail_sum(double a, double b, double s) {
  const double log_ratio = std::log(b / a);
  const double power = 1 - s;
  const double integral =
      std::pow(a, power) * (std::abs(power * log_ratio) < 1e-12 ? log_ratio : std::expm1(power * log_ratio) / power);
  const double at_a = std::pow(a, -s);
  const double at_b = std::pow(b, -s);
  const double first = s / 12 * (at_a / a - at_b / b);
  const double second = s * (s + 1) * (s + 2) / 720 * (at_a / (a * a * a) - at_b / (b * b * b));
  return integral + (at_a - at_b) / 2 + first - second;
}

}  // namespace

double generalised_harmonic(double n, double s) {
  if (s == 0) return std::floor(n);
  double sum = 0;
  const double head = std::min(std::floor(n), kHead);
  for (double i = 1; i <= head; ++i) sum += std::pow(i, -s);
  return n > kHead ? sum + tail_sum(kHead + 1, std::floor(n) + 1, s) : sum;
}

double taken(double probability, double draws) {
  if (probability >= 1) return draws > 0 ? 1 : 0;
  return -std::expm1(draws * std::log1p(-probability));
}

AccessLaw AccessLaw::uniform(double rows) { return zipf(rows, 0); }

AccessLaw AccessLaw::zipf(double rows, double exponent) {
  AccessLaw law;
  rows = std::max(1.0, std::floor(rows));
  const double all = generalised_harmonic(rows, exponent);
  if (exponent == 0) {
    law.classes_ = {{rows, 1 / rows}};
  } else {
    for (double i = 1; i <= std::min(rows, kHead); ++i) law.classes_.push_back({1, std::pow(i, -exponent) / all});
    for (double a = kHead + 1; a <= rows;) {
      const double b = std::min(rows + 1, std::max(a + 1, std::floor(a * kClassRatio)));
      law.classes_.push_back({b - a, tail_sum(a, b, exponent) / all / (b - a)});
      a = b;
    }
  }
  law.sort_and_sum();
  law.exponent_ = exponent;
  return law;
}

AccessLaw AccessLaw::of_counts(std::vector<RowCount> counts) {
  std::sort(counts.begin(), counts.end(), [](const RowCount& a, const RowCount& b) { return a.weight > b.weight; });
  double total = 0;
  for (const RowCount& count : counts) total += count.rows * count.weight;
  AccessLaw law;
  double largest = 0;  // weight of the class that is being filled
  for (const RowCount& count : counts) {
    const bool joins = law.classes_.size() > kHead && count.weight * kClassRatio > largest && count.weight > 0;
    if (!joins || law.classes_.empty()) {
      law.classes_.push_back({0, 0});
      largest = count.weight;
    }
    RowClass& last = law.classes_.back();
    const double rows = last.rows + count.rows;
    if (rows > 0) last.probability = (last.probability * last.rows + count.rows * count.weight / total) / rows;
    last.rows = rows;
  }
  law.sort_and_sum();
  return law;
}

AccessLaw AccessLaw::mixture(std::span<const Part> parts) {
  double draws = 0;
  for (const Part& part : parts) draws += part.draws;
  std::vector<RowCount> counts;
  for (const Part& part : parts) {
    for (const RowClass& c : part.law->classes()) counts.push_back({c.rows, c.probability * part.draws / draws});
  }
  return of_counts(std::move(counts));
}

void AccessLaw::sort_and_sum() {
  std::stable_sort(classes_.begin(), classes_.end(),
                   [](const RowClass& a, const RowClass& b) { return a.probability > b.probability; });
  rows_ = 0;
  for (const RowClass& c : classes_) rows_ += c.rows;
}

double AccessLaw::distinct(double draws) const {
  double sum = 0;
  for (const RowClass& c : classes_) sum += c.rows * taken(c.probability, draws);
  return sum;
}

double AccessLaw::top_share(double rows) const {
  if (rows <= 0) return 0;
  if (rows >= rows_) return 1;
  if (exponent_ == 0) return rows / rows_;
  if (exponent_ > 0) {
    const double whole = std::floor(rows);
    const double part = (rows - whole) * std::pow(whole + 1, -exponent_);
    return (generalised_harmonic(whole, exponent_) + part) / generalised_harmonic(rows_, exponent_);
  }
  double share = 0;
  for (const RowClass& c : classes_) {
    const double taken_rows = std::min(rows, c.rows);
    share += taken_rows * c.probability;
    rows -= taken_rows;
    if (rows <= 0) break;
  }
  return std::min(share, 1.0);
}

double AccessLaw::rows_of_share(double share) const {
  double rows = 0;
  for (const RowClass& c : classes_) {
    const double mass = c.rows * c.probability;
    if (share <= mass) return c.probability > 0 ? rows + std::max(0.0, share) / c.probability : rows;
    share -= mass;
    rows += c.rows;
  }
  return rows_;
}

double AccessLaw::filling_draws(double rows) const {
  double drawn = 0;  // rows that are ever drawn
  for (const RowClass& c : classes_) drawn += c.probability > 0 ? c.rows : 0;
  if (rows >= drawn) return std::numeric_limits<double>::infinity();
  if (rows <= 0) return 0;
  // Newton's method on the concave sum, from the left: T = rows draws touch at most so many.
  double draws = rows;
  for (int i = 0; i < 200; ++i) {
    double touched = 0;
    double slope = 0;
    for (const RowClass& c : classes_) {
      const double missed = std::exp(-c.probability * draws);
      touched += c.rows * -std::expm1(-c.probability * draws);
      slope += c.rows * c.probability * missed;
    }
    const double step = slope > 0 ? (rows - touched) / slope : 0;
    if (!(std::abs(step) > 1e-10 * draws)) break;
    draws += step;
  }
  return draws;
}

double AccessLaw::lru_hit_rate(double rows) const {
  if (rows >= rows_) return 1;
  if (rows <= 0) return 0;
  if (rows < static_cast<double>(kFewRows)) {
    const auto below = static_cast<std::int64_t>(rows);
    const double part = rows - static_cast<double>(below);
    const double lower = below == 0 ? 0 : few_hit_rate(below);
    return part == 0 ? lower : lower + part * (few_hit_rate(below + 1) - lower);
  }
  const double draws = filling_draws(rows);
  if (std::isinf(draws)) return 1;
  double hits = 0;
  for (const RowClass& c : classes_) hits += c.rows * c.probability * -std::expm1(-c.probability * draws);
  return hits;
}

double AccessLaw::lru_misses(double draws, double rows) const {
  const double filling = rows >= rows_ ? std::numeric_limits<double>::infinity() : filling_draws(rows);
  if (draws <= filling) return distinct(draws);
  return distinct(filling) + (draws - filling) * (1 - lru_hit_rate(rows));
}

double AccessLaw::few_hit_rate(std::int64_t rows) const {
  if (static_cast<double>(rows) >= rows_) return 1;
  return lru_hit_rate_of_few(classes_, static_cast<std::size_t>(rows));
}

double AccessLaw::reuse_within(double draws) const { return draws > 0 ? 1 - distinct(draws) / draws : 0; }

double AccessLaw::reuse_between(double draws, double earlier) const {
  double again = 0;
  double all = 0;
  for (const RowClass& c : classes_) {
    const double now = c.rows * taken(c.probability, draws);
    all += now;
    again += now * taken(c.probability, draws * earlier);
  }
  return all > 0 ? again / all : 0;
}

}  // namespace ridgepoint
