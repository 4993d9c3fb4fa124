#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// y[..., out_features] = x[..., in] W^T (+ bias). A bias starts the accumulators: it costs bytes, not FLOPs.
struct Linear : OpBase {
  static constexpr std::string_view kName = "linear";
  static constexpr std::string_view kEquation = "y[..., out] = x[..., in] W[in, out] + b";
  static constexpr std::string_view kSource = "a bias starts the accumulators: bytes, no FLOPs";
  static constexpr std::string_view kSummary = "fully connected layer over the last axis";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t out_features = 1;
  bool bias = true;

  static auto fields() {
    return std::tuple{Field{"out_features", &Linear::out_features, "width of the output", kRequired},
                      Field{"bias", &Linear::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[-1] = out_features;
    return {y};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    Parameters list{
        {"weight", {{"out_features", out_features}, {"in_features", inputs[0].shape.back()}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_features, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(Gemm{.m = site.in().rows(),
                              .n = out_features,
                              .k = site.in().back(),
                              .a = site.inputs[0].dtype,
                              .b = site.precision.weights,
                              .c = site.outputs[0].dtype,
                              .math = site.precision.math,
                              .b_scale_group = site.precision.weight_group,
                              .bias = bias ? out_features : 0});
  }

  /// dX[m, k] = dY[m, n] W[n, k].
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(Gemm{.m = site.in().rows(),
                              .n = site.in().back(),
                              .k = out_features,
                              .a = site.outputs[0].dtype,
                              .b = site.precision.weights,
                              .c = site.inputs[0].dtype,
                              .math = site.precision.math,
                              .b_scale_group = site.precision.weight_group});
  }

  /// dW[n, k] = dY^T X, a reduction over the rows; the bias gradient is a column sum of dY.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(Gemm{.m = out_features,
                              .n = site.in().back(),
                              .k = site.in().rows(),
                              .a = site.outputs[0].dtype,
                              .b = site.inputs[0].dtype,
                              .c = site.precision.weights,
                              .math = site.precision.math});
    if (bias) kernels.emplace_back(bias_gradient(site, out_features));
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Linear&, const Linear&) = default;
};

}  // namespace ridgepoint
