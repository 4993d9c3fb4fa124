#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Rotary position embedding of x[batch, seq, heads * head_dim] (Su et al., arXiv 2104.09864): each pair of values is
/// rotated, 6 FLOPs a pair, by angles read from a table of seq x head_dim. `share` is the rotated part of each head, or
/// `rotated` the number of its values that are.
struct Rope : OpBase {
  static constexpr std::string_view kName = "rope";
  static constexpr std::string_view kEquation = "each pair (a, b) becomes (a cos - b sin, a sin + b cos)";
  static constexpr std::string_view kSource = "Su et al., arXiv 2104.09864";
  static constexpr std::string_view kSummary = "rotary position embedding";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  std::int64_t head_dim = 1;
  double share = 1;
  std::int64_t rotated = 0;

  static auto fields() {
    return std::tuple{
        Field{"head_dim", &Rope::head_dim, "width of a head", kRequired},
        Field{"share", &Rope::share, "the part of each head that is rotated"},
        Field{"rotated", &Rope::rotated, "values of each head that are rotated; 0 means its share", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 3);
    if (inputs[0].shape.back() % head_dim != 0) {
      throw OpError{"head_dim",
                    {"heads of " + std::to_string(head_dim) + " do not divide the width " +
                         std::to_string(inputs[0].shape.back()),
                     "a divisor of " + std::to_string(inputs[0].shape.back())}};
    }
    if (!(share > 0 && share <= 1)) throw OpError{"share", {"the share is out of range", "above 0, at most 1"}};
    if (rotated > head_dim) {
      throw OpError{"rotated",
                    {std::to_string(rotated) + " of " + std::to_string(head_dim) + " values rotate",
                     "at most " + std::to_string(head_dim)}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "rope", 3 * part(), 0);
    const double angles = static_cast<double>(site.in()[-2]) * static_cast<double>(head_dim) * part();
    stream.read = site.inputs[0].bytes() + Traffic(bytes_of(angles, DType::kFp32), "angles");
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// The gradient is the rotation by the opposite angles.
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const Rope&, const Rope&) = default;

  /// The part of each head that is rotated.
  [[nodiscard]] double part() const {
    return rotated > 0 ? static_cast<double>(rotated) / static_cast<double>(head_dim) : share;
  }
};

}  // namespace ridgepoint
