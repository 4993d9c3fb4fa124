// The layers of what patterns recognised.

#include <algorithm>

#include "importers/onnx/patterns/patterns.hpp"
#include "importers/onnx/product.hpp"

namespace ridgepoint::onnx {
namespace {

const Value& attribute(const Node& node, std::string_view name) {
  return std::find_if(node.attributes.begin(), node.attributes.end(),
                      [&](const Attribute& a) { return a.name == name; })
      ->value;
}

std::vector<std::int64_t> order_of(const Node& node, std::string_view name) {
  std::vector<std::int64_t> order;
  for (const Value& value : std::get<std::vector<Value>>(attribute(node, name).data))
    order.push_back(std::get<std::int64_t>(value.data));
  return order;
}

// [batch..., length, heads, width] as three axes.
Dims three(const Dims& dims) {
  if (dims.size() == 3) return dims;
  const auto split = dims.end() - 3;
  return {product(Dims(dims.begin(), split)), split[0], split[1] * split[2]};
}

bool moves(const Dims& from, const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> kept;
  for (const std::int64_t axis : order) {
    if (!from[static_cast<std::size_t>(axis)].is(1)) kept.push_back(axis);
  }
  return !std::is_sorted(kept.begin(), kept.end());
}

// An operand as rows: free views, as the kernel reads it where it lies.
std::string rows(const Lowering& n, std::size_t i, const std::string& label, const std::string& scaled = "") {
  const Dims& from = n.shape(i);
  const std::vector<std::int64_t> order = order_of(n.node(), "@" + label);
  const std::string operand = scaled.empty() ? n.ref(i) : scaled;
  std::string tensor = operand;
  if (moves(from, order))
    tensor = n.step(label + ".order", "transpose", {tensor}, {{"axes", Value(order)}, {"free", true}});
  Dims dims;
  for (const std::int64_t axis : order) dims.push_back(from[static_cast<std::size_t>(axis)]);
  const Dims wanted = three(dims);
  return wanted == (tensor == operand ? from : dims) ? tensor : n.reshaped(label, tensor, wanted);
}

bool adds_up(const Dims& a, const Dims& b) {
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const Dim& x = a[a.size() - i];
    const Dim& y = b[b.size() - i];
    if (!(x == y) && !x.is(1) && !y.is(1)) return false;
  }
  return true;
}

// All that is added to the scores as one tensor, or "". A constant of windows beside heads is no such tensor: its
// values are known, and its bytes are few.
std::string mask(const Lowering& n, std::size_t first) {
  std::string sum;
  Dims dims;
  for (std::size_t i = first; i < n.input_count(); ++i) {
    const Dims& next = n.shape(i);
    if (next.size() < 2 || next.size() > 4 || (!sum.empty() && !adds_up(dims, next))) continue;
    sum = sum.empty() ? n.ref(i) : n.step("mask" + std::to_string(i - 2), "add", {sum, n.ref(i)});
    dims = dims.empty() ? next : broadcast(n, dims, next);
  }
  return sum;
}

// What the kernel gives, [batch, queries, heads width], with its axes as the node has them.
std::string as_written(const Lowering& n, const std::string& rows) {
  const Dims& y = n.out_shape();
  const std::vector<std::int64_t> order = order_of(n.node(), "@out");
  Dims parted(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) parted[static_cast<std::size_t>(order[i])] = y[i];
  const std::string heads_apart = y.size() == 3 ? rows : n.reshaped("heads", rows, parted);
  if (moves(parted, order))
    return n.step("heads_first", "transpose", {heads_apart}, {{"axes", Value(order)}, {"free", true}});
  return parted == y ? heads_apart : n.reshaped("heads_first", heads_apart, y);
}

void lower_attention(Lowering& n) {
  // A scale per head goes to the queries.
  const bool scaled = std::get<bool>(attribute(n.node(), "@scaled").data);
  const std::string q = scaled ? n.step("scale", "mul", {n.ref(0), n.ref(3)}) : "";
  std::vector<std::string> inputs{rows(n, 0, "q", q), rows(n, 1, "k"), rows(n, 2, "v")};
  if (const std::string bias = mask(n, scaled ? 4 : 3); !bias.empty()) inputs.push_back(bias);
  Attributes attributes{{"heads", attribute(n.node(), "heads")}};
  const auto heads = std::get<std::int64_t>(attribute(n.node(), "heads").data);
  const auto kv_heads = std::get<std::int64_t>(attribute(n.node(), "kv_heads").data);
  if (heads != kv_heads) attributes.push_back({"kv_heads", kv_heads});
  if (std::get<bool>(attribute(n.node(), "softcap").data)) attributes.push_back({"softcap", true});
  n.emit("attention", std::move(inputs), std::move(attributes));
  n.bind(0, as_written(n, n.ref_out()));
}

// The scale and the shift of a norm, where it has them.
std::vector<ParameterKey> affine_keys(const Lowering& n) {
  std::vector<ParameterKey> keys;
  for (const std::size_t i : {1, 2}) {
    if (n.has(i)) keys.push_back(n.key(i));
  }
  return keys;
}

void lower_row_norm(Lowering& n) {
  n.emit_owner(n.node().op, {n.ref(0)}, {{"weight", n.has(1)}, {"bias", n.has(2)}}, affine_keys(n));
}

void lower_group_norm(Lowering& n) {
  n.emit_owner("group_norm", {n.ref(0)}, {{"groups", attribute(n.node(), "groups")}, {"affine", n.has(1)}},
               affine_keys(n));
}

// An exporter that folded the statistics left no parameters of these names.
void lower_batch_norm(Lowering& n) {
  const bool learned = n.writer().is_learned(n.node().inputs[1]) && n.writer().is_learned(n.node().inputs[2]);
  std::vector<ParameterKey> keys;
  if (learned) keys = {n.key(1), n.key(2)};
  n.emit_owner("batch_norm", {n.ref(0)}, {{"affine", learned}}, keys);
}

}  // namespace

void lower_pattern(Lowering& n) {
  const std::string& op = n.node().op;
  if (op == "attention") return lower_attention(n);
  if (op == "linear") return lower_product(n, {.bias = 2});
  if (op == "layer_norm" || op == "rms_norm") return lower_row_norm(n);
  if (op == "group_norm") return lower_group_norm(n);
  if (op == "batch_norm") return lower_batch_norm(n);
  n.emit(op, {n.ref(0)}, n.node().attributes);
}

}  // namespace ridgepoint::onnx
