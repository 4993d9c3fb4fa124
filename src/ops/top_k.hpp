#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// The k largest values of an axis, and behind them, as a second output, where they were: one comparison per value.
struct TopK : OpBase {
  static constexpr std::string_view kName = "top_k";
  static constexpr std::string_view kEquation = "y0, y1 = the k largest values and their indices";
  static constexpr std::string_view kSource = "one comparison a value and pass of the selection";
  static constexpr std::string_view kSummary = "the largest values of an axis, and their indices";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t k = 1;
  std::int64_t axis = -1;

  static auto fields() {
    return std::tuple{Field{"k", &TopK::k, "how many", kRequired},
                      Field{"axis", &TopK::axis, "the axis to search", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    TensorType y = inputs[0];
    const std::int64_t searched = resolve_axis(axis, y.shape.rank());
    if (k > y.shape[searched]) {
      throw OpError{"k",
                    {std::to_string(k) + " values of an axis of " + std::to_string(y.shape[searched]),
                     "at most " + std::to_string(y.shape[searched])}};
    }
    y.shape[searched] = k;
    return {y, {y.shape, DType::kInt64}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = pass_over(site.in(), StreamKind::kReduction, "top_k", 1, 0, site.inputs[0].bytes(),
                              site.outputs[0].bytes() + site.outputs[1].bytes());
    stream.cols = static_cast<double>(site.in()[axis]);
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    kernels.emplace_back(stream);
  }
  /// Zeros, and the gradients in their places.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kCopy, "top_k_backward", 0, 0,
                                   site.outputs[0].bytes() + site.outputs[1].bytes(), site.inputs[0].bytes()));
  }
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = site.outputs[1].bytes()}; }
  friend bool operator==(const TopK&, const TopK&) = default;
};

}  // namespace ridgepoint
