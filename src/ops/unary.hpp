#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// What the derivative of an element-wise function is taken from.
enum class DerivativeFrom : std::uint8_t { kInput, kOutput, kNothing };

/// Cost of an element-wise function per element: FLOPs (each special operation counts as one), special operations (exp,
/// tanh, erf, reciprocal, roots), FLOPs of its derivative, and what that is taken from.
struct UnaryFunction {
  std::string_view name;
  double flops;
  double special;
  double backward_flops;
  DerivativeFrom derivative_from;
  std::string_view formula;
};

inline constexpr std::array kUnaryFunctions{
    UnaryFunction{"relu", 1, 0, 1, DerivativeFrom::kOutput, "max(x, 0)"},
    UnaryFunction{"leaky_relu", 2, 0, 2, DerivativeFrom::kInput, "max(x, a x) with a constant a"},
    UnaryFunction{"relu6", 2, 0, 2, DerivativeFrom::kInput, "min(max(x, 0), 6)"},
    UnaryFunction{"elu", 4, 1, 3, DerivativeFrom::kOutput, "x if x > 0, else a (exp x - 1)"},
    UnaryFunction{"selu", 5, 1, 4, DerivativeFrom::kOutput, "b x if x > 0, else b a (exp x - 1)"},
    UnaryFunction{"gelu", 5, 1, 9, DerivativeFrom::kInput, "x/2 (1 + erf(x / sqrt 2))"},
    UnaryFunction{"gelu_tanh", 8, 1, 13, DerivativeFrom::kInput, "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"},
    UnaryFunction{"silu", 4, 2, 7, DerivativeFrom::kInput, "x / (1 + exp(-x))"},
    UnaryFunction{"mish", 5, 3, 12, DerivativeFrom::kInput, "x tanh(ln(1 + exp x))"},
    UnaryFunction{"sigmoid", 3, 2, 3, DerivativeFrom::kOutput, "1 / (1 + exp(-x))"},
    UnaryFunction{"tanh", 1, 1, 3, DerivativeFrom::kOutput, "tanh x"},
    UnaryFunction{"hard_sigmoid", 4, 0, 3, DerivativeFrom::kInput, "min(max(x/6 + 1/2, 0), 1)"},
    UnaryFunction{"hard_swish", 5, 0, 5, DerivativeFrom::kInput, "x min(max(x + 3, 0), 6) / 6"},
    UnaryFunction{"hard_tanh", 2, 0, 2, DerivativeFrom::kInput, "min(max(x, -1), 1)"},
    UnaryFunction{"softplus", 3, 2, 4, DerivativeFrom::kInput, "ln(1 + exp x)"},
    UnaryFunction{"exp", 1, 1, 1, DerivativeFrom::kOutput, "exp x"},
    UnaryFunction{"log", 1, 1, 1, DerivativeFrom::kInput, "ln x"},
    UnaryFunction{"sin", 1, 1, 2, DerivativeFrom::kInput, "sin x"},
    UnaryFunction{"cos", 1, 1, 2, DerivativeFrom::kInput, "cos x"},
    UnaryFunction{"sqrt", 1, 1, 2, DerivativeFrom::kOutput, "sqrt x"},
    UnaryFunction{"rsqrt", 1, 1, 4, DerivativeFrom::kOutput, "1 / sqrt x"},
    UnaryFunction{"reciprocal", 1, 1, 3, DerivativeFrom::kOutput, "1 / x"},
    UnaryFunction{"pow", 3, 2, 5, DerivativeFrom::kInput, "x^c = exp(c ln x) with a constant c"},
    UnaryFunction{"square", 1, 0, 2, DerivativeFrom::kInput, "x^2"},
    UnaryFunction{"abs", 1, 0, 1, DerivativeFrom::kInput, "|x|"},
    UnaryFunction{"clip", 2, 0, 2, DerivativeFrom::kInput, "min(max(x, a), b) with constants a and b"},
    UnaryFunction{"neg", 1, 0, 1, DerivativeFrom::kNothing, "-x"},
    UnaryFunction{"scale", 1, 0, 1, DerivativeFrom::kNothing, "c x with a constant c"},
    UnaryFunction{"shift", 1, 0, 1, DerivativeFrom::kNothing, "x + c with a constant c"},
    UnaryFunction{"erf", 1, 1, 4, DerivativeFrom::kInput, "erf x"},
    UnaryFunction{"round", 1, 0, 1, DerivativeFrom::kNothing, "x to an integer, its sign, or a test of it"},
};

/// y = f(x), element by element; one op per row of the table above.
struct Unary : OpBase {
  static constexpr std::string_view kSource =
      "the table of FLOPs in src/ops/unary.hpp: one per operation and special function";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;
  static constexpr const auto& kTable = kUnaryFunctions;

  std::size_t function = 0;  ///< row of kUnaryFunctions

  static auto fields() { return std::tuple{}; }
  [[nodiscard]] const UnaryFunction& f() const { return kUnaryFunctions[function]; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, f().name, f().flops, f().special);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    const Saved needed = saved(site);
    Stream stream =
        stream_over(site.in(), StreamKind::kElementwise, f().name, f().backward_flops, needed.inputs ? f().special : 0);
    stream.read = site.outputs[0].bytes();
    if (needed.inputs) stream.read += site.inputs[0].bytes();
    if (needed.output) stream.read += site.outputs[0].bytes();
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const {
    return {.inputs = f().derivative_from == DerivativeFrom::kInput,
            .output = f().derivative_from == DerivativeFrom::kOutput};
  }
  friend bool operator==(const Unary&, const Unary&) = default;
};

}  // namespace ridgepoint
