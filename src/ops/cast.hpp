#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

template <>
struct Words<DType> {
  static constexpr auto kWords = [] {
    std::array<std::string_view, kDTypeCount> words{};
    for (std::size_t i = 0; i < kDTypeCount; ++i) words[i] = kDTypes[i].name;
    return words;
  }();
};

/// The same values in another format: one pass, no FLOPs.
struct Cast : OpBase {
  static constexpr std::string_view kName = "cast";
  static constexpr std::string_view kEquation = "y = x in another format";
  static constexpr std::string_view kSource = "read in the one, written in the other";
  static constexpr std::string_view kSummary = "the same values in another format";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  DType dtype = DType::kFp32;

  static auto fields() { return std::tuple{Field{"dtype", &Cast::dtype, "the format of the output", kRequired}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    return {{inputs[0].shape, dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.in(), StreamKind::kCopy, kName, 0, 0, site.inputs[0].bytes(), site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(
        pass_over(site.in(), StreamKind::kCopy, kName, 0, 0, site.outputs[0].bytes(), site.inputs[0].bytes()));
  }
  friend bool operator==(const Cast&, const Cast&) = default;
};

}  // namespace ridgepoint
