// Functions of two or more tensors, element by element, and their folding where numbers are known.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/checked.hpp"
#include "importers/onnx/fold.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

using Fold2 = std::optional<Scalar> (*)(const Scalar&, const Scalar&);

/// A function of two tensors with broadcasting: the op that it becomes, that of a tensor with one known number, and its
/// value for two known numbers.
struct Binary2 {
  std::string_view type;
  std::string_view op;
  std::string_view with_number;
  Fold2 fold;
  bool compares = false;
};

std::optional<Scalar> sum(const Scalar& a, const Scalar& b) {
  return a.whole && b.whole ? Scalar(a.size + b.size) : Scalar::of(a.real + b.real);
}
std::optional<Scalar> difference(const Scalar& a, const Scalar& b) {
  return a.whole && b.whole ? Scalar(a.size - b.size) : Scalar::of(a.real - b.real);
}
std::optional<Scalar> times(const Scalar& a, const Scalar& b) {
  return a.whole && b.whole ? Scalar(a.size * b.size) : Scalar::of(a.real * b.real);
}
std::optional<Scalar> power(const Scalar& a, const Scalar& b) {
  if (a.whole && b.whole && b.size.is(2)) return Scalar(a.size * a.size);
  return Scalar::of(std::pow(a.real, b.real));
}
std::optional<Scalar> modulo(const Scalar& a, const Scalar& b) {
  if (!a.whole || !b.whole || b.size.value() <= 0) return std::nullopt;
  return Scalar(a.size - divide(a.size, b.size) * b.size);
}
std::optional<Scalar> quotient_of(const Scalar& a, const Scalar& b) {
  if (a.whole && b.whole && b.size.value() > 0) {
    const Dim exact = divide(a.size, b.size);
    if (exact * b.size == a.size) return Scalar(exact);
  }
  return Scalar::of(a.real / b.real);
}
std::optional<Scalar> equal(const Scalar& a, const Scalar& b) { return flag(a.real == b.real); }
std::optional<Scalar> greater(const Scalar& a, const Scalar& b) { return flag(a.real > b.real); }
std::optional<Scalar> less(const Scalar& a, const Scalar& b) { return flag(a.real < b.real); }
std::optional<Scalar> at_least(const Scalar& a, const Scalar& b) { return flag(a.real >= b.real); }
std::optional<Scalar> at_most(const Scalar& a, const Scalar& b) { return flag(a.real <= b.real); }
std::optional<Scalar> both(const Scalar& a, const Scalar& b) { return flag(a.real != 0 && b.real != 0); }
std::optional<Scalar> either(const Scalar& a, const Scalar& b) { return flag(a.real != 0 || b.real != 0); }
std::optional<Scalar> differing(const Scalar& a, const Scalar& b) { return flag((a.real != 0) != (b.real != 0)); }
std::optional<Scalar> largest(const Scalar& a, const Scalar& b) {
  return a.whole && b.whole ? Scalar(larger(a.size, b.size)) : Scalar::of(std::max(a.real, b.real));
}
std::optional<Scalar> least(const Scalar& a, const Scalar& b) {
  return a.whole && b.whole ? Scalar(smaller(a.size, b.size)) : Scalar::of(std::min(a.real, b.real));
}
std::optional<Scalar> never(const Scalar&, const Scalar&) { return std::nullopt; }

constexpr std::array kBinary{
    Binary2{"Add", "add", "shift", sum},
    Binary2{"Sub", "sub", "shift", difference},
    Binary2{"Mul", "mul", "scale", times},
    Binary2{"Div", "div", "scale", quotient_of},
    Binary2{"Pow", "mul", "pow", power},
    Binary2{"Mod", "sub", "shift", modulo},
    Binary2{"Max", "maximum", "clip", largest},
    Binary2{"Min", "minimum", "clip", least},
    Binary2{"Sum", "add", "shift", sum},
    Binary2{"Mean", "add", "shift", never},
    Binary2{"Equal", "equal", "", equal, true},
    Binary2{"Greater", "greater", "", greater, true},
    Binary2{"Less", "less", "", less, true},
    Binary2{"GreaterOrEqual", "greater", "", at_least, true},
    Binary2{"LessOrEqual", "less", "", at_most, true},
    Binary2{"And", "minimum", "", both, true},
    Binary2{"Or", "maximum", "", either, true},
    Binary2{"Xor", "equal", "", differing, true},
    Binary2{"BitwiseAnd", "minimum", "shift", never},
    Binary2{"BitwiseOr", "maximum", "shift", never},
    Binary2{"BitwiseXor", "minimum", "shift", never},
    Binary2{"BitShift", "mul", "scale", never},
};

