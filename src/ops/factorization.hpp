#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// y[batch, dim] = ((sum of x)^2 - sum of x^2) / 2 over the fields of x[batch, fields, dim]: the products of all pairs
/// of fields, of order 2, in linear time (Rendle 2010, lemma 3.1; the bi-interaction of He and Chua, arXiv 1708.05027).
/// A sum over dim gives the term of a factorization machine.
struct FactorizationMachine : OpBase {
  static constexpr std::string_view kName = "fm";
  static constexpr std::string_view kEquation = "y[d] = ((sum over f of x[f, d])^2 - sum over f of x[f, d]^2) / 2";
  static constexpr std::string_view kSource = "Rendle 2010, lemma 3.1; He and Chua, arXiv 1708.05027";
  static constexpr std::string_view kSummary = "products of all pairs of fields, summed: a factorization machine";
  static constexpr Category kCategory = Category::kReduction;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    const Shape& x = inputs[0].shape;
    if (x.rank() != 3) throw OpError{"", {"input has shape " + to_string(x), "[batch, fields, dim]"}};
    return {{Shape{x[0], x[2]}, precision.activations}};
  }

  /// A sum, a square and its sum per value; a square, a difference and a half per result.
  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream{.kind = StreamKind::kReduction, .op = "fm"};
    stream.rows = static_cast<double>(site.out().elements());
    stream.cols = static_cast<double>(site.in()[1]);
    stream.flops_per_element = 3 + 3 / stream.cols;
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// dX = dY (sum of x - x), the sum taken again.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "fm", 3, 0);
    stream.read = site.inputs[0].bytes() + site.outputs[0].bytes();
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const FactorizationMachine&, const FactorizationMachine&) = default;
};

}  // namespace ridgepoint
