#pragma once
// How many nodes of a graph have how many neighbours.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ridgepoint {

/// Nodes of (nearly) one degree: `nodes` of them with `degree` edges each.
struct DegreeClass {
  double degree = 0;
  double nodes = 0;
};

/// The degrees of a graph as classes in rising order. An edge is counted at the node that draws it: in an undirected
/// graph at both ends, so that `edges` is the number of stored entries.
class DegreeDistribution {
 public:
  /// Sorts the classes and leaves empty ones out.
  explicit DegreeDistribution(std::vector<DegreeClass> classes);

  [[nodiscard]] const std::vector<DegreeClass>& classes() const { return classes_; }
  [[nodiscard]] double nodes() const { return nodes_; }
  [[nodiscard]] double edges() const { return edges_; }
  [[nodiscard]] double mean() const { return nodes_ > 0 ? edges_ / nodes_ : 0; }
  [[nodiscard]] double largest() const { return classes_.empty() ? 0 : classes_.back().degree; }

  /// The expected edges that a uniformly chosen node draws with a fan-out f: the mean of min(f, degree), or f with
  /// replacement where there is an edge at all.
  [[nodiscard]] double drawn(double fan_out, bool replace = false) const;
  /// The share of nodes that have more than `fan_out` edges, which must choose among them.
  [[nodiscard]] double share_above(double fan_out) const;

 private:
  std::vector<DegreeClass> classes_;
  double nodes_ = 0;
  double edges_ = 0;
};

/// All degrees as alike as the numbers allow: the mean, rounded down for some nodes and up for the others.
DegreeDistribution even_degrees(double nodes, double edges);

/// What is known of a power law p(d) ~ d^-exponent between a least and a largest degree. One of exponent and largest
/// must be given; the rest follows from the mean.
struct PowerLaw {
  double nodes = 1;
  double edges = 1;
  std::optional<double> exponent{};
  std::optional<double> largest{};
};

/// A power law with this mean degree. With an exponent the least degree follows from the mean, without one it is 1 and
/// the exponent follows. Without a largest degree it is the natural one, least nodes^(1 / (exponent - 1)) (Newman,
/// Contemporary Physics 46(5), 2005, equation 54), at most nodes - 1. Throws InputError where no such law exists.
DegreeDistribution power_law_degrees(const PowerLaw& law);

/// The degrees of single nodes, counted.
DegreeDistribution counted_degrees(std::span<const std::int64_t> degrees);

}  // namespace ridgepoint
