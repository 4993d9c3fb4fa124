#pragma once
#include "ops/spatial.hpp"

namespace ridgepoint {

/// What a pooling window or a reduction computes.
enum class Reduction : std::uint8_t { kSum, kMean, kMax };
template <>
struct Words<Reduction> {
  static constexpr std::array<std::string_view, 3> kWords{"sum", "mean", "max"};
};

/// Maximum or average over a sliding window of x[n, c, ...]: one FLOP per value in the window.
struct Pooling : OpBase {
  static constexpr std::string_view kName = "pool";
  static constexpr std::string_view kEquation = "y = max or mean of x over the window";
  static constexpr std::string_view kSource = "one FLOP a value in the window";
  static constexpr std::string_view kSummary = "max or mean over a sliding window";
  static constexpr Category kCategory = Category::kReduction;

  Reduction reduce = Reduction::kMax;
  Extents kernel{{1}};
  Extents stride{{1}};
  Padding padding;
  Extents dilation{{1}};
  bool ceil_mode = false;

  static auto fields() {
    return std::tuple{
        Field{"reduce", &Pooling::reduce, "max, mean or sum"},
        Field{"kernel", &Pooling::kernel, "extent of the window", kRequired},
        Field{"stride", &Pooling::stride, "step of the window"},
        Field{"padding", &Pooling::padding, "padding on each side, or \"same\" or \"valid\"", kOptional, 0},
        Field{"dilation", &Pooling::dilation, "distance of the window's taps"},
        Field{"ceil_mode", &Pooling::ceil_mode, "whether a last partial window counts"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs);
    const Shape& x = inputs[0].shape;
    return {{window_shape(x, {kernel, stride, dilation, padding, ceil_mode}, x[1]), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const auto taps = static_cast<double>(taps_of(kernel, site.in().rank() - 2));
    Stream stream = stream_over(site.out(), StreamKind::kReduction, "pool", taps, 0);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "pool_backward", 1, 0);
    stream.read = site.outputs[0].bytes() + Traffic(saved(site).extra, "kept");
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// A maximum keeps which input won, as a 64-bit index (PyTorch).
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {};
    return {.extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const Pooling&, const Pooling&) = default;
};

}  // namespace ridgepoint
