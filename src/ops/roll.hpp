#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Shifts an axis around, or several: what falls off one end comes in at the other. A copy.
struct Roll : OpBase {
  static constexpr std::string_view kName = "roll";
  static constexpr std::string_view kEquation = "y[i] = x[i - shift mod n]";
  static constexpr std::string_view kSource = "read and written once";
  static constexpr std::string_view kSummary = "shifts axes around their ends, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  std::vector<std::int64_t> axes;
  std::vector<std::int64_t> shifts;

  static auto fields() {
    return std::tuple{Field{"axes", &Roll::axes, "the axes to shift", kRequired, kAnyInteger},
                      Field{"shifts", &Roll::shifts, "how far each is shifted", kRequired, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    for (const std::int64_t axis : axes) (void)resolve_axis(axis, inputs[0].shape.rank(), "axes");
    if (axes.size() != shifts.size()) {
      throw OpError{"shifts",
                    {std::to_string(shifts.size()) + " shifts for " + std::to_string(axes.size()) + " axes",
                     "one for each axis"}};
    }
    return {inputs[0]};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.out(), kName, site.inputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const Roll&, const Roll&) = default;
};

}  // namespace ridgepoint
