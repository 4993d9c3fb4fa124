#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Fused attention of q[batch, q_len, heads * head_dim] over k[batch, kv_len, kv_heads * head_dim] and v[batch, kv_len,
/// kv_heads * v_head_dim]. Fewer KV heads than heads is grouped-query attention, one is multi-query. A fourth input is
/// a bias of the scores, [heads, q_len, kv_len] or with the batch before; axes of 1 are shared. A window leaves each
/// query the `window` latest keys (Longformer, arXiv 2004.05150; around it if not causal), a chunk those of its own
/// chunk (Llama 4), a density a share of the pairs (block-sparse; arXiv 1904.10509, 2007.14062).
struct FusedAttention : OpBase {
  static constexpr std::string_view kName = "attention";
  static constexpr std::string_view kEquation = "o = softmax(q k^T / sqrt(d)) v, per head";
  static constexpr std::string_view kSource = "Vaswani et al., arXiv 1706.03762; fused: Dao et al., 2205.14135";
  static constexpr std::string_view kSummary = "fused attention (flash), multi-head, grouped-query or multi-query";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t heads = 1;
  std::int64_t kv_heads = 0;
  bool causal = false;
  std::int64_t window = 0;
  std::int64_t chunk = 0;
  double density = 1;
  bool alibi = false;
  bool softcap = false;
  bool sinks = false;
  std::int64_t page = 0;

