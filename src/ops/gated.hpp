#pragma once
#include "ops/unary.hpp"

namespace ridgepoint {

/// The function on the gate of a gated product.
enum class Gate : std::uint8_t { kSilu, kGelu, kGeluTanh, kSigmoid, kRelu };
template <>
struct Words<Gate> {
  static constexpr std::array<std::string_view, 5> kWords{"silu", "gelu", "gelu_tanh", "sigmoid", "relu"};
};

/// y = f(gate) * up: the product of SwiGLU, GeGLU and GLU (Shazeer, arXiv 2002.05202).
struct Gated : OpBase {
  static constexpr std::string_view kName = "gated";
  static constexpr std::string_view kEquation = "y = f(gate) up";
  static constexpr std::string_view kSource = "Shazeer, arXiv 2002.05202";
  static constexpr std::string_view kSummary = "f(gate) * up, the product of SwiGLU and its kin";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  Gate activation = Gate::kSilu;

  static auto fields() { return std::tuple{Field{"activation", &Gated::activation, "the function on the gate"}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    if (inputs[0].shape != inputs[1].shape) {
      throw OpError{"",
                    {"gate is " + to_string(inputs[0].shape) + " and up is " + to_string(inputs[1].shape),
                     "two inputs of one shape"}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const UnaryFunction& f = function();
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "gated", f.flops + 1, f.special);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// d up = f(gate) dY and d gate = f'(gate) up dY, in one pass.
  void dgrad(const Site& site, Kernels& kernels) const {
    const UnaryFunction& f = function();
    Stream stream =
        stream_over(site.in(), StreamKind::kElementwise, "gated", f.flops + f.backward_flops + 2, f.special);
    stream.read = site.outputs[0].bytes() + site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.inputs[0].bytes() + site.inputs[1].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Gated&, const Gated&) = default;

 private:
  [[nodiscard]] const UnaryFunction& function() const {
    const std::string_view wanted = Words<Gate>::kWords[static_cast<std::size_t>(activation)];
    return *std::find_if(kUnaryFunctions.begin(), kUnaryFunctions.end(),
                         [&](const auto& f) { return f.name == wanted; });
  }
};

}  // namespace ridgepoint
