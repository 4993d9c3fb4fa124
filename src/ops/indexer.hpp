#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// The lightning indexer of sparse attention (DeepSeek-V3.2, arXiv 2512.02556): score[t, s] = sum over heads of
/// w[t, head] relu(q[t, head] k[s]) from q[b, t, heads d], k[b, s, d] and w[b, t, heads], and the indices[b, t, top_k]
/// of the best keys. Scores are summed over heads on chip and written once in fp32; the choice reads them again.
struct Indexer : OpBase {
  static constexpr std::string_view kName = "indexer";
  static constexpr std::string_view kEquation =
      "the top_k s of score[t, s] = sum over heads h of w[t, h] relu(q[t, h] k[s])";
  static constexpr std::string_view kSource = "DeepSeek-V3.2, arXiv 2512.02556";
  static constexpr std::string_view kSummary = "the top-k keys of each query, by light scores of their own";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t heads = 1;
  std::int64_t top_k = 1;
  bool causal = true;

  static auto fields() {
    return std::tuple{Field{"heads", &Indexer::heads, "heads of the index queries", kRequired},
                      Field{"top_k", &Indexer::top_k, "keys that a query keeps", kRequired},
                      Field{"causal", &Indexer::causal, "whether a query sees only what came before it"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 3, 3);
    for (std::size_t i = 0; i < 3; ++i) expect_rank(inputs, i, 3);
    const Shape& q = inputs[0].shape;
    const Shape& k = inputs[1].shape;
    if (q.back() != checked_mul(heads, k.back()) || inputs[2].shape.back() != heads || q[0] != k[0] ||
        inputs[2].shape.rows() != q.rows() || (causal && q[1] > k[1])) {
      throw OpError{"",
                    {"queries " + to_string(q) + ", keys " + to_string(k) + " and weights " +
                         to_string(inputs[2].shape) + " do not fit together",
                     "[b, t, heads d], [b, s, d] and [b, t, heads]"}};
    }
    return {{Shape{q[0], q[1], std::min(top_k, k[1])}, DType::kInt32}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const Attention scores = lower(site, Pass::kFprop);
    kernels.emplace_back(scores);
    const double pairs = static_cast<double>(scores.batch) * scores.pairs();
    Stream choice{.kind = StreamKind::kNormalization, .op = "top_k", .flops_per_element = 1};
    choice.rows = static_cast<double>(site.in().rows());
    choice.cols = pairs / choice.rows;
    choice.read = Bytes{4 * pairs};
    choice.written = site.outputs[0].bytes() + Bytes{4 * pairs};  // the scores that the kernel before leaves
    kernels.emplace_back(choice);
  }
  /// It is trained to follow the attention's own weights: two more products, and the sums for the weights of the heads.
  void dgrad(const Site& site, Kernels& kernels) const {
    const Attention scores = lower(site, Pass::kDgrad);
    kernels.emplace_back(scores);
    Stream sum = stream_over(site.in(2), StreamKind::kReduction, "sum", 2, 0);
    sum.cols *= scores.pairs() / static_cast<double>(scores.q_len);
    sum.read = sum.written = site.inputs[2].bytes();
    kernels.emplace_back(sum);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Indexer&, const Indexer&) = default;

 private:
  // Attention that stops at its scores: no values, relu, weight and sum instead of a softmax.
  [[nodiscard]] Attention lower(const Site& site, Pass pass) const {
    return {.batch = site.in(0)[0],
            .heads = heads,
            .kv_heads = 1,
            .q_len = site.in(0)[1],
            .kv_len = site.in(1)[1],
            .head_dim = site.in(1).back(),
            .v_head_dim = 0,
            .causal = causal,
            .pass = pass,
            .q = site.inputs[0].dtype,
            .kv = site.inputs[1].dtype,
            .math = site.precision.math,
            .score_flops = 3,
            .score_special = 0,
            .extra_bytes = site.inputs[2].bytes().value()};
  }
};

}  // namespace ridgepoint
