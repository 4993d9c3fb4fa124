// Choices, limits and casts: element by element, with more to say than one op.

#include <algorithm>
#include <cmath>

#include "importers/onnx/fold.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

void infer_where(Inference& n) {
  Dims dims = broadcast(n, n.shape(0), broadcast(n, n.shape(1), n.shape(2)));
  const bool small = is_small(dims);
  n.set(0, n.in(1).elem, dims);
  const std::vector<Scalar>* const c = n.numbers(0);
  const std::vector<Scalar>* const a = n.numbers(1);
  const std::vector<Scalar>* const b = n.numbers(2);
  if (c == nullptr || a == nullptr || b == nullptr || !small) return;
  std::vector<Scalar> y;
  const auto count = static_cast<std::size_t>(product(dims).value());
  for (std::size_t i = 0; i < count; ++i) {
    const bool taken = (*c)[source(i, dims, n.shape(0))].real != 0;
    y.push_back(taken ? (*a)[source(i, dims, n.shape(1))] : (*b)[source(i, dims, n.shape(2))]);
  }
  n.set_data(0, std::move(y));
}

void infer_cast(Inference& n) {
  const auto elem = static_cast<Elem>(n.integer("to", 0));
  n.set(0, elem, n.shape(0));
  const std::vector<Scalar>* const x = n.numbers(0);
  if (x == nullptr) return;
  std::vector<Scalar> y;
  for (const Scalar& value : *x) {
    if (elem == Elem::kBool) {
      y.push_back(flag(value.real != 0));
    } else if (is_integer(elem) && !value.whole) {
      if (!(std::abs(value.real) < 9e15)) return;
      y.push_back(Scalar::of(std::trunc(value.real)));
    } else {
      y.push_back(value);
    }
  }
  n.set_data(0, std::move(y));
}

void infer_cast_like(Inference& n) {
  n.set(0, n.in(1).elem, n.shape(0));
  if (n.numbers(0) != nullptr) n.set_data(0, *n.numbers(0));
}

void lower_where(Lowering& n) { n.emit("where", {n.ref(0), n.ref(1), n.ref(2)}); }

void lower_cast(Lowering& n) {
  const Elem from = n.in(0).elem;
  const Elem to = n.out().elem;
  if (is_real(from) == is_real(to)) return lower_alias(n);
  const DType format = is_real(to) ? DType::kFp32 : format_of(to);
  n.emit("cast", {n.ref(0)}, {{"dtype", std::string(name(format))}});
}

// A slope per channel is a parameter.
void lower_prelu(Lowering& n) {
  const bool single = product(n.shape(1)).is(1);
  n.emit_owner("prelu", {n.ref(0)}, {{"per_channel", !single}}, {n.key(1)});
}

// x / (1 + |x|).
void lower_softsign(Lowering& n) {
  const std::string x = n.ref(0);
  const std::string size = n.step("abs", "abs", {x});
  n.emit("div", {x, n.step("plus", "shift", {size})});
}

double bound(const NodeContext& n, std::size_t i, std::string_view attribute, double otherwise) {
  const std::vector<Scalar>* const given = n.numbers(i);
  return given != nullptr && given->size() == 1 ? given->front().real : n.real(attribute, otherwise);
}

void infer_clip(Inference& n) {
  infer_same(n);
  const std::vector<Scalar>* const x = n.numbers(0);
  if (x == nullptr) return;
  const double low = bound(n, 1, "min", -HUGE_VAL);
  const double high = bound(n, 2, "max", HUGE_VAL);
  std::vector<Scalar> y;
  for (const Scalar& value : *x) {
    const bool inside = value.real >= low && value.real <= high;
    y.push_back(inside ? value : Scalar::of(value.real < low ? low : high));
  }
  n.set_data(0, std::move(y));
}

void lower_clip(Lowering& n) {
  const bool six = bound(n, 1, "min", -HUGE_VAL) == 0 && bound(n, 2, "max", HUGE_VAL) == 6;
  n.emit(six ? "relu6" : "clip", {n.ref(0)});
}

constexpr std::array kRules{
    Rule{"Clip", infer_clip, lower_clip},          Rule{"Softsign", infer_same, lower_softsign},
    Rule{"Where", infer_where, lower_where},       Rule{"Cast", infer_cast, lower_cast},
    Rule{"CastLike", infer_cast_like, lower_cast}, Rule{"PRelu", infer_same, lower_prelu},
};

}  // namespace

std::span<const Rule> choice_rules() { return kRules; }

}  // namespace ridgepoint::onnx
