#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Deformable 2D convolution of x[n, c, h, w] at offsets[n, 2 offset_groups taps, p, q] (Dai et al., arXiv 1703.06211),
/// with a third input mask[n, offset_groups taps, p, q] modulated (v2: Zhu et al., arXiv 1811.11168). As torchvision
/// runs it: a gather interpolates the c x taps values of each output pixel, each from four corners, then a product.
struct DeformConv : OpBase {
  static constexpr std::string_view kName = "deform_conv";
  static constexpr std::string_view kEquation =
      "y = sum over taps of w mask x[place + tap + offset], x between pixels by bilinear interpolation";
  static constexpr std::string_view kSource = "Dai et al., arXiv 1703.06211; Zhu et al., 1811.11168";
  static constexpr std::string_view kSummary = "deformable 2D convolution, modulated with a third input";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t out_channels = 1;
  Extents kernel{{1}};
  Extents stride{{1}};
  Padding padding;
  Extents dilation{{1}};
  std::int64_t groups = 1;
  std::int64_t offset_groups = 1;
  bool bias = true;

  static auto fields() {
    using Self = DeformConv;
    return std::tuple{Field{"out_channels", &Self::out_channels, "number of filters", kRequired},
                      Field{"kernel", &Self::kernel, "extent of the filter, one number or one per axis", kRequired},
                      Field{"stride", &Self::stride, "step of the filter"},
                      Field{"padding", &Self::padding, "zeros on each side, or \"same\" or \"valid\"", kOptional, 0},
                      Field{"dilation", &Self::dilation, "distance of the filter's taps"},
                      Field{"groups", &Self::groups, "channel groups of the filters"},
                      Field{"offset_groups", &Self::offset_groups, "groups of channels with offsets of their own"},
                      Field{"bias", &Self::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_grid(inputs, 2, 3);
    const Shape& x = inputs[0].shape;
    if (x.rank() != 4) throw OpError{"", {"input has shape " + to_string(x), "[batch, channels, height, width]"}};
    expect_groups(groups, x[1], "input channels");
    expect_groups(groups, out_channels, "out_channels");
    if (x[1] % offset_groups != 0) {
      throw OpError{"offset_groups",
                    {std::to_string(offset_groups) + " groups do not divide " + std::to_string(x[1]) + " channels",
                     "a divisor of " + std::to_string(x[1])}};
    }
    Shape y = window_shape(x, {kernel, stride, dilation, padding}, out_channels);
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      Shape wanted = y;
      wanted[1] = checked_mul(checked_mul(i == 1 ? 2 : 1, offset_groups), taps_of(kernel, 2));
      if (inputs[i].shape == wanted) continue;
      throw OpError{
          "",
          {std::string(i == 1 ? "the offsets are " : "the mask is ") + to_string(inputs[i].shape), to_string(wanted)}};
    }
    return {{std::move(y), precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t filters = checked_mul(out_channels, inputs[0].shape[1] / groups);
    Parameters list{{"weight", {{"filters", filters}, {"taps", taps_of(kernel, 2)}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_channels, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(sample(site));
    Gemm gemm = product(site, {.m = pixels(site), .n = out_channels / groups, .k = columns(site)});
    gemm.bias = bias ? out_channels : 0;
    kernels.emplace_back(gemm);
  }
  /// dY W, then the columns' gradients go to the corners, and with the corners' values to offsets and mask.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, {.m = pixels(site), .n = columns(site), .k = out_channels / groups}));
    Gather to_input = sample(site);
    to_input.scatter = true;
    to_input.index_bytes = 0;
    Stream zeros = copy_of(site.in(), "fill", site.inputs[0].bytes());
    zeros.read = Bytes{};
    kernels.emplace_back(zeros);
    kernels.emplace_back(to_input);
    Gather to_offsets = sample(site);
    to_offsets.index_bytes = 2 * to_offsets.index_bytes + to_offsets.other_bytes;  // and the columns' gradients
    to_offsets.other_bytes = offset_bytes(site);
    kernels.emplace_back(to_offsets);
  }
  /// The columns are gathered again, then dY^T times the columns.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(sample(site));
    kernels.emplace_back(product(site, {.m = out_channels / groups, .n = columns(site), .k = pixels(site)}));
    if (bias) kernels.emplace_back(bias_gradient(site, out_channels));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const DeformConv&, const DeformConv&) = default;

 private:
  static std::int64_t pixels(const Site& site) { return site.out()[0] * site.out()[2] * site.out()[3]; }
  [[nodiscard]] std::int64_t columns(const Site& site) const {
    return checked_mul(site.in()[1] / groups, taps_of(kernel, 2));
  }
  static double offset_bytes(const Site& site) {
    const Bytes mask = site.inputs.size() > 2 ? site.inputs[2].bytes() : Bytes{};
    return (site.inputs[1].bytes() + mask).value();
  }

  /// Interpolation takes four products and three sums per value, modulation one product more.
  [[nodiscard]] Gather sample(const Site& site) const {
    const double places = static_cast<double>(pixels(site)) * static_cast<double>(taps_of(kernel, 2));
    const double values = places * static_cast<double>(site.in()[1]);
    const std::int64_t channels = site.in()[1] / offset_groups;
    const auto row = static_cast<double>(channels);
    return {.lookups = 4 * places * static_cast<double>(offset_groups),
            .row_bytes = bytes_of(row, site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(site.in().elements()) / row,
            .index_bytes = offset_bytes(site),
            .other_bytes = bytes_of(values, site.inputs[0].dtype).value(),
            .flops = values * (site.inputs.size() > 2 ? 8 : 7)};
  }

  [[nodiscard]] Gemm product(const Site& site, Gemm gemm) const {
    gemm.batch = groups;
    gemm = weight_product(site, gemm);
    return gemm;
  }
};

}  // namespace ridgepoint
