#pragma once
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Transposed convolution ("deconvolution") over one to three spatial axes of x[n, c, ...]: the input gradient of a
/// convolution from y to x, so each input value times each filter tap is one multiply-add (Dumoulin and Visin, arXiv
/// 1603.07285). Extent: (in - 1) stride - padding + dilation (kernel - 1) + output_padding + 1.
struct ConvTranspose : OpBase {
  static constexpr std::string_view kName = "conv_transpose";
  static constexpr std::string_view kEquation =
      "the input gradient of a convolution: each x[n, c, p, q] adds w[c, k, r, s] to y";
  static constexpr std::string_view kSource = "Dumoulin and Visin, arXiv 1603.07285";
  static constexpr std::string_view kSummary = "transposed convolution in 1D, 2D or 3D";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t out_channels = 1;
  Extents kernel{{1}};
  Extents stride{{1}};
  Padding padding;
  Extents output_padding{{0}};
  Extents dilation{{1}};
  std::int64_t groups = 1;
  bool bias = true;

  static auto fields() {
    using Self = ConvTranspose;
    return std::tuple{
        Field{"out_channels", &Self::out_channels, "number of channels of the output", kRequired},
        Field{"kernel", &Self::kernel, "extent of the filter, one number or one per axis", kRequired},
        Field{"stride", &Self::stride, "step of the filter in the output"},
        Field{"padding", &Self::padding, "what is cut off each side, or \"same\" or \"valid\"", kOptional, 0},
        Field{"output_padding", &Self::output_padding, "what is added behind, below the stride", kOptional, 0},
        Field{"dilation", &Self::dilation, "distance of the filter's taps"},
        Field{"groups", &Self::groups, "channel groups"},
        Field{"bias", &Self::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_grid(inputs);
    Shape y = inputs[0].shape;
    const std::int64_t axes = y.rank() - 2;
    expect_spatial(kernel, axes, "kernel");
    expect_spatial(stride, axes, "stride");
    expect_spatial(output_padding, axes, "output_padding");
    expect_spatial(dilation, axes, "dilation");
    expect_padding(padding, axes);
    expect_groups(groups, y[1], "input channels");
    expect_groups(groups, out_channels, "out_channels");
    y[1] = out_channels;
    for (std::int64_t axis = 0; axis < axes; ++axis) y[axis + 2] = extent(y[axis + 2], axis, axes);
    return {{std::move(y), precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t filters = checked_mul(inputs[0].shape[1], out_channels / groups);
    const std::int64_t taps = taps_of(kernel, inputs[0].shape.rank() - 2);
    Parameters list{{"weight", {{"filters", filters}, {"taps", taps}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_channels, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kDgrad)); }
  void dgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kFprop)); }
  void wgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kWgrad)); }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const ConvTranspose&, const ConvTranspose&) = default;

 private:
  [[nodiscard]] std::int64_t extent(std::int64_t in, std::int64_t axis, std::int64_t axes) const {
    if (padding.rule == Padding::Rule::kSame) return checked_mul(in, stride.at(axis));
    if (output_padding.at(axis) >= std::max(stride.at(axis), dilation.at(axis))) {
      throw OpError{"output_padding",
                    {std::to_string(output_padding.at(axis)) + " is not below the stride or the dilation",
                     "at most " + std::to_string(std::max(stride.at(axis), dilation.at(axis)) - 1)}};
    }
    const std::int64_t reach =
        checked_add(checked_mul(in - 1, stride.at(axis)), checked_mul(dilation.at(axis), kernel.at(axis) - 1));
    const std::int64_t whole = checked_add(checked_add(reach, output_padding.at(axis)), 1);
    const bool cuts = padding.rule == Padding::Rule::kExplicit;
    const std::int64_t cut = cuts ? checked_add(padding.before(axis), padding.behind(axis, axes)) : 0;
    if (cut >= whole) {
      throw OpError{"padding",
                    {"cuts " + std::to_string(cut) + " off an output of " + std::to_string(whole),
                     "at most " + std::to_string(whole - 1) + " in all"}};
    }
    return whole - cut;
  }

  /// The convolution from y to x whose gradient this is.
  [[nodiscard]] Conv lower(const Site& site, Pass pass) const {
    const std::int64_t axes = site.in().rank() - 2;
    return {.n = site.in()[0],
            .c = out_channels,
            .in = spatial3(site.out()),
            .k = site.in()[1],
            .filter = spatial3(kernel, axes),
            .out = spatial3(site.in()),
            .stride = spatial3(stride, axes),
            .groups = groups,
            .pass = pass,
            .x = site.outputs[0].dtype,
            .weight = site.precision.weights,
            .y = site.inputs[0].dtype,
            .math = site.precision.math,
            .bias = bias && pass != Pass::kFprop ? out_channels : 0};
  }
};

}  // namespace ridgepoint
