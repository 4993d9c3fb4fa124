#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// The index of the largest value of an axis: one comparison per value. It has no gradient.
struct ArgMax : OpBase {
  static constexpr std::string_view kName = "arg_max";
  static constexpr std::string_view kEquation = "y = the index at which x is largest";
  static constexpr std::string_view kSource = "one comparison a value";
  static constexpr std::string_view kSummary = "the index of the largest value of an axis";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t axis = -1;
  bool keep = false;

  static auto fields() {
    return std::tuple{Field{"axis", &ArgMax::axis, "the axis to search", kOptional, kAnyInteger},
                      Field{"keep", &ArgMax::keep, "whether the axis stays with extent 1"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    const Shape& x = inputs[0].shape;
    const std::int64_t searched = resolve_axis(axis, x.rank());
    std::vector<std::int64_t> extents(x.extents().begin(), x.extents().end());
    if (keep) {
      extents[static_cast<std::size_t>(searched)] = 1;
    } else {
      extents.erase(extents.begin() + searched);
    }
    return {{Shape(std::move(extents)), DType::kInt64}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream =
        pass_over(site.in(), StreamKind::kReduction, "arg_max", 1, 0, site.inputs[0].bytes(), site.outputs[0].bytes());
    stream.cols = static_cast<double>(site.in()[axis]);
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    kernels.emplace_back(stream);
  }
  friend bool operator==(const ArgMax&, const ArgMax&) = default;
};

}  // namespace ridgepoint
