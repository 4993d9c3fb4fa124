#pragma once
#include "ops/points.hpp"

namespace ridgepoint {

/// ids[batch, samples] of points[batch, n, axes], each the farthest from those before (Qi et al., arXiv 1706.02413).
/// `samples` serial steps: the distances of all points to the last one, the smaller of that and what was, the largest.
struct FarthestPoints : OpBase {
  static constexpr std::string_view kName = "farthest_points";
  static constexpr std::string_view kEquation = "id[k + 1] = arg max over i of min over j <= k of |p[i] - p[id[j]]|";
  static constexpr std::string_view kSource = "Eldar et al. 1997; Qi et al., arXiv 1706.02413";
  static constexpr std::string_view kSummary = "farthest-point sampling, a serial step per sample";
  static constexpr Category kCategory = Category::kDataPreparation;

  std::int64_t samples = 1;

  static auto fields() { return std::tuple{Field{"samples", &FarthestPoints::samples, "points to take", kRequired}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_points(inputs, 0);
    expect_points_for("samples", samples, inputs[0].shape[1]);
    return {{Shape{inputs[0].shape[0], samples}, DType::kInt64}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over_pairs(site.out(), site.in(), "farthest_points", distance_flops(site.in()[2]) + 2);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    stream.steps = static_cast<double>(samples);
    kernels.emplace_back(stream);
  }
  friend bool operator==(const FarthestPoints&, const FarthestPoints&) = default;
};

}  // namespace ridgepoint
