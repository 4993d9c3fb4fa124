#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// The values under a sliding window of x[n, c, ...] as columns [n, c taps, positions], a copy (PyTorch's unfold).
struct Im2col : OpBase {
  static constexpr std::string_view kName = "im2col";
  static constexpr std::string_view kEquation = "y[n, c r s, p q] = x[n, c, p + r, q + s]";
  static constexpr std::string_view kSource = "Chellapilla et al., 2006";
  static constexpr std::string_view kSummary = "the values under a sliding window as columns, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  Extents kernel{{1}};
  Extents stride{{1}};
  Padding padding;
  Extents dilation{{1}};

  static auto fields() {
    return std::tuple{Field{"kernel", &Im2col::kernel, "extent of the window", kRequired},
                      Field{"stride", &Im2col::stride, "step of the window"},
                      Field{"padding", &Im2col::padding, "zeros on each side, or \"same\" or \"valid\"", kOptional, 0},
                      Field{"dilation", &Im2col::dilation, "distance of the window's taps"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs);
    const Shape& x = inputs[0].shape;
    const Shape windows = window_shape(x, {kernel, stride, dilation, padding}, 1);
    const std::int64_t column = checked_mul(x[1], taps_of(kernel, x.rank() - 2));
    return {{Shape{x[0], column, windows.elements() / x[0]}, inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.out(), StreamKind::kCopy, kName, 0, 0, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  /// Adds each column's values to where they came from.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.out(), StreamKind::kReduction, "col2im", 1, 0, site.outputs[0].bytes(), site.inputs[0].bytes()));
  }
  friend bool operator==(const Im2col&, const Im2col&) = default;
};

}  // namespace ridgepoint
