#pragma once
// Robust statistics of repeated timings: nothing here trusts a mean, which one stolen time slice moves.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ridgepoint {

/// The middle value, or the mean of the two middle ones. There must be values.
double median(std::vector<double> values);

/// The median absolute deviation from `center`: the spread that half of the values stay within.
double median_deviation(std::span<const double> values, double center);

/// The standard error of the median over the median, estimated from the deviation as for a normal distribution:
/// 1.2533 x 1.4826 x MAD / sqrt(n) / median.
double median_uncertainty(std::span<const double> values);

/// The values without outliers, in their order, and how many were dropped.
struct Trimmed {
  std::vector<double> kept;
  std::int64_t dropped = 0;
};

/// Drops what lies farther from the median than `limit` robust standard deviations (1.4826 MAD). Deviations below 0.5 %
/// of the median count as that much, so that a clock of coarse ticks drops nothing.
Trimmed without_outliers(std::span<const double> values, double limit = 5);

/// A lasting change of level in a series: the values before `at` against those from it on.
struct Jump {
  std::size_t at = 0;
  double before = 0;
  double after = 0;
};

/// The jump that leaves the least deviation on its two sides, if their medians differ by more than `least` of the
/// smaller and by more than four times the larger deviation within a side. Each side holds a quarter of the values or
/// more; it takes 16 values to say.
std::optional<Jump> find_jump(std::span<const double> values, double least = 0.05);

}  // namespace ridgepoint
