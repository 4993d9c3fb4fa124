#include "calibrate/measure/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint {
namespace {

constexpr double kSigmaOfMad = 1.4826;     // of a normal distribution
constexpr double kErrorOfMedian = 1.2533;  // sqrt(pi / 2), against that of the mean
constexpr double kLeastDeviation = 0.005;  // of the median
constexpr std::size_t kLeastForJump = 16;
constexpr std::size_t kJumpPlaces = 128;
constexpr double kJumpDeviations = 4;

double median_of(std::span<const double> values) { return median({values.begin(), values.end()}); }

double total_deviation(std::span<const double> values, double center) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value - center);
  return sum;
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double median_deviation(std::span<const double> values, double center) {
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - center));
  return median(std::move(deviations));
}

double median_uncertainty(std::span<const double> values) {
  const double center = median_of(values);
  const double error = kErrorOfMedian * kSigmaOfMad * median_deviation(values, center);
  return error / std::sqrt(static_cast<double>(values.size())) / center;
}

Trimmed without_outliers(std::span<const double> values, double limit) {
  const double center = median_of(values);
  const double deviation = std::max(median_deviation(values, center), kLeastDeviation * center / kSigmaOfMad);
  const double reach = limit * kSigmaOfMad * deviation;
  Trimmed trimmed;
  for (const double value : values) {
    if (std::abs(value - center) <= reach) trimmed.kept.push_back(value);
  }
  trimmed.dropped = static_cast<std::int64_t>(values.size() - trimmed.kept.size());
  return trimmed;
}

std::optional<Jump> find_jump(std::span<const double> values, double least) {
  if (values.size() < kLeastForJump) return std::nullopt;
  const std::size_t margin = values.size() / 4;
  const std::size_t step = 1 + values.size() / kJumpPlaces;
  Jump jump;
  double smallest = HUGE_VAL;
  for (std::size_t at = margin; at <= values.size() - margin; at += step) {
    const auto left = values.first(at);
    const auto right = values.subspan(at);
    const Jump candidate{at, median_of(left), median_of(right)};
    const double rest = total_deviation(left, candidate.before) + total_deviation(right, candidate.after);
    if (rest < smallest) {
      smallest = rest;
      jump = candidate;
    }
  }
  const double difference = std::abs(jump.after - jump.before);
  const double deviation = std::max(median_deviation(values.first(jump.at), jump.before),
                                    median_deviation(values.subspan(jump.at), jump.after));
  const bool clear = difference > least * std::min(jump.before, jump.after) && difference > kJumpDeviations * deviation;
  return clear ? std::optional(jump) : std::nullopt;
}

}  // namespace ridgepoint
