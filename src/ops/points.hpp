#pragma once
// What ops over point clouds share: points[batch, n, axes].

#include "ops/lookup.hpp"

namespace ridgepoint {

/// FLOPs of one squared distance: a difference, its square and a sum per axis.
inline double distance_flops(std::int64_t axes) { return 3 * static_cast<double>(axes) - 1; }

/// Throws OpError unless input `i` is [batch, points, axes].
inline void expect_points(Inputs inputs, std::size_t i) {
  if (inputs[i].shape.rank() == 3) return;
  throw OpError{
      "", {"input " + std::to_string(i) + " has shape " + to_string(inputs[i].shape), "[batch, points, coordinates]"}};
}

/// Throws OpError unless queries and points share a batch and a space.
inline void expect_same_space(const Shape& queries, const Shape& points) {
  if (queries[0] == points[0] && queries[2] == points[2]) return;
  throw OpError{"",
                {"queries " + to_string(queries) + " and points " + to_string(points) + " do not fit together",
                 "the same batch and as many coordinates in both"}};
}

/// Throws OpError when an attribute asks for more points than there are.
inline void expect_points_for(std::string_view attribute, std::int64_t wanted, std::int64_t points) {
  if (wanted <= points) return;
  throw OpError{
      std::string(attribute),
      {std::to_string(wanted) + " of " + std::to_string(points) + " points", "at most " + std::to_string(points)}};
}

/// A stream over all pairs of queries[batch, m] and points[batch, n], each query being a row.
inline Stream stream_over_pairs(const Shape& queries, const Shape& points, std::string_view op, double flops) {
  return {.kind = StreamKind::kReduction,
          .op = op,
          .rows = static_cast<double>(queries[0]) * static_cast<double>(queries[1]),
          .cols = static_cast<double>(points[1]),
          .flops_per_element = flops};
}

}  // namespace ridgepoint
