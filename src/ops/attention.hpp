#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Fused attention of q[batch, q_len, heads * head_dim] over k[batch, kv_len, kv_heads * head_dim] and v[batch, kv_len,
/// kv_heads * v_head_dim]. Fewer KV heads than heads is grouped-query attention, one is multi-query.
struct FusedAttention : OpBase {
  static constexpr std::string_view kName = "attention";
  static constexpr std::string_view kEquation = "o = softmax(q k^T / sqrt(d)) v, per head";
  static constexpr std::string_view kSource = "Vaswani et al., arXiv 1706.03762; fused: Dao et al., 2205.14135";
  static constexpr std::string_view kSummary = "fused attention (flash), multi-head, grouped-query or multi-query";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t heads = 1;
  std::int64_t kv_heads = 0;
  bool causal = false;

  static auto fields() {
    return std::tuple{
        Field{"heads", &FusedAttention::heads, "query heads", kRequired},
        Field{"kv_heads", &FusedAttention::kv_heads, "key-value heads; 0 means as many as heads", kOptional, 0},
        Field{"causal", &FusedAttention::causal, "whether a query sees only what came before it"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 3, 3);
    for (std::size_t i = 0; i < 3; ++i) expect_rank(inputs, i, 3);
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
    TensorType o{q, precision.activations};
    o.shape[-1] = checked_mul(heads, v.back() / groups());
    return {o};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kFprop)); }
  /// dQ, dK and dV in one kernel that computes the scores again.
  void dgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kDgrad)); }
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

  [[nodiscard]] Attention lower(const Site& site, Pass pass) const {
    return {.batch = site.in(0)[0],
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
            .math = site.precision.math};
  }
};

}  // namespace ridgepoint
