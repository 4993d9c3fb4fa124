#pragma once
// Which rows of a table accesses take: how many differ, and how many a cache already holds.

#include <cstdint>
#include <span>
#include <vector>

namespace ridgepoint {

/// Rows that are equally popular: how many there are, and the probability that one draw takes a given one of them.
struct RowClass {
  double rows = 0;
  double probability = 0;
};

/// Rows that were counted: how many of them, and how often each of them was taken. A degree histogram of a graph is
/// such a list: `weight` is the degree, `rows` the nodes that have it.
struct RowCount {
  double rows = 0;
  double weight = 0;
};

/// H(n, s) = 1 + 2^-s + ... + n^-s, the generalised harmonic number, by the Euler-Maclaurin formula (Knuth, The Art of
/// Computer Programming, vol. 1, 1.2.11.2): 64 terms are added, however many there are.
double generalised_harmonic(double n, double s);

/// The law of independent draws of rows: sum over classes of rows x probability = 1. However many rows there are, a law
/// holds a few hundred classes: of a long tail those whose probabilities lie within 10 % are one class of their mean.
/// A function of second order in that spread is then off by less than 0.1 %.
class AccessLaw {
 public:
  /// All rows alike.
  static AccessLaw uniform(double rows);
  /// The row of rank r with a probability of r^-exponent / H(rows, exponent). An exponent of 0 is uniform.
  static AccessLaw zipf(double rows, double exponent);
  /// In proportion to counts. Rows that were never taken may be among them; some must have been.
  static AccessLaw of_counts(std::vector<RowCount> counts);

  /// One part of the draws of a mixture: `draws` of them by `law`.
  struct Part {
    const AccessLaw* law = nullptr;
    double draws = 1;
  };
  /// Draws from several tables, as one kernel or cache sees them. Their rows are all different.
  static AccessLaw mixture(std::span<const Part> parts);

  [[nodiscard]] double rows() const { return rows_; }
  /// Classes, the most popular first.
  [[nodiscard]] std::span<const RowClass> classes() const { return classes_; }

  /// Expected distinct rows of `draws` draws: sum rows (1 - (1 - p)^draws), the occupancy problem (Feller, An
  /// Introduction to Probability Theory, vol. 1, chapter IV).
  [[nodiscard]] double distinct(double draws) const;
  /// The probability that a draw takes one of the `rows` most popular rows: what a static cache of them holds.
  [[nodiscard]] double top_share(double rows) const;
  /// The least number of most popular rows that take this share of the draws.
  [[nodiscard]] double rows_of_share(double share) const;
  /// The share of draws that find their row in a cache of `rows` rows that drops the least recently used one: Che's
  /// approximation (Che, Tung and Wang, IEEE JSAC 20(7), 2002; why it is so good: Fricker, Robert and Roberts, ITC
  /// 2012), p (1 - exp(-p T)) with T such that sum (1 - exp(-p T)) = rows. For caches of up to 32 rows, where that is
  /// off by percents, the probability itself: that fewer than `rows` others came since the last draw of a row
  /// (Flajolet, Gardy and Thimonier, Discrete Applied Mathematics 39, 1992).
  [[nodiscard]] double lru_hit_rate(double rows) const;
  /// Expected draws out of `draws` that do not find their row in an LRU cache of `rows` rows that begins empty: until
  /// it is full the distinct rows, then the share that it misses.
  [[nodiscard]] double lru_misses(double draws, double rows) const;
  /// Draws until an LRU cache of so many rows is full, T above; infinite when all rows that are ever drawn fit.
  [[nodiscard]] double filling_draws(double rows) const;

  /// Reuse within a batch: the share of its draws that take a row which the batch has already taken.
  [[nodiscard]] double reuse_within(double draws) const;
  /// Reuse between batches: the share of a batch's distinct rows that one of the `earlier` batches before it took.
  [[nodiscard]] double reuse_between(double draws, double earlier = 1) const;

 private:
  void sort_and_sum();
  [[nodiscard]] double few_hit_rate(std::int64_t rows) const;

  std::vector<RowClass> classes_;
  double rows_ = 0;
  double exponent_ = -1;  ///< of a Zipf law, for the exact share of its top; below 0: none
};

/// 1 - (1 - p)^n, exact for the smallest p.
double taken(double probability, double draws);

}  // namespace ridgepoint
