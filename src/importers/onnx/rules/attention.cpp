// Attention as one operator: of ai.onnx, of ONNX Runtime, and what the patterns make of single ones.

#include <fmt/format.h>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

/// Queries, keys and values as [batch, length, heads width].
struct Heads {
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;
  bool causal = false;
  std::int64_t window = 0;
};

// [b, h, s, d] -> [b, s, h d]; free, as the kernel reads it where it lies. [b, s, w] stays.
std::string rows_of(const Lowering& n, const std::string& label, const std::string& tensor, const Dims& dims) {
  if (dims.size() == 3) return tensor;
  if (dims.size() != 4) throw Unknown{};
  const std::string ordered = n.step(label + ".order", "transpose", {tensor},
                                     {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  return n.reshaped(label, ordered, {dims[0], dims[2], dims[1] * dims[3]});
}

Attributes attributes_of(const Heads& h) {
  Attributes attributes{{"heads", h.heads}};
  if (h.kv_heads != h.heads) attributes.push_back({"kv_heads", h.kv_heads});
  if (h.causal) attributes.push_back({"causal", true});
  if (h.window > 0) attributes.push_back({"window", h.window});
  return attributes;
}

// o[b, s, h d] as the node gives it.
void finish(const Lowering& n, std::string o, const Dims& q, const Dim& width) {
  if (n.out_shape().size() == 4) {
    o = n.reshaped("heads", o, {q[0], q[2], q[1], width});
    o = n.step("heads.order", "transpose", {o},
               {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  }
  n.bind(0, o);
}

std::int64_t positive(const NodeContext& n, std::string_view name, std::int64_t otherwise) {
  const std::int64_t value = n.integer(name, otherwise);
  if (value < 1 || value > (1 << 24)) n.fail(fmt::format("{} is {}", name, value), "at least 1");
  return value;
}

// ai.onnx Attention (opset 23): q, k, v, mask, past_key, past_value; of three or four axes.
void infer_attention(Inference& n) {
  const Dims& q = n.shape(0);
  const Dims& k = n.shape(1);
  const Dims& v = n.shape(2);
  if (q.size() == 4) {
    n.set(0, n.in(0).elem, {q[0], q[1], q[2], v.at(3)});
  } else if (q.size() == 3) {
    const Dim kv(positive(n, "kv_num_heads", 1));
    n.set(0, n.in(0).elem, {q[0], q[1], divide(v.at(2), kv) * Dim(positive(n, "q_num_heads", 1))});
  } else {
    n.fail("its queries have neither three nor four axes", "[batch, heads, length, width] or [batch, length, width]");
  }
  if (k.size() != 4) return;
  const Dim past = n.has(4) ? n.shape(4).at(2) : Dim(0);
  n.set(1, n.in(1).elem, {k[0], k[1], k[2] + past, k[3]});
  n.set(2, n.in(2).elem, {v.at(0), v.at(1), v.at(2) + past, v.at(3)});
}

// Keys or values behind those of the past.
std::string with_past(const Lowering& n, std::size_t i, std::size_t past, std::size_t output, const Dims& full) {
  std::string tensor = n.ref(i);
  if (!n.has(past) || product(n.shape(past)).value() == 0) {
    n.bind(output, tensor);
    return tensor;
  }
  if (full.size() != 4) throw Unknown{};
  tensor = n.step("past" + std::to_string(i), "concat", {n.ref(past), tensor}, {{"axis", 2}});
  n.bind(output, tensor);
  return tensor;
}

void lower_attention(Lowering& n) {
  const Dims& q = n.shape(0);
  const bool four = q.size() == 4;
  Heads h{.heads = four ? q[1].value() : positive(n, "q_num_heads", 1),
          .kv_heads = four ? n.shape(1).at(1).value() : positive(n, "kv_num_heads", 1),
          .causal = n.integer("is_causal", 0) != 0};
  Dims k = n.shape(1);
  Dims v = n.shape(2);
  const std::string keys = with_past(n, 1, 4, 1, k);
  const std::string values = with_past(n, 2, 5, 2, v);
  if (four && n.has(4)) {
    k[2] = k[2] + n.shape(4).at(2);
    v[2] = v[2] + n.shape(5).at(2);
  }
  if (h.causal && q[four ? 2 : 1].value() > k[four ? 2 : 1].value()) h.causal = false;
  std::string o = n.writer().add(layer_name(n.graph(), n.node()), "attention",
                                 {rows_of(n, "q", n.ref(0), q), rows_of(n, "k", keys, k), rows_of(n, "v", values, v)},
                                 attributes_of(h));
  finish(n, o, q, four ? v[3] : Dim(1));
}

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
  if (n.node().type != "GroupQueryAttention") return;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!n.has(3 + i)) continue;
    Dims kept = n.shape(3 + i);
    if (kept.size() == 4) kept[2] = kept[2] + q[1];
    n.set(1 + i, n.in(0).elem, std::move(kept));
  }
}

/// What lower_multi_head reads: the three tensors as rows, and how far the keys reach.
struct Streams {
  std::string q, k, v;
};

std::string appended(const Lowering& n, const std::string& label, const std::string& tensor, std::size_t past,
                     std::size_t output, const Dim& length, std::int64_t kv) {
  if (!n.has(past) || n.shape(past).size() != 4 || product(n.shape(past)).value() == 0) return tensor;
  const Dims& kept = n.shape(past);
  std::string parted = n.reshaped(label + ".heads", tensor, {kept[0], length, Dim(kv), kept[3]});
  parted = n.step(label + ".order", "transpose", {parted},
                  {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  const std::string all = n.step(label + ".past", "concat", {n.ref(past), parted}, {{"axis", 2}});
  n.bind(output, all);
  return rows_of(n, label + ".all", all, {kept[0], Dim(kv), kept[2] + length, kept[3]});
}

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
  const bool grouped = n.node().type == "GroupQueryAttention";
  const std::int64_t heads = positive(n, "num_heads", 1);
  const std::int64_t kv = positive(n, "kv_num_heads", heads);
  Streams s = n.has(1) ? Streams{n.ref(0), rows_of(n, "k", n.ref(1), n.shape(1)), rows_of(n, "v", n.ref(2), n.shape(2))}
                       : packed_streams(n, heads, kv);
  const Dim head = n.has(1) ? divide(q[2], Dim(heads)) : divide(q[2], Dim(heads + 2 * kv));
  if (grouped && n.integer("do_rotary", 0) != 0) {
    s.q = n.step("rope_q", "rope", {s.q}, {{"head_dim", head.as_value()}});
    s.k = n.step("rope_k", "rope", {s.k}, {{"head_dim", head.as_value()}});
  }
  const std::size_t past = grouped ? 3 : 6;
  s.k = appended(n, "k", s.k, past, 1, q[1], kv);
  s.v = appended(n, "v", s.v, past + 1, 2, q[1], kv);
  const std::int64_t window = std::max<std::int64_t>(0, n.integer("local_window_size", -1));
  const bool causal = grouped || n.integer("unidirectional", 0) != 0;
  n.emit("attention", {s.q, s.k, s.v},
         attributes_of({.heads = heads, .kv_heads = kv, .causal = causal, .window = window}));
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
    Rule{"Attention", infer_packed, lower_packed, kMicrosoft},
    Rule{"QAttention", infer_packed, lower_packed, kMicrosoft},
    Rule{"MultiHeadAttention", infer_multi_head, lower_multi_head, kMicrosoft},
    Rule{"DecoderMaskedMultiHeadAttention", infer_multi_head, lower_multi_head, kMicrosoft},
    Rule{"GroupQueryAttention", infer_multi_head, lower_multi_head, kMicrosoft},
    Rule{"RotaryEmbedding", infer_same, lower_rotary},
    Rule{"RotaryEmbedding", infer_same, lower_rotary, kMicrosoft},
};

}  // namespace

std::span<const Rule> attention_rules() { return kRules; }

}  // namespace ridgepoint::onnx
