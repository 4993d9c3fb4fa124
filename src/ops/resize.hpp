#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// How a resized grid is interpolated: `linear` along each axis, `cubic` with four taps along each.
enum class Interpolation : std::uint8_t { kNearest, kLinear, kCubic };
template <>
struct Words<Interpolation> {
  static constexpr std::array<std::string_view, 3> kWords{"nearest", "linear", "cubic"};
};

/// Interpolates x[n, c, ...] to other spatial extents: those of a second input, `size`, or `scale` times its own. With
/// t taps per output value (2 or 4 to the number of axes) it takes t products and t - 1 sums; the weights, which all
/// channels share, are left out. Nearest neighbours are a copy.
struct Resize : OpBase {
  static constexpr std::string_view kName = "resize";
  static constexpr std::string_view kEquation = "y = x at other points: nearest, or 2 or 4 weights per axis";
  static constexpr std::string_view kSource = "Keys, IEEE ASSP 29, 1981, for cubic";
  static constexpr std::string_view kSummary = "upsampling or downsampling: nearest, (bi)linear or (bi)cubic";
  static constexpr Category kCategory = Category::kDataMovement;

  Interpolation mode = Interpolation::kNearest;
  Extents size{{0}};
  Extents scale{{0}};

  static auto fields() {
    return std::tuple{
        Field{"mode", &Resize::mode, "nearest, linear (bilinear in 2D) or cubic"},
        Field{"size", &Resize::size, "extents of the output; 0 goes by scale", kOptional, 0},
        Field{"scale", &Resize::scale, "factor of the extents; 0 goes by size or by a second input", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs, 1, 2);
    TensorType y = inputs[0];
    const std::int64_t axes = y.shape.rank() - 2;
    expect_spatial(size, axes, "size");
    expect_spatial(scale, axes, "scale");
    if (inputs.size() == 2 && inputs[1].shape.rank() != y.shape.rank()) {
      throw OpError{"",
                    {"x is " + to_string(y.shape) + " and its model is " + to_string(inputs[1].shape),
                     "two inputs with as many axes"}};
    }
    for (std::int64_t axis = 0; axis < axes; ++axis) {
      std::int64_t& extent = y.shape[axis + 2];
      if (inputs.size() == 2) {
        extent = inputs[1].shape[axis + 2];
      } else if (size.at(axis) > 0) {
        extent = size.at(axis);
      } else if (scale.at(axis) > 0) {
        extent = checked_mul(extent, scale.at(axis));
      } else {
        throw OpError{"", {"has no extents to resize to", "size, scale or a second input"}};
      }
    }
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const StreamKind kind = mode == Interpolation::kNearest ? StreamKind::kCopy : StreamKind::kElementwise;
    kernels.emplace_back(
        pass_over(site.out(), kind, kName, flops(site), 0, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  /// Every output's gradient goes back to its taps: a product and a sum each, nearest a sum alone.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.out(), StreamKind::kReduction, "resize_backward", flops(site) + 1, 0,
                                   site.outputs[0].bytes(), site.inputs[0].bytes()));
  }
  friend bool operator==(const Resize&, const Resize&) = default;

 private:
  [[nodiscard]] double flops(const Site& site) const {
    if (mode == Interpolation::kNearest) return 0;
    double taps = 1;
    for (std::int64_t axis = 2; axis < site.in().rank(); ++axis) taps *= mode == Interpolation::kLinear ? 2 : 4;
    return 2 * taps - 1;
  }
};

}  // namespace ridgepoint
