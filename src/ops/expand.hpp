#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// x with an axis of extent 1 stretched to `length`. Free: the consumer reads the same values again. The gradient is a
/// sum.
struct Expand : OpBase {
  static constexpr std::string_view kName = "expand";
  static constexpr std::string_view kEquation = "y[..., i, ...] = x[..., 0, ...]";
  static constexpr std::string_view kSource = "a view of stride 0; the gradient is a sum";
  static constexpr std::string_view kSummary = "stretches an axis of extent 1, free";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t axis = 0;
  std::int64_t length = 1;

  static auto fields() {
    return std::tuple{Field{"axis", &Expand::axis, "the axis to stretch", kRequired, kAnyInteger},
                      Field{"length", &Expand::length, "its new extent", kRequired}};
  }

  [[nodiscard]] FusionRole fusion(Phase phase) const {
    return phase == Phase::kTraining ? FusionRole::kAlone : FusionRole::kView;
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    TensorType y = inputs[0];
    const std::int64_t stretched = resolve_axis(axis, y.shape.rank());
    if (y.shape[stretched] != 1) {
      throw OpError{"axis",
                    {"axis " + std::to_string(axis) + " of " + to_string(y.shape) + " has an extent of " +
                         std::to_string(y.shape[stretched]),
                     "an axis of extent 1"}};
    }
    y.shape[stretched] = length;
    return {y};
  }

  void fprop(const Site&, Kernels&) const {}
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream sum{.kind = StreamKind::kReduction, .op = "sum", .flops_per_element = 1};
    sum.rows = static_cast<double>(site.in().elements());
    sum.cols = static_cast<double>(length);
    sum.read = site.outputs[0].bytes();
    sum.written = site.inputs[0].bytes();
    kernels.emplace_back(sum);
  }
  friend bool operator==(const Expand&, const Expand&) = default;
};

}  // namespace ridgepoint
