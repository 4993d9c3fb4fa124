#pragma once
#include "ops/broadcast.hpp"
#include "ops/copy.hpp"

namespace ridgepoint {

/// y = a where the condition holds, else b, with broadcasting: one FLOP per value. Inputs: condition, a, b.
struct Select : OpBase {
  static constexpr std::string_view kName = "where";
  static constexpr std::string_view kEquation = "y = a where the condition holds, else b";
  static constexpr std::string_view kSource = "one selection a value";
  static constexpr std::string_view kSummary = "a where a condition holds, else b: condition, a, b";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 3, 3);
    const Shape values(broadcast(inputs[1].shape, inputs[2].shape));
    return {{Shape(broadcast(inputs[0].shape, values)), precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.out(), StreamKind::kElementwise, kName, 1, 0,
                                   site.inputs[0].bytes() + site.inputs[1].bytes() + site.inputs[2].bytes(),
                                   site.outputs[0].bytes()));
  }
  /// The gradient of each side is dY where it was taken, summed where that side was stretched.
  void dgrad(const Site& site, Kernels& kernels) const {
    for (std::size_t i = 1; i < 3; ++i) {
      if (!wants_gradient(site, i)) continue;
      const bool stretched = site.in(i).elements() != site.out().elements();
      kernels.emplace_back(pass_over(site.out(), stretched ? StreamKind::kReduction : StreamKind::kElementwise, kName,
                                     stretched ? 2 : 1, 0, site.inputs[0].bytes() + site.outputs[0].bytes(),
                                     site.inputs[i].bytes()));
    }
  }
  /// The condition alone.
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = site.inputs[0].bytes()}; }
  friend bool operator==(const Select&, const Select&) = default;
};

}  // namespace ridgepoint
