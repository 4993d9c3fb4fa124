#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Stochastic depth: scales each sample (axis 0) by zero or by a constant, in training only (Huang et al., arXiv
/// 1603.09382). One random number per sample, which is not counted.
struct DropPath : OpBase {
  static constexpr std::string_view kName = "drop_path";
  static constexpr std::string_view kEquation = "y = x keep / (1 - rate), keep per sample";
  static constexpr std::string_view kSource = "Huang et al., arXiv 1603.09382";
  static constexpr std::string_view kSummary = "stochastic depth: drops whole samples in training, free at inference";
  static constexpr Category kCategory = Category::kElementwise;

  double rate = 0.1;

  static auto fields() {
    return std::tuple{Field{"rate", &DropPath::rate, "share of dropped samples, from 0 to below 1"}};
  }

  [[nodiscard]] FusionRole fusion(Phase phase) const {
    return phase == Phase::kTraining ? FusionRole::kElementwise : FusionRole::kView;
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    if (!(rate >= 0 && rate < 1)) throw OpError{"rate", {"the rate is out of range", "from 0 to below 1"}};
    return {inputs[0]};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    if (site.training()) dgrad(site, kernels);
  }
  /// As the way there: a product.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.in(), StreamKind::kElementwise, kName, 1, 0, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  friend bool operator==(const DropPath&, const DropPath&) = default;
};

}  // namespace ridgepoint
