// Functions of one tensor, element by element, and their folding where numbers are known.

#include <cmath>

#include "importers/onnx/fold.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

using Fold1 = std::optional<Scalar> (*)(const Scalar&);

/// A function of one tensor: the op that it becomes, and its value for a known number.
struct Unary1 {
  std::string_view type;
  std::string_view op;
  Fold1 fold = nullptr;
};

template <double (*kFunction)(double)>
std::optional<Scalar> real(const Scalar& x) {
  return Scalar::of(kFunction(x.real));
}
double reciprocal(double x) { return 1 / x; }

std::optional<Scalar> rounded_down(const Scalar& x) { return x.whole ? x : Scalar::of(std::floor(x.real)); }
std::optional<Scalar> rounded_up(const Scalar& x) { return x.whole ? x : Scalar::of(std::ceil(x.real)); }
std::optional<Scalar> rounded(const Scalar& x) { return x.whole ? x : Scalar::of(std::nearbyint(x.real)); }
std::optional<Scalar> negative(const Scalar& x) { return x.whole ? Scalar(Dim(0) - x.size) : Scalar::of(-x.real); }
std::optional<Scalar> inverse(const Scalar& x) { return flag(x.real == 0); }

constexpr std::array kUnary{
    Unary1{"Relu", "relu"},
    Unary1{"LeakyRelu", "leaky_relu"},
    Unary1{"ThresholdedRelu", "relu"},
    Unary1{"Elu", "elu"},
    Unary1{"Celu", "elu"},
    Unary1{"Selu", "selu"},
    Unary1{"Gelu", "gelu"},
    Unary1{"QuickGelu", "silu"},
    Unary1{"Swish", "silu"},
    Unary1{"Mish", "mish"},
    Unary1{"Sigmoid", "sigmoid"},
    Unary1{"Tanh", "tanh"},
    Unary1{"HardSigmoid", "hard_sigmoid"},
    Unary1{"HardSwish", "hard_swish"},
    Unary1{"Softplus", "softplus"},
    Unary1{"Shrink", "hard_tanh"},
    Unary1{"Exp", "exp", real<std::exp>},
    Unary1{"Log", "log", real<std::log>},
    Unary1{"Sin", "sin", real<std::sin>},
    Unary1{"Cos", "cos", real<std::cos>},
    // Of as many special functions as the one that stands for it.
    Unary1{"Tan", "sin", real<std::tan>},
    Unary1{"Asin", "sin", real<std::asin>},
    Unary1{"Acos", "cos", real<std::acos>},
    Unary1{"Atan", "sin", real<std::atan>},
    Unary1{"Sinh", "exp", real<std::sinh>},
    Unary1{"Cosh", "exp", real<std::cosh>},
    Unary1{"Asinh", "log", real<std::asinh>},
    Unary1{"Acosh", "log", real<std::acosh>},
    Unary1{"Atanh", "log", real<std::atanh>},
    Unary1{"ScaledSiLU", "silu"},
    Unary1{"Erf", "erf"},
    Unary1{"Sqrt", "sqrt", real<std::sqrt>},
    Unary1{"Reciprocal", "reciprocal", real<reciprocal>},
    Unary1{"Abs", "abs", real<std::fabs>},
    Unary1{"Neg", "neg", negative},
    Unary1{"Floor", "round", rounded_down},
    Unary1{"Ceil", "round", rounded_up},
    Unary1{"Round", "round", rounded},
    Unary1{"Sign", "round"},
    Unary1{"Not", "round", inverse},
    Unary1{"BitwiseNot", "round"},
    Unary1{"IsNaN", "round"},
    Unary1{"IsInf", "round"},
};

void infer_unary(Inference& n) {
  infer_same(n);
  const Fold1 fold = row_of(kUnary, n.node().type).fold;
  const std::vector<Scalar>* const x = n.numbers(0);
  if (fold == nullptr || x == nullptr) return;
  std::vector<Scalar> y;
  for (const Scalar& value : *x) y.push_back(*fold(value));
  n.set_data(0, std::move(y));
}

std::string op_of_unary(const Lowering& n) {
  const std::string_view type = n.node().type;
  if (type == "Gelu" && n.text("approximate", "none") == "tanh") return "gelu_tanh";
  return std::string(row_of(kUnary, type).op);
}

void lower_unary(Lowering& n) { n.emit(op_of_unary(n), {n.ref(0)}); }

}  // namespace

std::span<const Rule> unary_rules() {
  static constexpr auto kRules = rules_of(kUnary, infer_unary, lower_unary);
  return kRules;
}

}  // namespace ridgepoint::onnx
