#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// Deformable attention (Deformable DETR; Zhu et al., arXiv 2010.04159, equation 3): each of q queries takes `points`
/// values a head from value[b, s, heads d], at places[b, q, 2 heads points] between pixels, weighed by weights[b, q,
/// heads points]. The s values are the pixels of all levels; points count all levels. A point is four corners: four
/// products and three sums a value, and its weight's product and sum.
struct DeformAttention : OpBase {
  static constexpr std::string_view kName = "deform_attention";
  static constexpr std::string_view kEquation =
      "o[i] = sum over points p of weight[i, p] x[place[i, p]] per head, x between pixels by bilinear interpolation";
  static constexpr std::string_view kSource = "Zhu et al., arXiv 2010.04159, equation 3";
  static constexpr std::string_view kSummary = "attention to a few points of maps, at places that were computed";
  static constexpr Category kCategory = Category::kLookup;
  static constexpr double kFlops = 9;

  std::int64_t heads = 1;
  std::int64_t points = 1;

  static auto fields() {
    return std::tuple{Field{"heads", &DeformAttention::heads, "heads", kRequired},
                      Field{"points", &DeformAttention::points,
                            "points that a query takes in a head, all levels together", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 3, 3);
    for (std::size_t i = 0; i < 3; ++i) expect_rank(inputs, i, 3);
    const Shape& value = inputs[0].shape;
    const Shape& weights = inputs[2].shape;
    if (value.back() % heads != 0) {
      throw OpError{"heads",
                    {std::to_string(heads) + " heads do not divide the values' width " + std::to_string(value.back()),
                     "a divisor of " + std::to_string(value.back())}};
    }
    const std::int64_t count = checked_mul(heads, points);
    if (weights.back() != count) {
      throw OpError{"points",
                    {"weights are " + to_string(weights), "a last axis of heads points = " + std::to_string(count)}};
    }
    Shape wanted = weights;
    wanted[-1] = checked_mul(2, count);
    if (inputs[1].shape != wanted || weights[0] != value[0]) {
      throw OpError{"",
                    {"values " + to_string(value) + ", places " + to_string(inputs[1].shape) + " and weights " +
                         to_string(weights) + " do not fit together",
                     "[b, s, heads d], [b, q, 2 heads points] and [b, q, heads points]"}};
    }
    Shape o = weights;
    o[-1] = value.back();
    return {{std::move(o), precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(sample(site)); }
  /// To the values by adding to the corners; to places and weights by the corners' values again.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (wants_gradient(site, 0)) {
      kernels.emplace_back(zero_fill(site.inputs[0]));
      Gather scatter = sample(site);
      scatter.scatter = true;
      kernels.emplace_back(scatter);
    }
    if (!wants_gradient(site, 1) && !wants_gradient(site, 2)) return;
    Gather gather = sample(site);
    gather.index_bytes += site.outputs[0].bytes().value();
    gather.other_bytes = place_bytes(site);
    kernels.emplace_back(gather);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const DeformAttention&, const DeformAttention&) = default;

 private:
  static double place_bytes(const Site& site) { return (site.inputs[1].bytes() + site.inputs[2].bytes()).value(); }

  [[nodiscard]] Gather sample(const Site& site) const {
    const auto samples = static_cast<double>(site.in(2).elements());
    const std::int64_t channels = site.in().back() / heads;
    const auto width = static_cast<double>(channels);
    return {.lookups = 4 * samples,
            .row_bytes = bytes_of(width, site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(site.in().rows() * heads),
            .index_bytes = place_bytes(site),
            .other_bytes = site.outputs[0].bytes().value(),
            .flops = kFlops * samples * width};
  }
};

}  // namespace ridgepoint