  static auto fields() {
    using Self = FusedAttention;
    return std::tuple{Field{"heads", &Self::heads, "query heads", kRequired},
                      Field{"kv_heads", &Self::kv_heads, "key-value heads; 0 means as many as heads", kOptional, 0},
                      Field{"causal", &Self::causal, "whether a query sees only what came before it"},
                      Field{"window", &Self::window, "keys that a query sees at most; 0 means all", kOptional, 0},
                      Field{"chunk", &Self::chunk, "tokens that see only each other; 0 means all", kOptional, 0},
                      Field{"density", &Self::density, "share of the query-key pairs that is computed"},
                      Field{"alibi", &Self::alibi, "whether a slope times the distance is added to each score"},
                      Field{"softcap", &Self::softcap, "whether scores go through a tanh"},
                      Field{"sinks", &Self::sinks, "whether a learned score per head joins each softmax"},
                      Field{"page", &Self::page, "tokens of a page of the cache; 0 is not paged", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 3, 4);
    for (std::size_t i = 0; i < inputs.size(); ++i) expect_rank(inputs, i, i < 3 ? 3 : 2);
    const Shape& q = inputs[0].shape;
    const Shape& k = inputs[1].shape;
    const Shape& v = inputs[2].shape;
    if (heads % groups() != 0) {
      throw OpError{"kv_heads",
                    {std::to_string(groups()) + " KV heads do not divide " + std::to_string(heads) + " heads",
                     "a divisor of " + std::to_string(heads)}};
    }
    expect_divides(q, heads, "heads", "queries");
    expect_divides(k, groups(), "kv_heads", "keys");
    expect_divides(v, groups(), "kv_heads", "values");
    if (q.back() / heads != k.back() / groups() || q[0] != k[0] || q[0] != v[0] || k[1] != v[1]) {
      throw OpError{"",
                    {"queries " + to_string(q) + ", keys " + to_string(k) + " and values " + to_string(v) +
                         " do not fit together",
                     "one batch, keys as many as values, and heads of one width in queries and keys"}};
    }
    if (causal && q[1] > k[1]) {
      throw OpError{"causal",
                    {std::to_string(q[1]) + " queries look back on " + std::to_string(k[1]) + " keys",
                     "at least as many keys as queries"}};
    }
    if (inputs.size() > 3) expect_bias(inputs[3].shape, q[1], k[1]);
    if (!(density > 0 && density <= 1)) {
      throw OpError{"density", {"the share of pairs is out of range", "above 0, at most 1"}};
    }
    if (window > 0 && chunk > 0) throw OpError{"chunk", {"a window and a chunk at once", "one of them"}};
    TensorType o{q, precision.activations};
    o.shape[-1] = checked_mul(heads, v.back() / groups());
    return {o};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    if (!sinks) return {};
    return {{"sinks", heads, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kFprop)); }
  /// dQ, dK and dV in one kernel that computes the scores again; a bias' gradient is the sum of the scores' over what
  /// it was broadcast to.
  void dgrad(const Site& site, Kernels& kernels) const {
    const Attention kernel = lower(site, Pass::kDgrad);
    kernels.emplace_back(kernel);
    if (site.inputs.size() < 4 || !wants_gradient(site, 3)) return;
    Stream sum = stream_over(site.in(3), StreamKind::kReduction, "sum", 1, 0);
    const double scores = static_cast<double>(kernel.batch * heads) * kernel.pairs();
    sum.rows = std::max(1.0, scores / sum.cols);
    sum.read = bytes_of(scores, site.precision.activations);
    sum.written = site.inputs[3].bytes();
    kernels.emplace_back(sum);
  }
  /// The sinks' gradient sums the softmax's statistics over the queries.
  void wgrad(const Site& site, Kernels& kernels) const {
    if (!sinks) return;
    Stream sum = stream_over(Shape{site.in()[0] * site.in()[1], heads}, StreamKind::kReduction, "sum", 2, 0);
    sum.read = bytes_of(sum.rows * sum.cols, DType::kFp32);
    sum.written = bytes_of(static_cast<double>(heads), site.precision.activations);
    kernels.emplace_back(sum);
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    const double queries = static_cast<double>(site.in().rows()) * static_cast<double>(heads);
    return {.inputs = true, .output = true, .extra = bytes_of(queries, DType::kFp32)};
  }
  friend bool operator==(const FusedAttention&, const FusedAttention&) = default;

 private:
  [[nodiscard]] std::int64_t groups() const { return kv_heads == 0 ? heads : kv_heads; }

  static void expect_divides(const Shape& shape, std::int64_t parts, std::string_view attribute,
                             std::string_view what) {
    if (shape.back() % parts == 0) return;
    throw OpError{std::string(attribute),
                  {std::to_string(parts) + " heads do not divide the " + std::string(what) + "' width " +
                       std::to_string(shape.back()),
                   "a divisor of " + std::to_string(shape.back())}};
  }

  static void expect_bias(const Shape& bias, std::int64_t q_len, std::int64_t kv_len) {
    if ((bias[-2] == q_len || bias[-2] == 1) && (bias[-1] == kv_len || bias[-1] == 1)) return;
    throw OpError{"",
                  {"the bias of the scores is " + to_string(bias),
                   "last axes of " + std::to_string(q_len) + " queries and " + std::to_string(kv_len) + " keys, or 1"}};
  }

  [[nodiscard]] Attention lower(const Site& site, Pass pass) const {
    Attention kernel{.batch = site.in(0)[0],
                     .heads = heads,
                     .kv_heads = groups(),
                     .q_len = site.in(0)[1],
                     .kv_len = site.in(1)[1],
                     .head_dim = site.in(0).back() / heads,
                     .v_head_dim = site.in(2).back() / groups(),
                     .causal = causal,
                     .pass = pass,
                     .q = site.inputs[0].dtype,
                     .kv = site.inputs[1].dtype,
                     .math = site.precision.math,
                     .window = window,
                     .density = density};
    if (chunk > 0) cut_into_chunks(kernel);
    const bool biased = site.inputs.size() > 3;
    kernel.score_flops += (biased ? 1 : 0) + (alibi ? 2 : 0) + (softcap ? 3 : 0);
    kernel.score_special += softcap ? 1 : 0;
    if (biased) kernel.extra_bytes += site.inputs[3].bytes().value();
    if (sinks) kernel.extra_bytes += bytes_of(static_cast<double>(heads), site.precision.activations).value();
    if (page > 0) kernel.extra_bytes += 4.0 * static_cast<double>(site.in(1)[0] * ceil_div(site.in(1)[1], page));
    return kernel;
  }

  // A whole sequence is as many short ones; later tokens see the keys of the last chunk.
  void cut_into_chunks(Attention& kernel) const {
    if (kernel.kv_len <= chunk) return;
    if (kernel.q_len == kernel.kv_len) {
      kernel.batch = checked_mul(kernel.batch, ceil_div(kernel.q_len, chunk));
      kernel.q_len = kernel.kv_len = chunk;
    } else {
      kernel.window = chunk;
    }
  }
};

}  // namespace ridgepoint
