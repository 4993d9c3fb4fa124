#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Sets values to zero at random and scales the others, in training only (Srivastava et al. 2014): a comparison with a
/// random number and a product, and a mask of one byte per value for the way back. Drawing the numbers is not counted.
struct Dropout : OpBase {
  static constexpr std::string_view kName = "dropout";
  static constexpr std::string_view kEquation = "y = x keep / (1 - rate)";
  static constexpr std::string_view kSource = "Srivastava et al., JMLR 15, 2014";
  static constexpr std::string_view kSummary = "zeros at random in training, free at inference";
  static constexpr Category kCategory = Category::kElementwise;

  double rate = 0.5;

  static auto fields() { return std::tuple{Field{"rate", &Dropout::rate, "share of zeros, from 0 to below 1"}}; }

  [[nodiscard]] FusionRole fusion(Phase phase) const {
    return phase == Phase::kTraining ? FusionRole::kElementwise : FusionRole::kView;
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    if (!(rate >= 0 && rate < 1)) throw OpError{"rate", {"the rate is out of range", "from 0 to below 1"}};
    return {inputs[0]};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    if (!site.training()) return;
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 2, 0, site.inputs[0].bytes(),
                                   site.outputs[0].bytes() + Traffic(saved(site).extra, "kept")));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, 2, 0,
                                   site.outputs[0].bytes() + Traffic(saved(site).extra, "kept"),
                                   site.inputs[0].bytes()));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    return {.extra = bytes_of(static_cast<double>(site.in().elements()), DType::kInt8)};
  }
  friend bool operator==(const Dropout&, const Dropout&) = default;
};

}  // namespace ridgepoint
