// Attention of ai.onnx as one operator (opset 23 and newer), and RotaryEmbedding.

#include <algorithm>

#include "importers/onnx/rules/heads.hpp"

namespace ridgepoint::onnx {
namespace {

/// The inputs behind queries, keys and values, and the outputs behind the result.
enum Place : std::size_t {
  kMask = 3,
  kPastKey = 4,
  kPastValue = 5,
  kValidKeys = 6,
  kPresentKey = 1,
  kPresentValue = 2
};
constexpr std::size_t kScores = 3;

/// The sizes of one node: of three axes [batch, length, heads width] or of four [batch, heads, length, width].
struct Sizes {
  explicit Sizes(const NodeContext& n) : q(n.shape(0)), k(n.shape(1)), v(n.shape(2)), four(q.size() == 4) {
    if (!four && q.size() != 3) {
      n.fail("its queries have neither three nor four axes", "[batch, heads, length, width] or [batch, length, width]");
    }
    heads = four ? q[1] : Dim(positive(n, "q_num_heads", 1));
    kv_heads = four ? k.at(1) : Dim(positive(n, "kv_num_heads", 1));
    queries = q[four ? 2 : 1];
    length = k.at(four ? 2 : 1);
    past = n.has(kPastKey) ? n.shape(kPastKey).at(2) : Dim(0);
    width = four ? v.at(3) : divide(v.at(2), kv_heads);
  }
  [[nodiscard]] Dim keys() const { return length + past; }

  const Dims& q;
  const Dims& k;
  const Dims& v;
  bool four;
  Dim heads, kv_heads, queries, length, past;
  Dim width;  ///< of a head's values
};

void infer_attention(Inference& n) {
  const Sizes s(n);
  const Dim& batch = s.q[0];
  n.set(0, n.in(0).elem, s.four ? Dims{batch, s.heads, s.queries, s.width} : Dims{batch, s.queries, s.width * s.heads});
  const Dim head = s.four ? s.k.at(3) : divide(s.k.at(2), s.kv_heads);
  n.set(kPresentKey, n.in(1).elem, {s.k[0], s.kv_heads, s.keys(), head});
  n.set(kPresentValue, n.in(2).elem, {s.v.at(0), s.kv_heads, s.keys(), s.width});
  n.set(kScores, n.in(0).elem, {batch, s.heads, s.queries, s.keys()});
}

// Keys or values of four axes behind those of the past, as rows.
std::string joined(const Lowering& n, std::size_t i, std::size_t past, std::size_t present) {
  std::string tensor = n.ref(i);
  Dims all = n.shape(i);
  if (n.has(past) && product(n.shape(past)).value() > 0) {
    tensor = n.step("past" + std::to_string(i), "concat", {n.ref(past), tensor}, {{"axis", 2}});
    all[2] = all[2] + n.shape(past).at(2);
  }
  n.bind(present, tensor);
  return rows_of(n, i == 1 ? "k" : "v", tensor, all);
}

// A mask or a bias of all scores. One that ends before the last key is left out.
bool is_readable(const Lowering& n, const Sizes& s) {
  if (!n.has(kMask) || !n.in(kMask).shape) return false;
  const Dims& dims = *n.in(kMask).shape;
  const bool written = n.in(kMask).constant || n.writer().is_bound(n.node().inputs[kMask]);
  if (dims.size() < 2 || dims.size() > 4 || !written) return false;
  const auto fits = [](const Dim& a, const Dim& b) { return a.is(1) || a.value() == b.value(); };
  return fits(dims.back(), s.keys()) && fits(dims[dims.size() - 2], s.queries);
}

// A query sees `left` keys before its own and `right` behind it, all of a side that is below 0. Windows of other shapes
// than the kernel's are as wide.
Heads heads_of(const Lowering& n, const Sizes& s) {
  Heads h{.heads = s.heads.value(), .kv_heads = s.kv_heads.value(), .softcap = n.real("softcap", 0) > 0};
  const std::int64_t most = s.keys().value();
  const std::int64_t left = std::min(n.integer("left_window_size", -1), most);
  const std::int64_t right = n.integer("is_causal", 0) != 0 ? 0 : std::min(n.integer("right_window_size", -1), most);
  if (left >= 0 && right >= 0) h.window = left + right + 1;
  h.causal = right == 0 && s.queries.value() <= most;
  return h;
}

// Without a past the first query is the first key's, and keys behind the last query's are seen by none.
std::string seen(const Lowering& n, const Sizes& s, const Heads& h, const std::string& label, const std::string& rows) {
  const bool aligned = n.has(kPastKey) || n.has(kValidKeys) || s.queries.value() >= s.length.value();
  if (!h.causal || aligned) return rows;
  return n.step(label + ".seen", "slice", {rows}, {{"axis", 1}, {"length", s.queries.as_value()}});
}

void lower_attention(Lowering& n) {
  const Sizes s(n);
  const Heads h = heads_of(n, s);
  const std::string k = s.four ? joined(n, 1, kPastKey, kPresentKey)
                               : appended(n, "k", n.ref(1), kPastKey, kPresentKey, s.length, h.kv_heads);
  const std::string v = s.four ? joined(n, 2, kPastValue, kPresentValue)
                               : appended(n, "v", n.ref(2), kPastValue, kPresentValue, s.length, h.kv_heads);
  std::vector<std::string> inputs{rows_of(n, "q", n.ref(0), s.q), seen(n, s, h, "k", k), seen(n, s, h, "v", v)};
  if (is_readable(n, s) && inputs[1] == k) inputs.push_back(n.ref(kMask));
  std::string o = n.writer().add(layer_name(n.graph(), n.node()), "attention", std::move(inputs), attributes_of(h));
  if (s.four) {
    o = n.reshaped("heads", o, {s.q[0], s.queries, s.heads, s.width});
    o = n.step("heads.order", "transpose", {o},
               {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  }
  n.bind(0, o);
}

// RotaryEmbedding: x[b, s, width] or [b, h, s, d].
void lower_rotary(Lowering& n) {
  const Dims& x = n.shape(0);
  Dim head = x.back();
  if (x.size() == 3) {
    const std::int64_t heads = n.integer("num_heads", 0);
    const std::size_t table = n.graph().opset >= 23 && n.node().domain != kMicrosoft ? 1 : 2;
    head = heads > 0 ? divide(x.back(), Dim(heads)) : n.has(table) ? n.shape(table).back() * Dim(2) : x.back();
  }
  n.emit("rope", {n.ref(0)}, {{"head_dim", head.as_value()}});
}

constexpr std::array kRules{
    Rule{"Attention", infer_attention, lower_attention},
    Rule{"RotaryEmbedding", infer_same, lower_rotary},
    Rule{"RotaryEmbedding", infer_same, lower_rotary, kMicrosoft},
};

}  // namespace

std::span<const Rule> attention_rules() { return kRules; }

}  // namespace ridgepoint::onnx
