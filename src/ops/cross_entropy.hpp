#pragma once
#include "ops/copy.hpp"
#include "ops/lookup.hpp"

namespace ridgepoint {

/// Mean over samples of ln(sum(exp(logits))) - logits[target], from logits and one class index for each position of the
/// other axes: per logit a maximum, a difference, exp and a sum; the pick costs nothing.
struct CrossEntropy : OpBase {
  static constexpr std::string_view kName = "cross_entropy";
  static constexpr std::string_view kEquation = "y = mean of -log_softmax(x)[target]";
  static constexpr std::string_view kSource = "log softmax, one value of it a row";
  static constexpr std::string_view kSummary = "loss of logits against class indices";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t axis = -1;

  static auto fields() {
    return std::tuple{Field{"axis", &CrossEntropy::axis, "the axis of the classes", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    expect_ids(inputs, 1);
    const Shape& logits = inputs[0].shape;
    std::vector<std::int64_t> extents(logits.extents().begin(), logits.extents().end());
    extents.erase(extents.begin() + resolve_axis(axis, logits.rank()));
    const Shape wanted(std::move(extents));
    if (inputs[1].shape != wanted) {
      throw OpError{"",
                    {"logits are " + to_string(logits) + " and targets are " + to_string(inputs[1].shape),
                     "targets of " + to_string(wanted)}};
    }
    return {{Shape{}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, 4, site.inputs[0].bytes() + site.inputs[1].bytes(), site.outputs[0].bytes()));
  }
  /// dX = (exp(x - m) / sum - [is target]) dY: difference, exp, two products.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, 4,
                                site.inputs[0].bytes() + site.inputs[1].bytes() + Traffic(saved(site).extra, "kept"),
                                site.inputs[0].bytes()));
  }
  /// And ln(sum(exp)) of each sample.
  [[nodiscard]] Saved saved(const Site& site) const {
    return {.inputs = true, .extra = bytes_of(static_cast<double>(site.in(1).elements()), DType::kFp32)};
  }
  friend bool operator==(const CrossEntropy&, const CrossEntropy&) = default;

 private:
  [[nodiscard]] Stream by_row(const Site& site, double flops, const Traffic& read, const Traffic& written) const {
    Stream stream = pass_over(site.in(), StreamKind::kNormalization, kName, flops, 1, read, written);
    stream.cols = static_cast<double>(site.in()[axis]);
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    return stream;
  }
};

}  // namespace ridgepoint
