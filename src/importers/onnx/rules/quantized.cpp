// Quantized forms. Weights in narrow formats become the weights of their layers, which are stored so; a quantize and
// dequantize around activations is a pass of its own.

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"
#include "importers/onnx/product.hpp"
#include "importers/onnx/rule.hpp"
#include "importers/onnx/window.hpp"

namespace ridgepoint::onnx {
namespace {

void infer_quantize(Inference& n) {
  Elem elem = n.has(2) ? n.in(2).elem : static_cast<Elem>(n.integer("output_dtype", 0));
  if (elem == Elem::kUndefined) elem = Elem::kUint8;
  n.set(0, elem, n.shape(0));
}

// Numbers such as the root of a width stay known.
void infer_dequantize(Inference& n) {
  n.set(0, n.has(1) ? n.in(1).elem : Elem::kFloat, n.shape(0));
  const std::vector<Scalar>* const x = n.numbers(0);
  const std::vector<Scalar>* const scale = n.numbers(1);
  if (x == nullptr || scale == nullptr || scale->size() != 1) return;
  const std::vector<Scalar>* const zero = n.numbers(2);
  const double shift = zero != nullptr && zero->size() == 1 ? zero->front().real : 0;
  std::vector<Scalar> y;
  for (const Scalar& value : *x) y.push_back(Scalar::of((value.real - shift) * scale->front().real));
  n.set_data(0, std::move(y));
}

void infer_dynamic_quantize(Inference& n) {
  n.set(0, Elem::kUint8, n.shape(0));
  n.set(1, Elem::kFloat, {});
  n.set(2, Elem::kUint8, {});
}

void lower_quantize(Lowering& n) {
  n.emit("quantize", {n.ref(0)}, {{"dtype", std::string(name(format_of(n.out().elem)))}});
}

void lower_dequantize(Lowering& n) { n.emit("dequantize", {n.ref(0)}); }

// The scale is found first: a pass for the extrema.
void lower_dynamic_quantize(Lowering& n) {
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < n.shape(0).size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  const std::string scale =
      axes.empty() ? n.ref(0) : n.step("extrema", "reduce", {n.ref(0)}, {{"reduce", "max"}, {"axes", Value(axes)}});
  n.emit("quantize", {n.ref(0)});
  n.bind(1, scale);
  n.bind(2, scale);
}

void infer_qlinear_conv(Inference& n) { infer_convolution(n, 3, n.has(7) ? n.in(7).elem : Elem::kUint8); }
void lower_qlinear_conv(Lowering& n) { lower_convolution(n, 3, n.has(8) ? 8 : -1); }

// a, its scale and zero, b, its scale and zero, those of the result: the node seen as a product of a and b.
void infer_qlinear_matmul(Inference& n) {
  const Rule* const plain = find_rule("", "MatMul");
  Node view = n.node();
  view.inputs = {n.node().inputs.at(0), n.node().inputs.size() > 3 ? n.node().inputs.at(3) : -1};
  Inference inner(n.graph(), view);
  plain->infer(inner);
  n.graph().value(n.node().outputs.at(0)).elem = n.has(7) ? n.in(7).elem : n.in(0).elem;
}

void lower_as_product(Lowering& n, const std::vector<int>& inputs, const ProductForm& form) {
  Node view = n.node();
  view.inputs = inputs;
  Lowering inner(n.writer(), view, n.index());
  lower_product(inner, form);
}

void lower_qlinear_matmul(Lowering& n) {
  if (n.input_count() < 4) throw Unknown{};
  lower_as_product(n, {n.node().inputs.at(0), n.node().inputs.at(3)}, {});
}

void infer_integer_to_float(Inference& n) {
  const Rule* const plain = find_rule("", "MatMul");
  Node view = n.node();
  view.inputs.resize(2);
  Inference inner(n.graph(), view);
  plain->infer(inner);
  n.graph().value(n.node().outputs.at(0)).elem = Elem::kFloat;
}

void lower_integer_to_float(Lowering& n) {
  const bool dynamic = n.node().type == "DynamicQuantizeMatMul";
  const std::size_t bias = dynamic ? 4 : 6;
  std::vector<int> inputs{n.node().inputs.at(0), n.node().inputs.at(1)};
  if (n.has(bias)) inputs.push_back(n.node().inputs.at(bias));
  lower_as_product(n, inputs, {.bias = n.has(bias) ? 2 : -1});
}

// a, scale, zero, b, scale, zero: a sum or product of quantized values is one of their values.
void infer_qlinear_binary(Inference& n) { n.set(0, n.in(0).elem, broadcast(n, n.shape(0), n.shape(3))); }

void lower_qlinear_binary(Lowering& n) { n.emit(n.node().type == "QLinearMul" ? "mul" : "add", {n.ref(0), n.ref(3)}); }

void infer_qlinear_concat(Inference& n) {
  Dims y = n.shape(2);
  const auto axis = static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size())));
  for (std::size_t i = 5; i < n.input_count(); i += 3) y[axis] = y[axis] + n.shape(i).at(axis);
  n.set(0, n.in(2).elem, std::move(y));
}

