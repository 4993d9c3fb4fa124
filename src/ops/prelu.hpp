#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// max(x, 0) + a min(x, 0) with one learned slope, or one per channel (axis 1); He et al., arXiv 1502.01852.
struct Prelu : OpBase {
  static constexpr std::string_view kName = "prelu";
  static constexpr std::string_view kEquation = "y = x if x > 0, else a x";
  static constexpr std::string_view kSource = "He et al., arXiv 1502.01852";
  static constexpr std::string_view kSummary = "relu with a learned slope below zero";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  bool per_channel = false;

  static auto fields() {
    return std::tuple{Field{"per_channel", &Prelu::per_channel, "whether each channel (axis 1) has its own slope"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (per_channel) expect_rank(inputs, 0, 2);
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"weight", slopes(inputs[0].shape), ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 2, 0,
                                   site.inputs[0].bytes() + slope_bytes(site), site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 2, 0,
                                   site.inputs[0].bytes() + site.outputs[0].bytes() + slope_bytes(site),
                                   site.inputs[0].bytes()));
  }
  /// Sum of dY x where x < 0.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kReduction, kName, 3, 0,
                                   site.inputs[0].bytes() + site.outputs[0].bytes(), slope_bytes(site)));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Prelu&, const Prelu&) = default;

 private:
  [[nodiscard]] std::int64_t slopes(const Shape& x) const { return per_channel ? x[1] : 1; }
  [[nodiscard]] Traffic slope_bytes(const Site& site) const {
    return vector_traffic(slopes(site.in()), "weight", site.precision);
  }
};

}  // namespace ridgepoint
