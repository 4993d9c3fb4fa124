#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// What a constant tensor holds, which decides its format.
enum class Held : std::uint8_t { kActivations, kWeights, kIndices };
template <>
struct Words<Held> {
  static constexpr std::array<std::string_view, 3> kWords{"activations", "weights", "indices"};
};

/// A tensor that is there before the run: learned, or a buffer. It depends on no input (the one that it is given only
/// says where it stands) and costs nothing itself: the layers that read it pay for its bytes.
struct Constant : OpBase {
  static constexpr std::string_view kName = "constant";
  static constexpr std::string_view kEquation = "y = w";
  static constexpr std::string_view kSource = "read by the layers that take it";
  static constexpr std::string_view kSummary = "a learned tensor, or a constant one, that other layers read";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kView;

  std::vector<std::int64_t> shape{1};
  bool learned = true;
  Held holds = Held::kActivations;

  static auto fields() {
    return std::tuple{Field{"shape", &Constant::shape, "its extents", kRequired},
                      Field{"learned", &Constant::learned, "whether it is a parameter, or a buffer"},
                      Field{"holds", &Constant::holds, "activations, weights or indices: the format of its values"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (learned && holds == Held::kIndices) {
      throw OpError{"holds", {"indices are not learned", "activations or weights, or \"learned\": false"}};
    }
    const DType dtype = holds == Held::kIndices ? DType::kInt64 : storage(role(), precision);
    return {{Shape(shape), dtype}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    return {{"weight", Shape(shape).elements(), learned ? role() : ParameterRole::kBuffer}};
  }

  void fprop(const Site&, Kernels&) const {}
  friend bool operator==(const Constant&, const Constant&) = default;

 private:
  [[nodiscard]] ParameterRole role() const {
    return holds == Held::kWeights ? ParameterRole::kWeight : ParameterRole::kVector;
  }
};

}  // namespace ridgepoint
