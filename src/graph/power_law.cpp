// Power laws of degrees: a continuous Pareto law between two bounds, rounded to whole degrees.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/human.hpp"
#include "graph/degrees.hpp"

namespace ridgepoint {
namespace {

constexpr double kLeast = 0.5;          // what rounds to a degree of 1
constexpr double kSingleDegrees = 512;  // up to here every degree is a class of its own
constexpr double kClassRatio = 1.02;    // of the ends of a class beyond
constexpr double kLargestExponent = 12;
constexpr int kHalvings = 100;

/// x^-exponent between `least` and `largest`.
struct Bounds {
  double exponent;
  double least;
  double largest;
};

// The integral of x^power from a to b.
double integral(double power, double a, double b) {
  if (std::abs(power + 1) < 1e-9) return std::log(b / a);
  return (std::pow(b, power + 1) - std::pow(a, power + 1)) / (power + 1);
}

double mean_of(const Bounds& law) {
  return integral(1 - law.exponent, law.least, law.largest) / integral(-law.exponent, law.least, law.largest);
}

// The value between `low` and `high` at which a function that rises crosses the target.
template <class Function>
double where_rising(double low, double high, double target, Function value) {
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (value(middle) < target ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

// Rounding moved the mean a little: every class gets a share more by a small power of its degree, until the mean is
// right, which is a small change of the exponent.
void tilt(std::vector<DegreeClass>& classes, double nodes, double edges) {
  const auto sums = [&](double power) {
    std::pair<double, double> result{};
    for (const DegreeClass& c : classes) {
      const double share = c.nodes * std::pow(c.degree, power - 1);
      result.first += share;
      result.second += share * c.degree;
    }
    return result;
  };
  const double power = where_rising(0.5, 2, edges / nodes, [&](double p) { return sums(p).second / sums(p).first; });
  const double all = sums(power).first;
  for (DegreeClass& c : classes) c.nodes *= std::pow(c.degree, power - 1) * nodes / all;
}

// Whole degrees one by one, then classes that widen with the degree; a class has its mean degree.
DegreeDistribution classes_of(const Bounds& law, double nodes, double edges) {
  const double all = integral(-law.exponent, law.least, law.largest);
  std::vector<DegreeClass> classes;
  double low = law.least;
  while (low < law.largest) {
    const double whole = std::floor(low + 0.5) + 0.5;
    const double high = std::min(law.largest, low < kSingleDegrees ? whole : std::floor(low * kClassRatio) + 0.5);
    const double mass = integral(-law.exponent, low, high);
    const double mean = integral(1 - law.exponent, low, high) / mass;
    classes.push_back({low < kSingleDegrees ? std::floor(low + 0.5) : mean, nodes * mass / all});
    low = high;
  }
  tilt(classes, nodes, edges);
  return DegreeDistribution(std::move(classes));
}

Bounds with_exponent(const PowerLaw& law, double mean) {
  const double exponent = *law.exponent;
  if (exponent <= 2 && !law.largest) {
    throw InputError({fmt::format("a power law of degrees with exponent {} has no mean", human_number(exponent)),
                      "an exponent above 2, or \"max_degree\""});
  }
  const double most = law.largest.value_or(law.nodes - 1);
  const auto bounds = [&](double least) {
    const double natural = law.largest ? most : least * std::pow(law.nodes, 1 / (exponent - 1));
    return Bounds{exponent, least, std::max(least * 1.001, std::min(most, natural) + 0.5)};
  };
  const double smallest = mean_of(bounds(kLeast));
  if (mean < smallest) {
    throw InputError(
        {fmt::format("a mean degree of {} is too low for a power law with exponent {}{}", human_number(mean),
                     human_number(exponent), law.largest ? fmt::format(" up to {}", human_number(most)) : ""),
         fmt::format("a mean of at least {}, or a larger exponent", human_number(smallest))});
  }
  return bounds(where_rising(kLeast, std::max(mean, 1.0), mean, [&](double least) { return mean_of(bounds(least)); }));
}

Bounds with_largest(double largest, double mean) {
  const auto bounds = [&](double exponent) { return Bounds{exponent, kLeast, largest + 0.5}; };
  constexpr double kFlat = 0.01;
  const double most = mean_of(bounds(kFlat));
  const double least = mean_of(bounds(kLargestExponent));
  if (mean > most || mean < least) {
    throw InputError(
        {fmt::format("no power law from 1 to {} has a mean degree of {}", human_number(largest), human_number(mean)),
         fmt::format("a mean between {} and {}, or degrees as a list", human_number(least), human_number(most))});
  }
  return bounds(where_rising(kFlat, kLargestExponent, -mean, [&](double e) { return -mean_of(bounds(e)); }));
}

}  // namespace

DegreeDistribution power_law_degrees(const PowerLaw& law) {
  const double mean = law.edges / law.nodes;
  if (law.largest && (*law.largest < mean || *law.largest >= law.nodes)) {
    throw InputError({fmt::format("a largest degree of {} among {} nodes with a mean of {}", human_number(*law.largest),
                                  human_count(law.nodes), human_number(mean)),
                      fmt::format("between {:.0f} and {:.0f}", std::ceil(mean), law.nodes - 1)});
  }
  if (!law.exponent && !law.largest) {
    throw InputError({"a power law of degrees without an exponent", "\"exponent\", or \"max_degree\""});
  }
  const Bounds bounds = law.exponent ? with_exponent(law, mean) : with_largest(*law.largest, mean);
  return classes_of(bounds, law.nodes, law.edges);
}

}  // namespace ridgepoint
