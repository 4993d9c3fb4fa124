#pragma once
#include "ops/points.hpp"

namespace ridgepoint {

/// ids[batch, m, samples] of points[batch, n, axes] within a radius of each of centres[batch, m, axes] (Qi et al.,
/// arXiv 1706.02413): every distance and a comparison; a scan that stops early does less.
struct BallQuery : OpBase {
  static constexpr std::string_view kName = "ball_query";
  static constexpr std::string_view kEquation = "ids[i] = the first `samples` j with |p[j] - c[i]| < radius";
  static constexpr std::string_view kSource = "set abstraction of PointNet++: Qi et al., arXiv 1706.02413";
  static constexpr std::string_view kSummary = "points within a radius of each centre";
  static constexpr Category kCategory = Category::kDataPreparation;

  std::int64_t samples = 1;

  static auto fields() {
    return std::tuple{Field{"samples", &BallQuery::samples, "points taken for a centre", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 2, 2);
    expect_points(inputs, 0);
    expect_points(inputs, 1);
    expect_same_space(inputs[0].shape, inputs[1].shape);
    expect_points_for("samples", samples, inputs[1].shape[1]);
    return {{Shape{inputs[0].shape[0], inputs[0].shape[1], samples}, DType::kInt64}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over_pairs(site.in(0), site.in(1), "ball_query", distance_flops(site.in()[2]) + 1);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  friend bool operator==(const BallQuery&, const BallQuery&) = default;
};

}  // namespace ridgepoint
