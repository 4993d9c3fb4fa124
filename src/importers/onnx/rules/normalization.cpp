// Norms and softmax.

#include <fmt/format.h>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

// One vector or scale of a norm: learned unless it is a constant of the graph (an exporter's ones and zeros).
bool is_learned(const Lowering& n, std::size_t i) {
  if (!n.has(i) || !n.in(i).constant) return false;
  const ValueInfo& value = n.in(i);
  return (value.is_initializer || !value.roots.empty()) && !value.name.starts_with("val_");
}

void add_key(const Lowering& n, std::size_t i, std::vector<ParameterKey>& keys) {
  if (is_learned(n, i)) keys.push_back(n.key(i));
}

void infer_batch_norm(Inference& n) { infer_same(n); }

void lower_batch_norm(Lowering& n) {
  std::vector<ParameterKey> keys;
  if (!n.has(1) || !n.in(1).constant) return n.unmodelled();
  keys.push_back(n.key(1));
  keys.push_back(n.key(2));
  n.emit_owner("batch_norm", {n.ref(0)}, {}, keys);
}

void infer_layer_norm(Inference& n) {
  infer_same(n);
  for (std::size_t i = 1; i < n.output_count(); ++i) {
    Dims y = n.shape(0);
    const auto axis = n.axis(n.integer("axis", -1), static_cast<std::int64_t>(y.size()));
    for (auto k = static_cast<std::size_t>(axis); k < y.size(); ++k) y[k] = Dim(1);
    n.set(i, Elem::kFloat, std::move(y));
  }
}

void lower_row_norm(Lowering& n, const std::string& op, std::size_t scale, std::size_t bias) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  const std::int64_t axes = rank - n.axis(n.integer("axis", -1), rank);
  std::vector<ParameterKey> keys;
  add_key(n, scale, keys);
  const bool weighted = !keys.empty();
  if (bias > 0) add_key(n, bias, keys);
  const bool biased = keys.size() > (weighted ? 1U : 0U);
  Attributes attributes{{"weight", weighted}, {"bias", biased}};
  if (axes != 1) attributes.push_back({"axes", axes});
  n.emit_owner(op, {n.ref(0)}, std::move(attributes), keys);
}

void lower_layer_norm(Lowering& n) { lower_row_norm(n, "layer_norm", 1, 2); }
void lower_rms_norm(Lowering& n) { lower_row_norm(n, "rms_norm", 1, 0); }

void infer_skip_norm(Inference& n) {
  infer_same(n);
  n.set(3, n.in(0).elem, n.shape(0));
}

// input + skip (+ bias), then the norm; the sum is the fourth output.
void lower_skip_norm(Lowering& n) {
  const bool simplified = n.node().type == "SkipSimplifiedLayerNormalization";
  const std::size_t bias = simplified ? 3 : 4;
  std::string sum = n.step("skip", "add", {n.ref(0), n.ref(1)});
  if (n.has(bias)) sum = n.writer().add_owner(sum + ".bias", "bias", {sum}, {}, {n.key(bias)});
  std::vector<ParameterKey> keys;
  add_key(n, 2, keys);
  if (!simplified) add_key(n, 3, keys);
  const bool biased = keys.size() > 1;
  n.emit_owner(simplified ? "rms_norm" : "layer_norm", {sum}, {{"weight", !keys.empty()}, {"bias", biased}}, keys);
  n.bind(3, sum);
}

void lower_instance_norm(Lowering& n) {
  std::vector<ParameterKey> keys;
  add_key(n, 1, keys);
  add_key(n, 2, keys);
  n.emit_owner("instance_norm", {n.ref(0)}, {{"affine", keys.size() == 2}}, keys);
}

void lower_group_norm(Lowering& n) {
  std::vector<ParameterKey> keys;
  add_key(n, 1, keys);
  add_key(n, 2, keys);
  const std::int64_t groups = n.integer(n.has_attribute("groups") ? "groups" : "num_groups", 1);
  n.emit_owner("group_norm", {n.ref(0)}, {{"groups", groups}, {"affine", keys.size() == 2}}, keys);
}

// Before opset 13 all axes from `axis` on are one; the count of elements is the same.
void lower_softmax(Lowering& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  const bool merged = n.graph().opset < 13;
  const std::int64_t axis = n.axis(n.integer("axis", merged ? 1 : -1), std::max<std::int64_t>(rank, 1));
  const std::string op = n.node().type == "LogSoftmax" ? "log_softmax" : "softmax";
  n.emit(op, {n.ref(0)}, {{"axis", axis}});
}

void lower_lrn(Lowering& n) { n.emit("local_response_norm", {n.ref(0)}, {{"size", n.integer("size", 1)}}); }

// A norm over given axes: two reductions and what follows them; as a layer norm without parameters of these axes.
void lower_mean_variance(Lowering& n) { n.emit("instance_norm", {n.ref(0)}, {{"affine", false}}); }

void lower_lp_norm(Lowering& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  const std::int64_t axis = n.axis(n.integer("axis", -1), rank);
  const std::string norm = n.step("norm", "reduce", {n.ref(0)},
                                  {{"reduce", "l2"}, {"axes", Value(std::vector<std::int64_t>{axis})}, {"keep", true}});
  n.emit("div", {n.ref(0), norm});
}

constexpr std::array kRules{
    Rule{"BatchNormalization", infer_batch_norm, lower_batch_norm},
    Rule{"LayerNormalization", infer_layer_norm, lower_layer_norm},
    Rule{"SimplifiedLayerNormalization", infer_layer_norm, lower_rms_norm},
    Rule{"RMSNormalization", infer_layer_norm, lower_rms_norm},
    Rule{"SkipLayerNormalization", infer_skip_norm, lower_skip_norm, kMicrosoft},
    Rule{"SkipSimplifiedLayerNormalization", infer_skip_norm, lower_skip_norm, kMicrosoft},
    Rule{"InstanceNormalization", infer_same, lower_instance_norm},
    Rule{"GroupNormalization", infer_same, lower_group_norm},
    Rule{"Softmax", infer_same, lower_softmax},
    Rule{"LogSoftmax", infer_same, lower_softmax},
    Rule{"Hardmax", infer_same, lower_softmax},
    Rule{"LRN", infer_same, lower_lrn},
    Rule{"MeanVarianceNormalization", infer_same, lower_mean_variance},
    Rule{"LpNormalization", infer_same, lower_lp_norm},
};

}  // namespace

std::span<const Rule> normalization_rules() { return kRules; }

}  // namespace ridgepoint::onnx
