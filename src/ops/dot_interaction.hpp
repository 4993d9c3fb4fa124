#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// y[batch, dim + f (f - 1) / 2] of x[batch, f, dim]: the first row and the products of all pairs of rows, in one
/// kernel that keeps the rows near the units (DLRM: Naumov et al., arXiv 1906.00091). Written out it is a `matmul`, a
/// `triangle` and a `concat`.
struct DotInteraction : OpBase {
  static constexpr std::string_view kName = "dot_interaction";
  static constexpr std::string_view kEquation = "y = (x[0], x[i] . x[j] for all i > j)";
  static constexpr std::string_view kSource =
      "Naumov et al., arXiv 1906.00091; one product and one sum per value and pair";
  static constexpr std::string_view kSummary = "the first row and the products of all pairs of rows, in one kernel";
  static constexpr Category kCategory = Category::kReduction;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    const Shape& x = inputs[0].shape;
    if (x.rank() != 3) throw OpError{"", {"input has shape " + to_string(x), "[batch, rows, dim]"}};
    return {{Shape{x[0], checked_add(x[2], checked_mul(x[1], x[1] - 1) / 2)}, precision.activations}};
  }

  /// A value takes part in f - 1 pairs, and each pair's two FLOPs are shared by two values.
  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass(site, 1, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  /// dx[i] is the sum over j of dy[i, j] x[j]: two FLOPs for each value and pair.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass(site, 2, site.inputs[0].bytes() + site.outputs[0].bytes(), site.inputs[0].bytes()));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const DotInteraction&, const DotInteraction&) = default;

 private:
  static Stream pass(const Site& site, double flops_per_pair, const Traffic& read, const Traffic& written) {
    const auto others = static_cast<double>(site.in()[1] - 1);
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, kName, flops_per_pair * others, 0);
    stream.read = read;
    stream.written = written;
    return stream;
  }
};

}  // namespace ridgepoint
