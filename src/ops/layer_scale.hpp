#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// y = x gamma with one learned value per index of an axis (Touvron et al., arXiv 2103.17239).
struct LayerScale : OpBase {
  static constexpr std::string_view kName = "layer_scale";
  static constexpr std::string_view kEquation = "y = w x";
  static constexpr std::string_view kSource = "Touvron et al., arXiv 2103.17239";
  static constexpr std::string_view kSummary = "multiplies by a learned vector over an axis";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  std::int64_t axis = -1;

  static auto fields() {
    return std::tuple{Field{"axis", &LayerScale::axis, "the axis of the vector", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    (void)resolve_axis(axis, inputs[0].shape.rank());
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"weight", inputs[0].shape[axis], ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 1, 0,
                                   site.inputs[0].bytes() + vector_bytes(site), site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 1, 0,
                                   site.outputs[0].bytes() + vector_bytes(site), site.inputs[0].bytes()));
  }
  /// Sum of dY x.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kReduction, kName, 2, 0,
                                   site.inputs[0].bytes() + site.outputs[0].bytes(), vector_bytes(site)));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const LayerScale&, const LayerScale&) = default;

 private:
  [[nodiscard]] Traffic vector_bytes(const Site& site) const {
    return vector_traffic(site.in()[axis], "weight", site.precision);
  }
};

}  // namespace ridgepoint
