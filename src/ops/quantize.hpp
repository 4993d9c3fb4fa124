#pragma once
#include "ops/cast.hpp"

namespace ridgepoint {

/// To a narrow format by scales that exist, one 16-bit scale for the tensor or per `group` values: product, rounding,
/// two limits; and back: difference, product. Gradients pass straight through.
template <bool Back>
struct Quantization : OpBase {
  static constexpr std::string_view kName = Back ? "dequantize" : "quantize";
  static constexpr std::string_view kEquation =
      Back ? "y = (x - zero) scale" : "y = clip(round(x / scale) + zero, least, most)";
  static constexpr std::string_view kSource = "Jacob et al., arXiv 1712.05877";
  static constexpr std::string_view kSummary =
      Back ? "from a narrow format by scales to that of the activations" : "to a narrow format by scales";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  DType dtype = DType::kInt8;
  std::int64_t group = 0;

  static auto fields() {
    const auto group_field =
        Field{"group", &Quantization::group, "values per scale; 0 has one for the tensor", kOptional, 0};
    if constexpr (Back) {
      return std::tuple{group_field};
    } else {
      return std::tuple{Field{"dtype", &Quantization::dtype, "the format of the output"}, group_field};
    }
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    return {{inputs[0].shape, Back ? precision.activations : dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const auto elements = static_cast<double>(site.in().elements());
    const double scales = group == 0 ? 1 : elements / static_cast<double>(group);
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, kName, Back ? 2 : 4, 0,
                                   site.inputs[0].bytes() + Traffic(bytes_of(scales, DType::kFp16), "scales"),
                                   site.outputs[0].bytes()));
  }
  friend bool operator==(const Quantization&, const Quantization&) = default;
};

using Quantize = Quantization<false>;
using Dequantize = Quantization<true>;

}  // namespace ridgepoint
