#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// y = x + b with one learned value per index of the last axis, where no product can take it along.
struct Bias : OpBase {
  static constexpr std::string_view kName = "bias";
  static constexpr std::string_view kEquation = "y = x + b";
  static constexpr std::string_view kSource = "one add a value";
  static constexpr std::string_view kSummary = "adds a learned vector over the last axis";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"bias", inputs[0].shape.back(), ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "bias", 1, 0);
    stream.read = site.inputs[0].bytes() + vector_bytes(site);
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// The input's gradient is the output's own; only the bias needs a sum.
  void wgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kReduction, "sum", 1, 0);
    stream.read = site.outputs[0].bytes();
    stream.written = vector_bytes(site);
    kernels.emplace_back(stream);
  }
  friend bool operator==(const Bias&, const Bias&) = default;

 private:
  static Traffic vector_bytes(const Site& site) { return vector_traffic(site.in().back(), "bias", site.precision); }
};

}  // namespace ridgepoint
