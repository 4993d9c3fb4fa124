#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Parts of one axis, each an output of its own: `name`, `name:1`, ... Free there, the consumers read their part; one
/// copy back, where the parts' gradients are joined.
struct Split : OpBase {
  static constexpr std::string_view kName = "split";
  static constexpr std::string_view kEquation = "y0, y1, ... = parts of x along the axis";
  static constexpr std::string_view kSource = "the consumers read the parts";
  static constexpr std::string_view kSummary = "parts of one axis as several outputs, free";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kView;

  std::int64_t axis = 1;
  std::int64_t parts = 0;
  std::vector<std::int64_t> sizes;

  static auto fields() {
    return std::tuple{Field{"axis", &Split::axis, "the axis to split", kOptional, kAnyInteger},
                      Field{"parts", &Split::parts, "number of equal parts; 0 goes by sizes", kOptional, 0},
                      Field{"sizes", &Split::sizes, "extent of each part, instead of parts"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    const std::int64_t cut = resolve_axis(axis, inputs[0].shape.rank());
    std::vector<TensorType> outputs;
    for (const std::int64_t extent : extents_of(inputs[0].shape[cut])) {
      outputs.push_back(inputs[0]);
      outputs.back().shape[cut] = extent;
    }
    return outputs;
  }

  void fprop(const Site&, Kernels&) const {}
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.in(), "concat", site.inputs[0].bytes()));
  }
  friend bool operator==(const Split&, const Split&) = default;

 private:
  [[nodiscard]] std::vector<std::int64_t> extents_of(std::int64_t whole) const {
    if ((parts == 0) == sizes.empty()) throw OpError{"parts", {"needs either parts or sizes", "one of the two"}};
    if (parts > 0 && whole % parts != 0) {
      throw OpError{"parts",
                    {std::to_string(parts) + " parts do not divide an axis of " + std::to_string(whole),
                     "a divisor of " + std::to_string(whole)}};
    }
    if (parts > 0) return std::vector<std::int64_t>(static_cast<std::size_t>(parts), whole / parts);
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes) sum = checked_add(sum, size);
    if (sum != whole) {
      throw OpError{"sizes",
                    {"sum to " + std::to_string(sum) + ", but the axis has " + std::to_string(whole),
                     "sizes that sum to " + std::to_string(whole)}};
    }
    return sizes;
  }
};

}  // namespace ridgepoint