void fold_pair(Inference& n, Fold2 fold) {
  if (n.input_count() != 2) return;
  const std::vector<Scalar>* const a = n.numbers(0);
  const std::vector<Scalar>* const b = n.numbers(1);
  if (a == nullptr || b == nullptr) return;
  const Dims dims = broadcast(n, n.shape(0), n.shape(1));
  if (!is_small(dims)) return;
  std::vector<Scalar> y;
  const auto count = static_cast<std::size_t>(product(dims).value());
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<Scalar> value = fold((*a)[source(i, dims, n.shape(0))], (*b)[source(i, dims, n.shape(1))]);
    if (!value) return;
    y.push_back(*value);
  }
  n.set_data(0, std::move(y));
}

// Integers are divided towards zero.
std::optional<Scalar> integer_quotient(const Scalar& a, const Scalar& b) {
  if (!a.whole || !b.whole || b.size.value() <= 0 || a.size.value() < 0) return std::nullopt;
  return Scalar(divide(a.size, b.size));
}

void infer_binary(Inference& n) {
  infer_broadcast(n);
  const Binary2& r = row_of(kBinary, n.node().type);
  if (r.compares) n.set(0, Elem::kBool, Dims(n.graph().value(n.node().outputs[0]).shape.value()));
  const bool divides_integers = r.type == "Div" && is_integer(n.in(0).elem);
  fold_pair(n, divides_integers ? integer_quotient : r.fold);
}

bool is_number(const Lowering& n, std::size_t i) {
  const ValueInfo& value = n.in(i);
  if (value.constant && n.writer().is_learned(n.node().inputs[i])) return false;
  return value.shape && product(*value.shape).is(1) && (value.known() || (value.constant && !value.is_initializer));
}

bool is_one(const Lowering& n, std::size_t i) {
  return n.numbers(i) != nullptr && n.numbers(i)->size() == 1 && n.numbers(i)->front().real == 1;
}

std::string op_with_number(const Lowering& n, const Binary2& r, std::size_t number) {
  const std::vector<Scalar>* const value = n.numbers(number);
  if (value == nullptr) return std::string(r.with_number);
  const double c = value->front().real;
  if (r.type == "Pow" && number == 1 && c == 2) return "square";
  if (r.type == "Pow" && number == 1 && c == 0.5) return "sqrt";
  if (r.type == "Pow" && number == 1 && c == -0.5) return "rsqrt";
  if (r.type == "Pow" && number == 0) return "exp";
  if (r.type == "Div" && number == 0) return "reciprocal";
  return std::string(r.with_number);
}

// A number beside a tensor is a constant of the kernel.
void lower_binary(Lowering& n) {
  const Binary2& r = row_of(kBinary, n.node().type);
  if (n.input_count() == 1) return lower_alias(n);
  if (n.input_count() == 2 && !r.with_number.empty()) {
    for (const std::size_t number : {std::size_t{1}, std::size_t{0}}) {
      const std::size_t x = 1 - number;
      if (!is_number(n, number) || is_number(n, x) || !(product(n.shape(x)) == product(n.out_shape()))) continue;
      const bool neutral = is_one(n, number) && (r.type == "Mul" || (r.type == "Div" && number == 1));
      if (neutral) return n.bind(0, n.ref(x));
      return n.emit(op_with_number(n, r, number), {n.ref(x)});
    }
  }
  std::string partial = n.ref(0);
  for (std::size_t i = 1; i + 1 < n.input_count(); ++i) {
    partial = n.step("part" + std::to_string(i), std::string(r.op), {partial, n.ref(i)});
  }
  n.emit(std::string(r.op), {partial, n.ref(n.input_count() - 1)});
}

}  // namespace

void infer_same(Inference& n) { n.set(0, n.in(0).elem, n.shape(0)); }

// Position of element `i` of a broadcast result in an operand.
std::size_t source(std::size_t i, const Dims& result, const Dims& operand) {
  std::size_t position = 0;
  std::size_t stride = 1;
  for (std::size_t k = 1; k <= result.size(); ++k) {
    const auto extent = static_cast<std::size_t>(result[result.size() - k].value());
    const std::size_t at = i % extent;
    i /= extent;
    if (k > operand.size()) continue;
    const auto own = static_cast<std::size_t>(operand[operand.size() - k].value());
    if (own != 1) position += at * stride;
    stride *= own;
  }
  return position;
}

bool is_small(const Dims& dims) {
  const Dim count = product(dims);
  return count.value() >= 0 && count.value() <= kMostKnown;
}

void infer_broadcast(Inference& n) {
  Dims dims = n.shape(0);
  for (std::size_t i = 1; i < n.input_count(); ++i) dims = broadcast(n, dims, n.shape(i));
  n.set(0, n.in(0).elem, std::move(dims));
}

std::span<const Rule> elementwise_rules() {
  static constexpr auto kRules = rules_of(kBinary, infer_binary, lower_binary);
  return kRules;
}

}  // namespace ridgepoint::onnx
