#include "graph/degrees.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace ridgepoint {

DegreeDistribution::DegreeDistribution(std::vector<DegreeClass> classes) : classes_(std::move(classes)) {
  std::erase_if(classes_, [](const DegreeClass& c) { return c.nodes <= 0; });
  std::sort(classes_.begin(), classes_.end(),
            [](const DegreeClass& a, const DegreeClass& b) { return a.degree < b.degree; });
  for (const DegreeClass& c : classes_) {
    nodes_ += c.nodes;
    edges_ += c.nodes * c.degree;
  }
}

double DegreeDistribution::drawn(double fan_out, bool replace) const {
  double sum = 0;
  for (const DegreeClass& c : classes_) {
    if (c.degree > 0) sum += c.nodes * (replace ? fan_out : std::min(fan_out, c.degree));
  }
  return nodes_ > 0 ? sum / nodes_ : 0;
}

double DegreeDistribution::share_above(double fan_out) const {
  double sum = 0;
  for (const DegreeClass& c : classes_) sum += c.degree > fan_out ? c.nodes : 0;
  return nodes_ > 0 ? sum / nodes_ : 0;
}

DegreeDistribution even_degrees(double nodes, double edges) {
  const double mean = edges / nodes;
  const double below = std::floor(mean);
  const double above = (mean - below) * nodes;
  return DegreeDistribution({{below, nodes - above}, {below + 1, above}});
}

DegreeDistribution counted_degrees(std::span<const std::int64_t> degrees) {
  std::map<std::int64_t, double> counts;
  for (const std::int64_t degree : degrees) counts[degree] += 1;
  std::vector<DegreeClass> classes;
  classes.reserve(counts.size());
  for (const auto& [degree, nodes] : counts) classes.push_back({static_cast<double>(degree), nodes});
  return DegreeDistribution(std::move(classes));
}

}  // namespace ridgepoint
