#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// y = x (k + alpha / size sum of x^2 over `size` neighbouring channels)^-beta (Krizhevsky et al. 2012). Per value: the
/// square (1), the window's sum (size), scale and shift (2), the power (3, two of them special) and the product (1).
struct LocalResponseNorm : OpBase {
  static constexpr std::string_view kName = "local_response_norm";
  static constexpr std::string_view kEquation = "y = x / (k + a / size sum over neighbouring channels of x^2)^b";
  static constexpr std::string_view kSource = "Krizhevsky et al., NIPS 2012";
  static constexpr std::string_view kSummary = "divides by a power of the neighbouring channels' square sum";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t size = 5;

  static auto fields() {
    return std::tuple{Field{"size", &LocalResponseNorm::size, "channels in the window", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kNormalization, kName, window() + 7, 2,
                                   site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  /// dX = dY s^-b - 2 a b / size x sum(dY x s^(-b-1)): the base again (size + 3), its power (3), the two terms (6) and
  /// the window's sum (size).
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kNormalization, kName, 2 * window() + 12, 3,
                                   site.inputs[0].bytes() + site.outputs[0].bytes(), site.inputs[0].bytes()));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const LocalResponseNorm&, const LocalResponseNorm&) = default;

 private:
  [[nodiscard]] double window() const { return static_cast<double>(size); }
};

}  // namespace ridgepoint
