#pragma once
#include "ops/points.hpp"

namespace ridgepoint {

/// y[batch, n, c] = for each point the mean of features[batch, m, c] at its ids[batch, n, k], weighed by the inverse of
/// their distances (Qi et al., arXiv 1706.02413): a product and a sum per row and value, a 32-bit weight per id.
struct InterpolatePoints : OpBase {
  static constexpr std::string_view kName = "interpolate_points";
  static constexpr std::string_view kEquation =
      "y[i] = sum over neighbours j of a[i, j] x[id[i, j]], a = (1 / d[i, j]) / sum of 1 / d";
  static constexpr std::string_view kSource = "Qi et al., arXiv 1706.02413, equation 2";
  static constexpr std::string_view kSummary = "features at points from those of their neighbours";
  static constexpr Category kCategory = Category::kLookup;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    expect_points(inputs, 0);
    expect_points(inputs, 1);
    expect_ids(inputs, 1);
    const Shape& features = inputs[0].shape;
    const Shape& ids = inputs[1].shape;
    if (features[0] != ids[0]) {
      throw OpError{
          "", {"features " + to_string(features) + " and ids " + to_string(ids) + " do not fit together", "one batch"}};
    }
    return {{Shape{ids[0], ids[1], features[2]}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Gather gather = lower(site);
    gather.flops -= static_cast<double>(site.out().elements());
    kernels.emplace_back(gather);
  }
  /// Each row takes its share of the gradient.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (!wants_gradient(site, 0)) return;
    kernels.emplace_back(zero_fill(site.inputs[0]));
    Gather scatter = lower(site);
    scatter.scatter = true;
    kernels.emplace_back(scatter);
  }
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = site.inputs[1].bytes() + weights(site)}; }
  friend bool operator==(const InterpolatePoints&, const InterpolatePoints&) = default;

 private:
  static Bytes weights(const Site& site) { return bytes_of(static_cast<double>(site.in(1).elements()), DType::kFp32); }
  static Gather lower(const Site& site) {
    const Shape& features = site.in();
    const auto ids = static_cast<double>(site.in(1).elements());
    const auto width = static_cast<double>(features[2]);
    return {.lookups = ids,
            .row_bytes = bytes_of(width, site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(features[0]) * static_cast<double>(features[1]),
            .index_bytes = (site.inputs[1].bytes() + weights(site)).value(),
            .other_bytes = site.outputs[0].bytes().value(),
            .flops = 2 * ids * width};
  }
};

}  // namespace ridgepoint
