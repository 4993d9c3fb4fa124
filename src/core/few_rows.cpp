#include "core/few_rows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ridgepoint {
namespace {

constexpr std::size_t kSingle = 64;

/// Probabilities of 0, 1, ... capacity - 1 rows; what lies above is left out.
using Counts = std::vector<double>;

/// The rows of a law: the first ones by themselves, the others as classes.
struct Split {
  std::vector<double> single;
  std::vector<RowClass> others;
};

Split split(std::span<const RowClass> classes) {
  Split rows;
  for (const RowClass& c : classes) {
    double left = c.rows;
    while (left >= 1 && rows.single.size() < kSingle) {
      rows.single.push_back(c.probability);
      --left;
    }
    if (left > 0) rows.others.push_back({left, c.probability});
  }
  return rows;
}

// One more row, which comes with this probability.
void add(Counts& counts, double probability) {
  for (std::size_t i = counts.size(); i-- > 1;) counts[i] = counts[i] * (1 - probability) + counts[i - 1] * probability;
  counts[0] *= 1 - probability;
}

Counts poisson(double mean, std::size_t size) {
  Counts counts(size);
  double term = std::exp(-mean);
  for (std::size_t i = 0; i < size; ++i) {
    counts[i] = term;
    term *= mean / static_cast<double>(i + 1);
  }
  return counts;
}

/// P(fewer than capacity others came) for each single row, all at once: halves are added to each other's counts.
void without_each(const std::vector<double>& came, std::size_t first, std::size_t last, const Counts& others,
                  std::vector<double>& result) {
  if (last - first == 1) {
    double sum = 0;
    for (const double p : others) sum += p;
    result[first] = sum;
    return;
  }
  const std::size_t middle = (first + last) / 2;
  Counts left = others;
  for (std::size_t i = middle; i < last; ++i) add(left, came[i]);
  without_each(came, first, middle, left, result);
  Counts right = others;
  for (std::size_t i = first; i < middle; ++i) add(right, came[i]);
  without_each(came, middle, last, right, result);
}

// The integrand at one time.
double density(const Split& rows, double time, std::size_t capacity) {
  double mean = 0;
  double rare = 0;  // sum of p^2 exp(-p t) over the others
  for (const RowClass& c : rows.others) {
    mean += c.rows * -std::expm1(-c.probability * time);
    rare += c.rows * c.probability * c.probability * std::exp(-c.probability * time);
  }
  Counts counts = poisson(mean, capacity);
  std::vector<double> came(rows.single.size());
  for (std::size_t i = 0; i < came.size(); ++i) came[i] = -std::expm1(-rows.single[i] * time);
  std::vector<double> few(came.size());
  without_each(came, 0, came.size(), counts, few);
  double sum = 0;
  for (std::size_t i = 0; i < came.size(); ++i) {
    sum += rows.single[i] * rows.single[i] * (1 - came[i]) * few[i];
  }
  for (const double probability : came) add(counts, probability);
  for (const double probability : counts) sum += rare * probability;
  return sum;
}

}  // namespace

double lru_hit_rate_of_few(std::span<const RowClass> classes, std::size_t capacity) {
  constexpr double kStep = 0.1;  // of the logarithm of time; the trapezoidal rule converges exponentially here
  const Split rows = split(classes);
  const double slowest = rows.single.empty() ? 1 : rows.single.back();
  const double last = std::log(static_cast<double>(capacity) / std::max(slowest, 1e-12)) + 4;
  double sum = 0;
  for (double u = -12; u < last; u += kStep) {
    const double time = std::exp(u);
    sum += density(rows, time, capacity) * time * kStep;
  }
  return std::min(sum, 1.0);
}

}  // namespace ridgepoint
