#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// exp(x - max) / sum over the last axis. `scaled` multiplies by a constant first (1/sqrt(d) of attention).
struct Softmax : OpBase {
  static constexpr std::string_view kName = "softmax";
  static constexpr std::string_view kSummary = "softmax over the last axis";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr FusionRole kFusion = FusionRole::kRow;

  bool scaled = false;

  static auto fields() {
    return std::tuple{Field{"scaled", &Softmax::scaled, "whether x is first multiplied by a constant"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, "softmax", kSoftmaxFlops + (scaled ? 1 : 0),
                                kSoftmaxSpecial);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// dX = Y (dY - sum(dY Y)).
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, "softmax", 4 + (scaled ? 1 : 0), 0);
    stream.read = site.outputs[0].bytes() * 2.0;
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.output = true}; }
  friend bool operator==(const Softmax&, const Softmax&) = default;
};

}  // namespace ridgepoint
