#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Cost per value of a loss that compares two tensors value by value and means the results: FLOPs (the mean's sum
/// included) and special operations, there and back.
struct LossFunction {
  std::string_view name;
  double flops;
  double special;
  double backward_flops;
  double backward_special;
  std::string_view formula;
};

inline constexpr std::array kLossFunctions{
    LossFunction{"bce", 8, 2, 5, 1, "mean of -t ln x - (1 - t) ln(1 - x)"},
    LossFunction{"bce_with_logits", 9, 2, 5, 2, "mean of max(x, 0) - t x + ln(1 + exp(-|x|))"},
    LossFunction{"mse", 3, 0, 2, 0, "mean of (x - t)^2"},
    LossFunction{"l1", 3, 0, 2, 0, "mean of |x - t|"},
    LossFunction{"smooth_l1", 7, 0, 5, 0, "mean of d^2 / 2 where |d| < 1, else |d| - 1/2, with d = x - t"},
};

/// A scalar loss of x and target, of one shape; one op per row of the table above.
struct Loss : OpBase {
  static constexpr std::string_view kSource =
      "the table of FLOPs in src/ops/loss.hpp: one per operation and special function";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr const auto& kTable = kLossFunctions;

  std::size_t function = 0;  ///< row of kLossFunctions

  static auto fields() { return std::tuple{}; }
  [[nodiscard]] const LossFunction& f() const { return kLossFunctions[function]; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    if (inputs[0].shape != inputs[1].shape) {
      throw OpError{"",
                    {"x is " + to_string(inputs[0].shape) + " and target is " + to_string(inputs[1].shape),
                     "two inputs of one shape"}};
    }
    return {{Shape{}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kReduction, f().name, f().flops, f().special,
                                   site.inputs[0].bytes() + site.inputs[1].bytes(), site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    for (std::size_t i = 0; i < 2; ++i) {
      if (!wants_gradient(site, i)) continue;
      kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, f().name, f().backward_flops,
                                     f().backward_special, site.inputs[0].bytes() + site.inputs[1].bytes(),
                                     site.inputs[i].bytes()));
    }
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Loss&, const Loss&) = default;
};

}  // namespace ridgepoint