void lower_qlinear_concat(Lowering& n) {
  std::vector<std::string> parts;
  for (std::size_t i = 2; i < n.input_count(); i += 3) parts.push_back(n.ref(i));
  n.emit("concat", std::move(parts),
         {{"axis", n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(2).size()))}});
}

void lower_qlinear_unary(Lowering& n) {
  const std::string_view type = n.node().type;
  n.emit(type == "QLinearSigmoid" ? "sigmoid" : type == "QLinearSoftmax" ? "softmax" : "leaky_relu", {n.ref(0)});
}

void infer_qlinear_global_pool(Inference& n) {
  Dims y = n.shape(0);
  for (std::size_t i = 2; i < y.size(); ++i) y[i] = Dim(1);
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_qlinear_global_pool(Lowering& n) { n.emit("global_pool", {n.ref(0)}, {{"keep", true}}); }

DType format_of_bits(std::int64_t bits) { return bits <= 4 ? DType::kInt4 : DType::kInt8; }

// Weights [n, blocks, bytes of a block], 2 to 8 bits each: a layer of K inputs and N outputs (ONNX Runtime's contrib
// operators).
void infer_matmul_nbits(Inference& n) {
  Dims y = n.shape(0);
  if (y.empty()) n.fail("multiplies a scalar", "a tensor with axes");
  const std::int64_t k = n.integer("K", 0);
  const std::int64_t width = n.integer("N", 0);
  if (k < 1 || width < 1 || y.back().value() != k) n.fail("K and N do not fit its input", "K inputs and N outputs");
  y.back() = Dim(width);
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_matmul_nbits(Lowering& n) {
  const std::size_t bias = 5;
  const bool biased = n.has(bias) && n.in(bias).constant;
  std::vector<ParameterKey> keys{{n.node().inputs.at(1), ""}};
  if (biased) keys.push_back(n.key(bias));
  n.writer().packs(keys.front().first, format_of_bits(n.integer("bits", 4)));
  n.emit_owner("linear", {n.ref(0)}, {{"out_features", n.integer("N", 1)}, {"bias", biased}}, keys);
}

// Rows of a table in blocks with scales, several values to a byte.
Dim packed_width(const NodeContext& n) {
  const Dims& table = n.shape(0);
  if (table.size() != 2) throw Unknown{};
  const bool bytes = n.in(0).elem == Elem::kUint8 || n.in(0).elem == Elem::kInt8;
  const std::int64_t bits = std::clamp<std::int64_t>(n.integer("bits", 4), 1, 8);
  return bytes ? table[1] * Dim(8 / bits) : table[1];
}

void infer_gather_blocks(Inference& n) {
  Dims y = n.shape(1);
  y.push_back(packed_width(n));
  n.set(0, n.in(2).elem, std::move(y));
}

void lower_gather_blocks(Lowering& n) {
  n.emit_owner("embedding", {n.writer().indices(n.node().inputs.at(1))},
               {{"rows", n.shape(0).at(0).as_value()}, {"dim", packed_width(n).as_value()}},
               {{n.node().inputs.at(0), ""}});
}

// A, its scale and zero, B, its scale and zero, C.
void infer_qgemm(Inference& n) {
  Node view = n.node();
  view.inputs = {n.node().inputs.at(0), n.node().inputs.size() > 3 ? n.node().inputs.at(3) : -1};
  Inference inner(n.graph(), view);
  find_rule("", "Gemm")->infer(inner);
}

void lower_qgemm(Lowering& n) {
  std::vector<int> inputs{n.node().inputs.at(0), n.node().inputs.at(3)};
  if (n.has(6)) inputs.push_back(n.node().inputs.at(6));
  lower_as_product(n, inputs,
                   {.transpose_a = n.integer("transA", 0) != 0,
                    .transpose_b = n.integer("transB", 0) != 0,
                    .bias = n.has(6) ? 2 : -1});
}

void lower_qlinear_pool(Lowering& n) { find_rule("", "AveragePool")->lower(n); }

void infer_qlinear_pool(Inference& n) {
  if (n.integer("channels_last", 0) != 0) throw Unknown{};
  find_rule("", "AveragePool")->infer(n);
}

// data, its scale and zero; the axes are an attribute.
std::vector<std::int64_t> mean_axes(const NodeContext& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  std::vector<std::int64_t> axes = n.integers("axes").value_or(std::vector<std::int64_t>{});
  for (std::int64_t& axis : axes) axis = n.axis(axis, rank);
  for (std::int64_t i = 0; i < rank && !n.has_attribute("axes"); ++i) axes.push_back(i);
  std::sort(axes.begin(), axes.end());
  return axes;
}

void infer_qlinear_mean(Inference& n) {
  const std::vector<std::int64_t> axes = mean_axes(n);
  Dims y;
  for (std::size_t i = 0; i < n.shape(0).size(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    if (!gone) y.push_back(n.shape(0)[i]);
    if (gone && n.integer("keepdims", 1) != 0) y.emplace_back(1);
  }
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_qlinear_mean(Lowering& n) {
  n.emit("reduce", {n.ref(0)},
         {{"reduce", "mean"}, {"axes", Value(mean_axes(n))}, {"keep", n.integer("keepdims", 1) != 0}});
}

// A condition, then two tensors with a scale and a zero each.
void infer_qlinear_where(Inference& n) {
  n.set(0, n.in(1).elem, broadcast(n, n.shape(0), broadcast(n, n.shape(1), n.shape(4))));
}

void lower_qlinear_where(Lowering& n) { n.emit("where", {n.ref(0), n.ref(1), n.ref(4)}); }

constexpr std::array kRules{
    Rule{"QuantizeLinear", infer_quantize, lower_quantize},
    Rule{"DequantizeLinear", infer_dequantize, lower_dequantize},
    Rule{"DynamicQuantizeLinear", infer_dynamic_quantize, lower_dynamic_quantize},
    Rule{"QLinearConv", infer_qlinear_conv, lower_qlinear_conv},
    Rule{"QLinearMatMul", infer_qlinear_matmul, lower_qlinear_matmul},
    Rule{"MatMulIntegerToFloat", infer_integer_to_float, lower_integer_to_float, kMicrosoft},
    Rule{"DynamicQuantizeMatMul", infer_integer_to_float, lower_integer_to_float, kMicrosoft},
    Rule{"QLinearAdd", infer_qlinear_binary, lower_qlinear_binary, kMicrosoft},
    Rule{"QLinearMul", infer_qlinear_binary, lower_qlinear_binary, kMicrosoft},
    Rule{"QLinearConcat", infer_qlinear_concat, lower_qlinear_concat, kMicrosoft},
    Rule{"QLinearSigmoid", infer_same, lower_qlinear_unary, kMicrosoft},
    Rule{"QLinearLeakyRelu", infer_same, lower_qlinear_unary, kMicrosoft},
    Rule{"QLinearSoftmax", infer_same, lower_qlinear_unary, kMicrosoft},
    Rule{"QLinearGlobalAveragePool", infer_qlinear_global_pool, lower_qlinear_global_pool, kMicrosoft},
    Rule{"QGemm", infer_qgemm, lower_qgemm, kMicrosoft},
    Rule{"QLinearAveragePool", infer_qlinear_pool, lower_qlinear_pool, kMicrosoft},
    Rule{"QLinearReduceMean", infer_qlinear_mean, lower_qlinear_mean, kMicrosoft},
    Rule{"QLinearWhere", infer_qlinear_where, lower_qlinear_where, kMicrosoft},
    Rule{"GatherBlockQuantized", infer_gather_blocks, lower_gather_blocks, kMicrosoft},
    Rule{"MatMulNBits", infer_matmul_nbits, lower_matmul_nbits, kMicrosoft},
    Rule{"MatMulBnb4", infer_matmul_nbits, lower_matmul_nbits, kMicrosoft},
};

}  // namespace

std::span<const Rule> quantized_rules() { return kRules; }

}  // namespace ridgepoint::onnx
