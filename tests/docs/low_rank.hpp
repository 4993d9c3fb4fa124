#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// y[..., out_features] = (x[..., in] A^T) B^T through `rank` values, as adapters and factorized layers do (Hu et al.,
/// arXiv 2106.09685).
struct LowRank : OpBase {
  static constexpr std::string_view kName = "low_rank";
  static constexpr std::string_view kSummary = "fully connected layer through a narrow middle";
  static constexpr std::string_view kEquation = "y[..., out] = (x[..., in] A[in, rank]) B[rank, out]";
  static constexpr std::string_view kSource = "Hu et al., arXiv 2106.09685";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t rank = 1;
  std::int64_t out_features = 1;

  static auto fields() {
    return std::tuple{Field{"rank", &LowRank::rank, "width of the middle", kRequired},
                      Field{"out_features", &LowRank::out_features, "width of the output", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    if (rank > inputs[0].shape.back()) {
      throw OpError{"rank",
                    {"a middle of " + std::to_string(rank) + " is wider than the input",
                     "at most " + std::to_string(inputs[0].shape.back())}};
    }
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[-1] = out_features;
    return {y};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"a", {{"in_features", inputs[0].shape.back()}, {"rank", rank}}, ParameterRole::kWeight},
            {"b", {{"rank", rank}, {"out_features", out_features}}, ParameterRole::kWeight}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, {.m = rows(site), .n = rank, .k = site.in().back()}));
    kernels.emplace_back(product(site, {.m = rows(site), .n = out_features, .k = rank}));
  }
  /// The way back: dY B, then times A.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, {.m = rows(site), .n = rank, .k = out_features}));
    kernels.emplace_back(product(site, {.m = rows(site), .n = site.in().back(), .k = rank}));
  }
  /// One product for each of the two matrices, a reduction over the rows.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, {.m = out_features, .n = rank, .k = rows(site)}));
    kernels.emplace_back(product(site, {.m = rank, .n = site.in().back(), .k = rows(site)}));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    const auto middle = static_cast<double>(rows(site)) * static_cast<double>(rank);
    return {.inputs = true, .extra = bytes_of(middle, site.precision.activations)};
  }
  friend bool operator==(const LowRank&, const LowRank&) = default;

 private:
  static std::int64_t rows(const Site& site) { return site.in().rows(); }
  static Gemm product(const Site& site, Gemm gemm) {
    gemm.a = gemm.c = site.precision.activations;
    gemm.b = site.precision.weights;
    gemm.math = site.precision.math;
    return gemm;
  }
};

}  // namespace ridgepoint
