#pragma once
#include "ops/copy.hpp"

namespace ridgepoint {

/// Greedy non-maximum suppression over boxes[..., boxes, 4], of which `keep` remain. Every pair's overlap takes 13
/// FLOPs: four limits, two differences, two clips, the product, two for the union, a quotient and a comparison. The
/// boxes come sorted.
struct Nms : OpBase {
  static constexpr std::string_view kName = "nms";
  static constexpr std::string_view kEquation = "keep a box unless a better one overlaps it";
  static constexpr std::string_view kSource = "every pair of boxes once";
  static constexpr std::string_view kSummary = "non-maximum suppression of boxes";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t keep = 1;

  static auto fields() { return std::tuple{Field{"keep", &Nms::keep, "boxes that remain", kRequired}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    TensorType y = inputs[0];
    if (y.shape.back() != 4) {
      throw OpError{"", {"input has shape " + to_string(y.shape), "boxes of 4 numbers in the last axis"}};
    }
    if (keep > y.shape[-2]) {
      throw OpError{"keep",
                    {std::to_string(keep) + " of " + std::to_string(y.shape[-2]) + " boxes remain",
                     "at most " + std::to_string(y.shape[-2])}};
    }
    y.shape[-2] = keep;
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const auto boxes = static_cast<double>(site.in()[-2]);
    Stream stream{.kind = StreamKind::kReduction, .op = kName, .flops_per_element = 13, .special_per_element = 1};
    stream.rows = static_cast<double>(site.in().rows());
    stream.cols = (boxes - 1) / 2;
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  friend bool operator==(const Nms&, const Nms&) = default;
};

}  // namespace ridgepoint
