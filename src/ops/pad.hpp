#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Adds values before and behind the last axes, one number for each of them: a copy.
struct Pad : OpBase {
  static constexpr std::string_view kName = "pad";
  static constexpr std::string_view kEquation = "y = x with values around it";
  static constexpr std::string_view kSource = "read once, written with its margin";
  static constexpr std::string_view kSummary = "adds values around the last axes, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  std::vector<std::int64_t> before;
  std::vector<std::int64_t> behind;

  static auto fields() {
    return std::tuple{Field{"before", &Pad::before, "values before each of the last axes", kRequired, 0},
                      Field{"behind", &Pad::behind, "values behind them; as many as before if absent", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    TensorType y = inputs[0];
    const auto axes = static_cast<std::int64_t>(before.size());
    if (axes > y.shape.rank()) {
      throw OpError{"before",
                    {"has " + std::to_string(axes) + " numbers for " + to_string(y.shape),
                     "at most " + std::to_string(y.shape.rank())}};
    }
    if (!behind.empty() && behind.size() != before.size()) {
      throw OpError{"behind",
                    {"has " + std::to_string(behind.size()) + " numbers", std::to_string(axes) + ", as before has"}};
    }
    for (std::int64_t i = 0; i < axes; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const std::int64_t added = checked_add(before[at], behind.empty() ? before[at] : behind[at]);
      y.shape[i - axes] = checked_add(y.shape[i - axes], added);
    }
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.out(), StreamKind::kCopy, kName, 0, 0, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.in(), kName, site.inputs[0].bytes()));
  }
  friend bool operator==(const Pad&, const Pad&) = default;
};

}  // namespace ridgepoint
