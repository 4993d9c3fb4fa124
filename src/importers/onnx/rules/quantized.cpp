// Quantized forms. Weights in narrow formats become the weights of their layers, which are stored so; a quantize and
// dequantize around activations is a pass of its own.

#include <fmt/format.h>

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

void infer_dequantize(Inference& n) { n.set(0, n.has(1) ? n.in(1).elem : Elem::kFloat, n.shape(0)); }

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
  const std::int64_t bits = n.integer("bits", 4);
  n.writer().stores(bits <= 4 ? DType::kInt4 : DType::kInt8, checked_mul(n.integer("K", 1), n.integer("N", 1)),
                    std::max<std::int64_t>(0, n.integer("block_size", 0)));
  n.emit_owner("linear", {n.ref(0)}, {{"out_features", n.integer("N", 1)}, {"bias", biased}}, keys);
}

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
    Rule{"MatMulNBits", infer_matmul_nbits, lower_matmul_nbits, kMicrosoft},
    Rule{"MatMulBnb4", infer_matmul_nbits, lower_matmul_nbits, kMicrosoft},
};

}  // namespace

std::span<const Rule> quantized_rules() { return kRules; }

}  // namespace ridgepoint::onnx
