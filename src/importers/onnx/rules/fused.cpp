// Operators that ONNX Runtime's optimizer makes of several: each is written as the layers that it computes.

#include <algorithm>

#include "importers/onnx/product.hpp"
#include "importers/onnx/rule.hpp"
#include "importers/onnx/window.hpp"

namespace ridgepoint::onnx {
namespace {

// ids[b, s], segments, tables of words, positions and segments, the norm's scale and shift.
void infer_embed_norm(Inference& n) {
  const Dims& ids = n.shape(0);
  Dims y{ids.at(0), ids.at(1), n.shape(2).at(1)};
  n.set(1, Elem::kInt32, {ids[0]});
  n.set(2, n.in(2).elem, y);
  n.set(0, n.in(2).elem, std::move(y));
}

std::string looked_up(const Lowering& n, const std::string& suffix, const std::string& ids, std::size_t table) {
  const Dims& t = n.shape(table);
  return n.writer().add_owner(layer_name(n.graph(), n.node()) + suffix, "embedding", {ids},
                              {{"rows", t.at(0).as_value()}, {"dim", t.at(1).as_value()}}, {n.key(table)});
}

void lower_embed_norm(Lowering& n) {
  const std::string ids = n.writer().indices(n.node().inputs.at(0));
  std::string sum = looked_up(n, ".words", ids, 2);
  const bool given = n.node().type == "EmbedLayerNormalization" && n.has(8);
  const std::string places = given ? n.writer().indices(n.node().inputs[8]) : ids;  // as many, whatever they are
  sum = n.step("sum", "add", {sum, looked_up(n, ".positions", places, 3)});
  if (n.has(4)) {
    const std::string segments = n.has(1) ? n.writer().indices(n.node().inputs[1]) : ids;
    sum = n.step("sum_segments", "add", {sum, looked_up(n, ".segments", segments, 4)});
  }
  std::vector<ParameterKey> keys{n.key(5)};
  if (n.has(6)) keys.push_back(n.key(6));
  const bool biased = keys.size() > 1;
  n.emit_owner("layer_norm", {sum}, {{"bias", biased}}, std::move(keys));
  n.bind(2, sum);
}

// x + bias (+ skip), the bias over the last axis.
std::string biased(const Lowering& n, std::size_t bias) {
  std::string x = n.ref(0);
  if (!n.has(bias)) return x;
  if (!n.in(bias).constant) return n.step("bias", "add", {x, n.ref(bias)});
  return n.writer().add_owner(layer_name(n.graph(), n.node()) + ".bias", "bias", {x}, {}, {n.key(bias)});
}

void lower_bias_gelu(Lowering& n) { n.emit(n.node().type == "FastGelu" ? "gelu_tanh" : "gelu", {biased(n, 1)}); }

void lower_bias_add(Lowering& n) {
  const std::string sum = biased(n, 1);
  n.emit("add", {sum, n.ref(2)});
}

// (x + bias) in halves: the first times gelu of the second.
void infer_bias_split_gelu(Inference& n) {
  Dims y = n.shape(0);
  y.at(y.size() - 1) = divide(y.back(), Dim(2));
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_bias_split_gelu(Lowering& n) {
  const auto last = static_cast<std::int64_t>(n.shape(0).size()) - 1;
  const std::string halves = n.step("halves", "split", {biased(n, 1)}, {{"axis", last}, {"parts", 2}});
  n.emit("gated", {halves + ":1", halves + ":0"}, {{"activation", "gelu"}});
}

void lower_bias_softmax(Lowering& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  const std::string sum = n.step("bias", "add", {n.ref(0), n.ref(1)});
  n.emit("softmax", {sum}, {{"axis", n.axis(n.integer("axis", rank - 1), rank)}});
}

// The gate's swish times the other; both in one tensor in ONNX Runtime's.
void lower_swiglu(Lowering& n) { n.emit("gated", {n.ref(0), n.ref(1)}, {{"activation", "silu"}}); }

std::string_view activation_op(const NodeContext& n) {
  const std::string_view name = n.text("activation", "");
  if (name == "Relu" || name == "relu") return "relu";
  if (name == "LeakyRelu") return "leaky_relu";
  if (name == "Sigmoid") return "sigmoid";
  if (name == "Tanh") return "tanh";
  if (name == "Clip") return "clip";
  if (name == "HardSigmoid") return "hard_sigmoid";
  if (name == "Gelu" || name == "gelu") return "gelu";
  if (name == "silu" || name == "swish" || name == "Swish") return "silu";
  return "";
}

// What a fused operator does to its result.
void activate(Lowering& n) {
  if (const std::string_view op = activation_op(n); !op.empty())
    n.bind(0, n.step("activation", std::string(op), {n.ref_out()}));
}

void infer_fused_matmul_activation(Inference& n) { find_rule(kMicrosoft, "FusedMatMul")->infer(n); }

void lower_fused_matmul_activation(Lowering& n) {
  lower_product(n, {.transpose_a = n.integer("transA", 0) != 0, .transpose_b = n.integer("transB", 0) != 0});
  activate(n);
}

// x, weight, bias, and what is added before the activation.
void infer_fused_conv(Inference& n) { infer_convolution(n, 1, n.in(0).elem); }

void lower_fused_conv(Lowering& n) {
  lower_convolution(n, 1, n.has(2) ? 2 : -1);
  if (n.has(3)) n.bind(0, n.step("residual", "add", {n.ref_out(), n.ref(3)}));
  activate(n);
}

// The same of [b, extents..., c]: seen with the channels in front.
Dims channels_first(const Dims& x) {
  if (x.size() < 3) throw Unknown{};
  Dims y{x[0], x.back()};
  y.insert(y.end(), x.begin() + 1, x.end() - 1);
  return y;
}

Dims channels_last(const Dims& x) {
  Dims y{x.at(0)};
  y.insert(y.end(), x.begin() + 2, x.end());
  y.push_back(x[1]);
  return y;
}

// Runs `rule` on the node as if its input had the channels in front, and gives back what it then says.
void infer_channels_last(Inference& n, std::string_view type) {
  ValueInfo& x = n.graph().value(n.node().inputs.at(0));
  const Dims written = n.shape(0);
  x.shape = channels_first(written);
  try {
    find_rule("", type)->infer(n);
  } catch (...) {
    x.shape = written;
    throw;
  }
  x.shape = written;
  ValueInfo& y = n.graph().value(n.node().outputs.at(0));
  if (y.shape) y.shape = channels_last(*y.shape);
}

std::vector<std::int64_t> order_to_front(std::size_t rank) {
  std::vector<std::int64_t> order{0, static_cast<std::int64_t>(rank) - 1};
  for (std::size_t i = 1; i + 1 < rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  return order;
}

std::vector<std::int64_t> order_to_back(std::size_t rank) {
  std::vector<std::int64_t> order{0};
  for (std::size_t i = 2; i < rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  order.push_back(1);
  return order;
}

template <class Lower>
void lower_channels_last(Lowering& n, const Lower& lower) {
  const int input = n.node().inputs.at(0);
  const int output = n.node().outputs.at(0);
  const Dims x = n.shape(0);
  const Dims y = n.out_shape();
  const std::string written = n.ref(0);
  const std::string front =
      n.step("nchw", "transpose", {written}, {{"axes", Value(order_to_front(x.size()))}, {"free", true}});
  n.graph().value(input).shape = channels_first(x);
  n.graph().value(output).shape = channels_first(y);
  n.writer().bind(input, front);
  lower(n);
  n.graph().value(input).shape = x;
  n.graph().value(output).shape = y;
  n.writer().bind(input, written);
  n.bind(0, n.step("nhwc", "transpose", {n.ref_out()}, {{"axes", Value(order_to_back(y.size()))}, {"free", true}}));
}

void infer_nhwc_conv(Inference& n) { infer_channels_last(n, "Conv"); }
void infer_nhwc_pool(Inference& n) { infer_channels_last(n, "MaxPool"); }
void lower_nhwc_conv(Lowering& n) { lower_channels_last(n, lower_fused_conv); }
void lower_nhwc_pool(Lowering& n) { lower_channels_last(n, find_rule("", "MaxPool")->lower); }

// x + skip + bias, the norm of its groups, perhaps its swish; the sum is the second output. Channels are last unless
// channels_last is 0.
void infer_skip_group_norm(Inference& n) {
  infer_same(n);
  n.set(1, n.in(0).elem, n.shape(0));
}

void lower_group_norm_nhwc(Lowering& n) {
  const bool skips = n.node().type == "SkipGroupNorm";
  const auto norm = [skips](Lowering& inner) {
    std::string x = inner.ref(0);
    if (skips) x = inner.step("skip", "add", {x, inner.ref(3)});
    const std::int64_t groups = std::max<std::int64_t>(1, inner.integer("groups", 1));
    inner.emit_owner("group_norm", {x}, {{"groups", groups}}, {inner.key(1), inner.key(2)});
    if (inner.integer("activation", 0) == 1) inner.bind(0, inner.step("swish", "silu", {inner.ref_out()}));
  };
  if (skips || n.integer("channels_last", 1) == 0) return norm(n);
  lower_channels_last(n, norm);
}

void infer_expand_dims(Inference& n) {
  Dims y = n.shape(0);
  const std::int64_t axis = n.axis(n.sizes(1).at(0).value(), static_cast<std::int64_t>(y.size()) + 1);
  y.insert(y.begin() + axis, Dim(1));
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_expand_dims(Lowering& n) { n.bind(0, n.reshaped("axes", n.ref(0), n.out_shape())); }

constexpr std::array kRules{
    Rule{"EmbedLayerNormalization", infer_embed_norm, lower_embed_norm, kMicrosoft},
    Rule{"QEmbedLayerNormalization", infer_embed_norm, lower_embed_norm, kMicrosoft},
    Rule{"BiasGelu", infer_same, lower_bias_gelu, kMicrosoft},
    Rule{"FastGelu", infer_same, lower_bias_gelu, kMicrosoft},
    Rule{"BiasAdd", infer_same, lower_bias_add, kMicrosoft},
    Rule{"BiasSplitGelu", infer_bias_split_gelu, lower_bias_split_gelu, kMicrosoft},
    Rule{"BiasSoftmax", infer_same, lower_bias_softmax, kMicrosoft},
    Rule{"SwiGLU", infer_same, lower_swiglu},
    Rule{"FusedMatMulActivation", infer_fused_matmul_activation, lower_fused_matmul_activation, kMicrosoft},
    Rule{"FusedConv", infer_fused_conv, lower_fused_conv, kMicrosoft},
    Rule{"NhwcConv", infer_nhwc_conv, lower_nhwc_conv, kMicrosoft},
    Rule{"NhwcFusedConv", infer_nhwc_conv, lower_nhwc_conv, kMicrosoft},
    Rule{"NhwcMaxPool", infer_nhwc_pool, lower_nhwc_pool, kMicrosoft},
    Rule{"GroupNorm", infer_same, lower_group_norm_nhwc, kMicrosoft},
    Rule{"SkipGroupNorm", infer_skip_group_norm, lower_group_norm_nhwc, kMicrosoft},
    Rule{"ExpandDims", infer_expand_dims, lower_expand_dims, kMicrosoft},
};

}  // namespace

std::span<const Rule> fused_rules() { return kRules; }

}  // namespace ridgepoint::onnx
