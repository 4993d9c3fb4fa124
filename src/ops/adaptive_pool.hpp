#pragma once
#include <numeric>

#include "ops/copy.hpp"
#include "ops/pooling.hpp"

namespace ridgepoint {

/// Pooling to a fixed output: output i of an axis covers the inputs from floor(i in / out) to ceil((i + 1) in / out)
/// (PyTorch's rule), so windows differ by one and may overlap. One FLOP per value in a window.
struct AdaptivePool : OpBase {
  static constexpr std::string_view kName = "adaptive_pool";
  static constexpr std::string_view kEquation =
      "y = max or mean of x over windows from floor(i in / out) to ceil((i + 1) in / out)";
  static constexpr std::string_view kSource = "one FLOP a value in the window";
  static constexpr std::string_view kSummary = "mean or max over windows that give a fixed output";
  static constexpr Category kCategory = Category::kReduction;

  Reduction reduce = Reduction::kMean;
  Extents output{{1}};

  static auto fields() {
    return std::tuple{Field{"reduce", &AdaptivePool::reduce, "mean, max or sum"},
                      Field{"output", &AdaptivePool::output, "extent of the output", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs);
    TensorType y = inputs[0];
    const std::int64_t axes = y.shape.rank() - 2;
    expect_spatial(output, axes, "output");
    for (std::int64_t axis = 0; axis < axes; ++axis) y.shape[axis + 2] = output.at(axis);
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream =
        pass_over(site.out(), StreamKind::kReduction, "pool", 0, 0, site.inputs[0].bytes(), site.outputs[0].bytes());
    stream.flops_per_element = taps(site);
    kernels.emplace_back(stream);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, "pool_backward", 1, 0,
                                   site.outputs[0].bytes() + Traffic(saved(site).extra, "kept"),
                                   site.inputs[0].bytes()));
  }
  /// A maximum keeps which input won, as a 64-bit index (PyTorch).
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {};
    return {.extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const AdaptivePool&, const AdaptivePool&) = default;

 private:
  /// Mean number of values in a window: the product of the axes' sums of extents over the number of windows. The sum of
  /// ceil((i + 1) in / out) - floor(i in / out) over i is in + out - gcd(in, out).
  static double taps(const Site& site) {
    double taps = 1;
    for (std::int64_t axis = 2; axis < site.in().rank(); ++axis) {
      const std::int64_t in = site.in()[axis];
      const std::int64_t out = site.out()[axis];
      taps *= static_cast<double>(in + out - std::gcd(in, out)) / static_cast<double>(out);
    }
    return taps;
  }
};

}  // namespace ridgepoint
