#pragma once
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Convolution over one to three spatial axes of x[n, c, ...]. Dilation changes the reach of the filter, not its work.
struct Convolution : OpBase {
  static constexpr std::string_view kName = "conv";
  static constexpr std::string_view kEquation =
      "y[n, k, p, q] = sum over c, r, s of x[n, c, p + r, q + s] w[k, c, r, s] + b[k]";
  static constexpr std::string_view kSource = "direct convolution; dilation changes the reach, not the work";
  static constexpr std::string_view kSummary = "convolution in 1D, 2D or 3D, grouped and dilated";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t out_channels = 1;
  Extents kernel{{1}};
  Extents stride{{1}};
  Padding padding;
  Extents dilation{{1}};
  std::int64_t groups = 1;
  bool bias = true;

  static auto fields() {
    return std::tuple{
        Field{"out_channels", &Convolution::out_channels, "number of filters", kRequired},
        Field{"kernel", &Convolution::kernel, "extent of the filter, one number or one per axis", kRequired},
        Field{"stride", &Convolution::stride, "step of the filter"},
        Field{"padding", &Convolution::padding, "zeros on each side, or \"same\" or \"valid\"", kOptional, 0},
        Field{"dilation", &Convolution::dilation, "distance of the filter's taps"},
        Field{"groups", &Convolution::groups, "channel groups; as many as channels is depthwise"},
        Field{"bias", &Convolution::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_grid(inputs);
    const std::int64_t c = inputs[0].shape[1];
    expect_groups(groups, c, "input channels");
    expect_groups(groups, out_channels, "out_channels");
    return {{window_shape(inputs[0].shape, {kernel, stride, dilation, padding}, out_channels), precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t axes = inputs[0].shape.rank() - 2;
    const std::int64_t filters = checked_mul(out_channels, inputs[0].shape[1] / groups);
    Parameters list{{"weight", {{"filters", filters}, {"taps", taps_of(kernel, axes)}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_channels, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kFprop)); }
  void dgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kDgrad)); }
  void wgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kWgrad)); }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Convolution&, const Convolution&) = default;

 private:
  [[nodiscard]] Conv lower(const Site& site, Pass pass) const {
    const Shape& x = site.in();
    const std::int64_t axes = x.rank() - 2;
    return {.n = x[0],
            .c = x[1],
            .in = spatial3(x),
            .k = out_channels,
            .filter = spatial3(kernel, axes),
            .out = spatial3(site.out()),
            .stride = spatial3(stride, axes),
            .groups = groups,
            .pass = pass,
            .x = site.inputs[0].dtype,
            .weight = site.precision.weights,
            .y = site.outputs[0].dtype,
            .math = site.precision.math,
            .bias = bias && pass != Pass::kDgrad ? out_channels : 0};
  }
};

}  // namespace ridgepoint
