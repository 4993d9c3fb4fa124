#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// exp(x - max) / sum over an axis. `scaled` multiplies by a constant first (1/sqrt(d) of attention).
struct Softmax : OpBase {
  static constexpr std::string_view kName = "softmax";
  static constexpr std::string_view kEquation = "y = exp(x - max x) / sum exp(x - max x)";
  static constexpr std::string_view kSource = "maximum, subtract, exp, sum, multiply";
  static constexpr std::string_view kSummary = "softmax over an axis";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr FusionRole kFusion = FusionRole::kRow;

  bool scaled = false;
  std::int64_t axis = -1;

  static auto fields() {
    return std::tuple{Field{"scaled", &Softmax::scaled, "whether x is first multiplied by a constant"},
                      Field{"axis", &Softmax::axis, "the axis that sums to 1", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    (void)resolve_axis(axis, inputs[0].shape.rank());
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = by_row(site, kSoftmaxFlops + (scaled ? 1 : 0), kSoftmaxSpecial);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// dX = Y (dY - sum(dY Y)).
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = by_row(site, 4 + (scaled ? 1 : 0), 0);
    stream.read = site.outputs[0].bytes() * 2.0;
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.output = true}; }
  friend bool operator==(const Softmax&, const Softmax&) = default;

 private:
  [[nodiscard]] Stream by_row(const Site& site, double flops, double special) const {
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, kName, flops, special);
    stream.cols = static_cast<double>(site.in()[axis]);
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    return stream;
  }
};

}  // namespace ridgepoint
