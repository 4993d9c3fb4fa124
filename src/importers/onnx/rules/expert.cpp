// Mixtures of experts and recurrences over time as one operator each.

#include <algorithm>

#include "core/checked.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

/// Where an operator has its experts' weights, [experts, out, in / packed], and what stands beside them.
struct ExpertInputs {
  std::size_t first, first_bias, second, second_bias, third, third_bias;
  std::int64_t packed;  ///< values in an element of the weights
};

ExpertInputs inputs_of(const NodeContext& n) {
  if (n.node().type == "MoE") return {2, 3, 4, 5, 6, 7, 1};
  const std::int64_t bits = std::clamp<std::int64_t>(n.integer("expert_weight_bits", 4), 1, 8);
  return {2, 4, 5, 7, 8, 10, 8 / bits};
}

// One matrix of every expert, on the rows that were given to it.
std::string experts_layer(const Lowering& n, const std::string& suffix, const std::string& rows, std::size_t weight,
                          std::size_t bias, std::int64_t width) {
  const Dims& w = n.shape(weight);
  std::vector<ParameterKey> keys{n.key(weight)};
  const bool biased = n.has(bias) && n.in(bias).constant;
  if (n.node().type == "QMoE" && is_integer(n.in(weight).elem))
    n.writer().packs(keys.front().first, n.integer("expert_weight_bits", 4) <= 4 ? DType::kInt4 : DType::kInt8);
  if (biased) keys.push_back(n.key(bias));
  return n.writer().add_owner(layer_name(n.graph(), n.node()) + suffix, "grouped_linear", {rows},
                              {{"experts", w.at(0).as_value()},
                               {"out_features", width},
                               {"top_k", std::max<std::int64_t>(1, n.integer("k", 1))},
                               {"bias", biased}},
                              std::move(keys));
}

std::string gate_word(std::string_view activation) {
  if (activation == "gelu") return "gelu";
  return activation == "relu" ? "relu" : "silu";
}

// x[..., width], router[rows, experts]: the k best experts of each row, whose results are added up by their weights.
void lower_moe(Lowering& n) {
  const ExpertInputs at = inputs_of(n);
  const Dims& x = n.shape(0);
  if (!n.in(at.first).constant || !n.in(at.second).constant) return n.unmodelled();
  const Dim rows = product(Dims(x.begin(), x.end() - 1));
  const std::int64_t k = std::max<std::int64_t>(1, n.integer("k", 1));
  const std::int64_t width = x.back().value();
  const std::string flat = n.reshaped("rows", n.ref(0), {rows, x.back()});
  const std::string route = n.step("route", "route", {n.ref(1)}, {{"top_k", k}});
  const std::string given =
      n.step("dispatch", "dispatch", {flat, route + ":1"}, {{"experts", n.shape(at.first).at(0).as_value()}});
  const std::string_view activation = n.text("activation_type", "relu");
  // fc2 is [experts, out, in]: what it takes is as wide as what the gated product of fc1 leaves.
  const std::int64_t hidden = checked_mul(n.shape(at.second).at(2).value(), at.packed);
  const bool doubled = activation == "swiglu" && !n.has(at.third);
  std::string up = experts_layer(n, ".fc1", given, at.first, at.first_bias, doubled ? checked_mul(hidden, 2) : hidden);
  if (n.has(at.third)) {
    const std::string other = experts_layer(n, ".fc3", given, at.third, at.third_bias, hidden);
    up = n.step("gated", "gated", {up, other}, {{"activation", gate_word(activation)}});
  } else if (doubled) {
    const std::string halves = n.step("halves", "split", {up}, {{"axis", 1}, {"parts", 2}});
    up = n.step("gated", "gated", {halves + ":0", halves + ":1"}, {{"activation", "silu"}});
  } else if (activation != "identity") {
    up = n.step("activation", gate_word(activation), {up});
  }
  const std::string down = experts_layer(n, ".fc2", up, at.second, at.second_bias, width);
  const std::string y = n.step("combine", "combine", {down, route + ":0"});
  n.bind(0, n.reshaped("tokens", y, x));
}

std::int64_t heads_of(const NodeContext& n, std::string_view name) {
  const std::int64_t heads = n.integer(name, 0);
  if (heads < 1 || heads > (1 << 20)) n.fail(std::string(name) + " is missing or below 1", "at least 1");
  return heads;
}

// q[b, t, heads k], k[b, t, kv k], v[b, t, kv v], a past state [b, kv, k, v].
void infer_linear_attention(Inference& n) {
  const Dims& q = n.shape(0);
  const Dims& v = n.shape(2);
  const Dim heads(heads_of(n, "q_num_heads"));
  const Dim kv(heads_of(n, "kv_num_heads"));
  const Dim head = divide(v.at(2), kv);
  n.set(0, n.in(0).elem, {q.at(0), q.at(1), head * heads});
  n.set(1, n.in(0).elem, {q[0], kv, divide(q.at(2), heads), head});
}

void lower_linear_attention(Lowering& n) {
  const std::int64_t heads = heads_of(n, "q_num_heads");
  const std::int64_t kv = heads_of(n, "kv_num_heads");
  if (heads != kv) throw Unknown{};
  const std::string_view rule = n.text("update_rule", "gated_delta");
  const std::string word = rule == "linear" ? "sum" : rule == "gated" ? "decay" : "delta";
  n.emit("linear_attention", {n.ref(0), n.ref(1), n.ref(2)},
         {{"heads", heads}, {"rule", word}, {"chunk", std::max<std::int64_t>(1, n.integer("chunk_size", 64))}});
}

// x[b, channels, t], weight[channels, 1, k], bias, the last k - 1 steps.
void infer_causal_conv(Inference& n) {
  const Dims& x = n.shape(0);
  if (x.size() != 3) n.fail("its input has not three axes", "[batch, channels, time]");
  n.set(0, n.in(0).elem, x);
  n.set(1, n.in(0).elem, {x[0], x[1], n.shape(1).at(2) - Dim(1)});
}

void lower_causal_conv(Lowering& n) {
  if (!n.in(1).constant) return n.unmodelled();
  const bool biased = n.has(2) && n.in(2).constant;
  std::vector<ParameterKey> keys{n.key(1)};
  if (biased) keys.push_back(n.key(2));
  const Value order(std::vector<std::int64_t>{0, 2, 1});
  const std::string rows = n.step("time_first", "transpose", {n.ref(0)}, {{"axes", order}, {"free", true}});
  std::string y = n.writer().add_owner(layer_name(n.graph(), n.node()), "causal_conv", {rows},
                                       {{"kernel", n.shape(1).at(2).as_value()}, {"bias", biased}}, std::move(keys));
  const std::string_view activation = n.text("activation", "none");
  if (activation == "silu" || activation == "swish") y = n.step("swish", "silu", {y});
  n.bind(0, n.step("channels_first", "transpose", {y}, {{"axes", order}, {"free", true}}));
}

constexpr std::array kRules{
    Rule{"MoE", infer_same, lower_moe, kMicrosoft},
    Rule{"QMoE", infer_same, lower_moe, kMicrosoft},
    Rule{"LinearAttention", infer_linear_attention, lower_linear_attention},
    Rule{"CausalConvWithState", infer_causal_conv, lower_causal_conv},
};

}  // namespace

std::span<const Rule> expert_rules() { return kRules; }

}  // namespace ridgepoint::onnx
