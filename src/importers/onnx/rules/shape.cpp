// Operators that exporters compute sizes with: their outputs are known numbers, or constants.

#include <fmt/format.h>

#include <cmath>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

void mark_constant(Inference& n) { n.graph().value(n.node().outputs[0]).constant = true; }

void infer_shape(Inference& n) {
  const Dims& x = n.shape(0);
  const auto rank = static_cast<std::int64_t>(x.size());
  const auto clamp = [rank](std::int64_t at) {
    return std::min(std::max<std::int64_t>(at < 0 ? at + rank : at, 0), rank);
  };
  const std::int64_t start = clamp(n.integer("start", 0));
  const std::int64_t end = std::max(start, clamp(n.integer("end", rank)));
  const std::vector<Scalar> data(x.begin() + start, x.begin() + end);
  n.set(0, Elem::kInt64, {Dim(end - start)});
  n.set_data(0, data);
  mark_constant(n);
}

void infer_size(Inference& n) {
  const Dim count = product(n.shape(0));
  n.set(0, Elem::kInt64, {});
  n.set_data(0, {Scalar(count)});
  mark_constant(n);
}

void set_tensor(Inference& n, const TensorView& tensor) {
  n.set(0, tensor.elem, Dims(tensor.dims.begin(), tensor.dims.end()));
  if (auto data = decode(tensor)) n.set_data(0, std::move(*data));
  n.graph().value(n.node().outputs[0]).tensor = &tensor;
}

void infer_constant(Inference& n) {
  mark_constant(n);
  if (const TensorView* const tensor = n.tensor("value")) return set_tensor(n, *tensor);
  if (n.has_attribute("value_int")) {
    n.set(0, Elem::kInt64, {});
    n.set_data(0, {Scalar(Dim(n.integer("value_int", 0)))});
  } else if (n.has_attribute("value_float")) {
    n.set(0, Elem::kFloat, {});
    n.set_data(0, {Scalar::of(n.real("value_float", 0))});
  } else if (const auto list = n.integers("value_ints")) {
    n.set(0, Elem::kInt64, {Dim(static_cast<std::int64_t>(list->size()))});
    n.set_data(0, std::vector<Scalar>(list->begin(), list->end()));
  } else {
    throw Unknown{};
  }
}

void infer_constant_of_shape(Inference& n) {
  mark_constant(n);
  const Dims dims = n.sizes(0);
  const TensorView* const tensor = n.tensor("value");
  n.set(0, tensor == nullptr ? Elem::kFloat : tensor->elem, dims);
  const Dim count = product(dims);
  if (count.value() > kMostKnown || !count.is_number()) return;
  const auto value = tensor == nullptr ? std::optional(std::vector<Scalar>{Scalar(Dim(0))}) : decode(*tensor);
  if (value && value->size() == 1) {
    n.set_data(0, std::vector<Scalar>(static_cast<std::size_t>(count.value()), value->front()));
  }
}

void infer_range(Inference& n) {
  const std::vector<Scalar>* const start = n.numbers(0);
  const std::vector<Scalar>* const limit = n.numbers(1);
  const std::vector<Scalar>* const step = n.numbers(2);
  if (start == nullptr || limit == nullptr || step == nullptr || start->empty() || limit->empty() || step->empty())
    throw Unknown{};
  const Scalar& a = start->front();
  const Scalar& b = limit->front();
  const Scalar& d = step->front();
  if (d.real == 0 || !std::isfinite(a.real + b.real + d.real)) n.fail("a step of 0", "a range that ends");
  Dim count;
  if (a.whole && b.whole && d.whole && d.size.value() > 0) {
    const Dim room = b.size - a.size;
    count = room.value() <= 0 ? Dim(0) : divide(room, d.size, true);
  } else {
    const double steps = std::max(0.0, std::ceil((b.real - a.real) / d.real));
    if (!(steps < 9e15)) n.fail("a range without end", "a range that ends");
    count = Dim(static_cast<std::int64_t>(steps));
  }
  n.set(0, n.in(0).elem, {count});
  if (!count.is_number() || count.value() > kMostKnown) return;
  std::vector<Scalar> data;
  for (std::int64_t i = 0; i < count.value(); ++i) {
    data.push_back(a.whole && d.whole ? Scalar(a.size + d.size * Dim(i))
                                      : Scalar::of(a.real + static_cast<double>(i) * d.real));
  }
  n.set_data(0, std::move(data));
}

// Masks and tables: constants of given extents.
void infer_eye_like(Inference& n) {
  n.set(0, static_cast<Elem>(n.integer("dtype", static_cast<std::int64_t>(n.in(0).elem))), n.shape(0));
  mark_constant(n);
}

void infer_random(Inference& n) {
  const auto shape = n.integers("shape");
  if (!shape) throw Unknown{};
  n.set(0, static_cast<Elem>(n.integer("dtype", 1)), Dims(shape->begin(), shape->end()));
}

void infer_random_like(Inference& n) { n.set(0, n.in(0).elem, n.shape(0)); }

void lower_random(Lowering& n) {
  n.emit("constant", {n.writer().description().inputs.front().name},
         {{"shape", as_value(n.out_shape().empty() ? Dims{1} : n.out_shape())}, {"learned", false}});
}

void infer_window(Inference& n) {
  n.set(0, static_cast<Elem>(n.integer("output_datatype", 1)), {n.sizes(0).at(0)});
  mark_constant(n);
}

void infer_mel(Inference& n) {
  n.set(0, static_cast<Elem>(n.integer("output_datatype", 1)),
        {divide(n.sizes(1).at(0), Dim(2)) + Dim(1), n.sizes(0).at(0)});
  mark_constant(n);
}

constexpr std::array kRules{
    Rule{"Shape", infer_shape, lower_unmodelled},
    Rule{"Size", infer_size, lower_unmodelled},
    Rule{"Constant", infer_constant, lower_unmodelled},
    Rule{"ConstantOfShape", infer_constant_of_shape, lower_unmodelled},
    Rule{"Range", infer_range, lower_unmodelled},
    Rule{"EyeLike", infer_eye_like, lower_unmodelled},
    Rule{"RandomNormal", infer_random, lower_random},
    Rule{"RandomUniform", infer_random, lower_random},
    Rule{"RandomNormalLike", infer_random_like, lower_random},
    Rule{"RandomUniformLike", infer_random_like, lower_random},
    Rule{"Bernoulli", infer_random_like, lower_random},
    Rule{"HannWindow", infer_window, lower_unmodelled},
    Rule{"HammingWindow", infer_window, lower_unmodelled},
    Rule{"BlackmanWindow", infer_window, lower_unmodelled},
    Rule{"MelWeightMatrix", infer_mel, lower_unmodelled},
};

}  // namespace

std::span<const Rule> shape_rules() { return kRules; }

}  // namespace ridgepoint::onnx
