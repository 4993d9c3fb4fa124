// Attention of ONNX Runtime as one operator, and what the patterns make of single ones.

#include "importers/onnx/rules/heads.hpp"

namespace ridgepoint::onnx {
namespace {

// com.microsoft Attention: x[b, s, in], weight[in, 3 hidden], bias: the projections and the attention in one.
void infer_packed(Inference& n) {
  const Dims& x = n.shape(0);
  const Dims& w = n.shape(1);
  if (x.size() != 3 || w.size() != 2) n.fail("its input has not three axes", "[batch, length, width]");
  Dim width = divide(w[1], Dim(3));
  if (const auto sizes = n.integers("qkv_hidden_sizes"); sizes && sizes->size() == 3) width = Dim((*sizes)[2]);
  n.set(0, n.in(0).elem, {x[0], x[1], width});
}

void lower_packed(Lowering& n) {
  const Dim width = n.shape(1)[1];
  Dims sizes(3, divide(width, Dim(3)));
  if (const auto given = n.integers("qkv_hidden_sizes"); given && given->size() == 3)
    sizes.assign(given->begin(), given->end());
  if (!n.in(1).constant) return n.unmodelled();
  const bool biased = n.has(2) && n.in(2).constant;
  std::vector<ParameterKey> keys{n.key(1)};
  if (biased) keys.push_back(n.key(2));
  const std::string name = layer_name(n.graph(), n.node());
  const std::string packed = n.writer().add_owner(name + ".qkv", "linear", {n.ref(0)},
                                                  {{"out_features", width.as_value()}, {"bias", biased}}, keys);
  const std::string parts = n.step("parts", "split", {packed}, {{"axis", 2}, {"sizes", as_value(sizes)}});
  const std::int64_t heads = positive(n, "num_heads", 1);
  n.emit("attention", {parts + ":0", parts + ":1", parts + ":2"},
         attributes_of({.heads = heads, .kv_heads = heads, .causal = n.integer("unidirectional", 0) != 0}));
}

bool is_grouped(const NodeContext& n) { return n.node().type == "GroupQueryAttention"; }

// The input with the keys of the past; their values are behind it.
std::size_t first_past(const NodeContext& n) { return is_grouped(n) ? 3 : 6; }

// com.microsoft MultiHeadAttention and GroupQueryAttention: q, k and v as [b, s, width], or all in q.
void infer_multi_head(Inference& n) {
  const Dims& q = n.shape(0);
  if (q.size() == 5) return n.set(0, n.in(0).elem, {q[0], q[1], q[2] * q[4]});
  if (q.size() != 3) n.fail("its queries have not three axes", "[batch, length, width]");
  const std::int64_t heads = positive(n, "num_heads", 1);
  const std::int64_t kv = positive(n, "kv_num_heads", heads);
  Dim width = q[2];
  if (!n.has(1)) width = divide(q[2], Dim(heads + 2 * kv)) * Dim(heads);
  if (n.has(2) && n.shape(2).size() == 3) width = divide(n.shape(2)[2], Dim(kv)) * Dim(heads);
  n.set(0, n.in(0).elem, {q[0], q[1], width});
  const std::size_t past = first_past(n);
  for (std::size_t i = 0; i < 2; ++i) {
    if (n.has(1) && n.shape(1 + i).size() != 3) continue;
    Dims kept{q[0], Dim(kv), n.has(1) ? n.shape(1 + i)[1] : q[1], divide(width, Dim(heads))};
    if (n.has(1)) kept[3] = divide(n.shape(1 + i)[2], Dim(kv));
    if (n.has(past + i)) kept[2] = kept[2] + n.shape(past + i).at(2);
    n.set(1 + i, n.in(0).elem, std::move(kept));
  }
}

/// What lower_multi_head reads: the three tensors as rows, and how far the keys reach.
struct Streams {
  std::string q, k, v;
};

Streams packed_streams(const Lowering& n, std::int64_t heads, std::int64_t kv) {
  const Dim head = divide(n.shape(0)[2], Dim(heads + 2 * kv));
  const std::string parts =
      n.step("parts", "split", {n.ref(0)},
             {{"axis", 2}, {"sizes", as_value({head * Dim(heads), head * Dim(kv), head * Dim(kv)})}});
  return {parts + ":0", parts + ":1", parts + ":2"};
}

void lower_multi_head(Lowering& n) {
  const Dims& q = n.shape(0);
  if (q.size() != 3) throw Unknown{};
  const bool grouped = is_grouped(n);
  const std::int64_t heads = positive(n, "num_heads", 1);
  const std::int64_t kv = positive(n, "kv_num_heads", heads);
  Streams s = n.has(1) ? Streams{n.ref(0), rows_of(n, "k", n.ref(1), n.shape(1)), rows_of(n, "v", n.ref(2), n.shape(2))}
                       : packed_streams(n, heads, kv);
  const Dim head = n.has(1) ? divide(q[2], Dim(heads)) : divide(q[2], Dim(heads + 2 * kv));
  if (grouped && n.integer("do_rotary", 0) != 0) {
    s.q = n.step("rope_q", "rope", {s.q}, {{"head_dim", head.as_value()}});
    s.k = n.step("rope_k", "rope", {s.k}, {{"head_dim", head.as_value()}});
  }
  const std::size_t past = first_past(n);
  const Dim length = n.has(1) && n.shape(1).size() == 3 ? n.shape(1)[1] : q[1];
  s.k = appended(n, "k", s.k, past, 1, length, kv);
  s.v = appended(n, "v", s.v, past + 1, 2, length, kv);
  const std::int64_t window = std::max<std::int64_t>(0, n.integer("local_window_size", -1));
  const bool causal = grouped || n.integer("unidirectional", 0) != 0;
  n.emit("attention", {s.q, s.k, s.v},
         attributes_of({.heads = heads, .kv_heads = kv, .causal = causal, .window = window}));
}

constexpr std::array kRules{
    Rule{"Attention", infer_packed, lower_packed, kMicrosoft},
    Rule{"QAttention", infer_packed, lower_packed, kMicrosoft},
    Rule{"MultiHeadAttention", infer_multi_head, lower_multi_head, kMicrosoft},
    Rule{"DecoderMaskedMultiHeadAttention", infer_multi_head, lower_multi_head, kMicrosoft},
    Rule{"GroupQueryAttention", infer_multi_head, lower_multi_head, kMicrosoft},
};

}  // namespace

std::span<const Rule> packed_attention_rules() { return kRules; }

}  // namespace ridgepoint::onnx
