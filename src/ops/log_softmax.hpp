#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// x - max - ln(sum(exp(x - max))) over an axis: maximum, difference, exp, sum, difference; one logarithm per row is
/// left out.
struct LogSoftmax : OpBase {
  static constexpr std::string_view kName = "log_softmax";
  static constexpr std::string_view kEquation = "y = x - max x - ln sum exp(x - max x)";
  static constexpr std::string_view kSource = "maximum, subtract, exp, sum, subtract";
  static constexpr std::string_view kSummary = "logarithm of the softmax over an axis";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr FusionRole kFusion = FusionRole::kRow;

  std::int64_t axis = -1;

  static auto fields() {
    return std::tuple{Field{"axis", &LogSoftmax::axis, "the axis that sums to 1", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    (void)resolve_axis(axis, inputs[0].shape.rank());
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, 5, site.inputs[0].bytes()));
  }
  /// dX = dY - exp(Y) sum(dY).
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, 4, site.outputs[0].bytes() * 2.0));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.output = true}; }
  friend bool operator==(const LogSoftmax&, const LogSoftmax&) = default;

 private:
  [[nodiscard]] Stream by_row(const Site& site, double flops, const Traffic& read) const {
    Stream stream = pass_over(site.in(), StreamKind::kNormalization, kName, flops, 1, read, site.outputs[0].bytes());
    stream.cols = static_cast<double>(site.in()[axis]);
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    return stream;
  }
};

}  // namespace ridgepoint
