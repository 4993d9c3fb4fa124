#pragma once
// Mixture of experts: a linear router's scores, `route`, `dispatch`, `grouped_linear` once per matrix of the experts'
// MLP, `combine` (Shazeer et al., arXiv 1701.06538; Fedus et al., arXiv 2101.03961).

#include <cmath>

#include "ops/op_base.hpp"

namespace ridgepoint {

/// What turns scores into weights: a softmax over all experts, over the chosen ones, or a sigmoid each (DeepSeek-V3).
enum class Scoring : std::uint8_t { kSoftmax, kSoftmaxOfTop, kSigmoid };
template <>
struct Words<Scoring> {
  static constexpr std::array<std::string_view, 3> kWords{"softmax", "softmax_of_top", "sigmoid"};
};

inline OpError too_many_experts(std::int64_t top_k, std::int64_t experts) {
  return {
      "top_k",
      {std::to_string(top_k) + " of " + std::to_string(experts) + " experts", "at most " + std::to_string(experts)}};
}

/// scores[..., experts] -> weights[..., top_k], and as second output the indices[..., top_k]. One comparison per expert
/// beside the scoring. With `bias` a learned value per expert is added before the choice (DeepSeek-V3, arXiv
/// 2412.19437).
struct Route : OpBase {
  static constexpr std::string_view kName = "route";
  static constexpr std::string_view kEquation =
      "weights, ids = top_k of softmax(x) (or sigmoid(x); + bias for the choice)";
  static constexpr std::string_view kSource = "Shazeer et al., arXiv 1701.06538; DeepSeek-V3, 2412.19437";
  static constexpr std::string_view kSummary =
      "the top-k experts of each token and their weights; `name:1` are indices";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t top_k = 1;
  Scoring scoring = Scoring::kSoftmax;
  bool bias = false;

  static auto fields() {
    return std::tuple{Field{"top_k", &Route::top_k, "experts that a token takes", kRequired},
                      Field{"scoring", &Route::scoring, "softmax, softmax_of_top or sigmoid"},
                      Field{"bias", &Route::bias, "whether a learned value per expert is added before the choice"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    if (top_k > inputs[0].shape.back()) throw too_many_experts(top_k, inputs[0].shape.back());
    Shape chosen = inputs[0].shape;
    chosen[-1] = top_k;
    return {{chosen, precision.activations}, {chosen, DType::kInt32}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    if (!bias) return {};
    return {{"bias", inputs[0].shape.back(), ParameterRole::kVector}};
  }

  /// The bias takes part in the choice, not in a token's result.
  [[nodiscard]] double active_share() const { return 0; }

  void fprop(const Site& site, Kernels& kernels) const {
    const double experts = static_cast<double>(site.in().back());
    const double scored = scoring == Scoring::kSoftmaxOfTop ? static_cast<double>(top_k) / experts : 1;
    const bool sigmoid = scoring == Scoring::kSigmoid;
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, "route",
                                1 + (bias ? 1 : 0) + scored * (sigmoid ? 3 : kSoftmaxFlops),
                                scored * (sigmoid ? 2 : kSoftmaxSpecial));
    stream.read = site.inputs[0].bytes() + bias_bytes(site);
    stream.written = site.outputs[0].bytes() + site.outputs[1].bytes();
    kernels.emplace_back(stream);
  }
  /// The scoring's derivative, scattered back to the chosen scores.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, "route", 4, 0);
    stream.read = site.outputs[0].bytes() * 2.0 + site.outputs[1].bytes();
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }
  /// The bias follows how often each expert was chosen: a histogram of the indices.
  void wgrad(const Site& site, Kernels& kernels) const {
    if (!bias) return;
    Stream stream = stream_over(site.out(), StreamKind::kReduction, "sum", 1, 0);
    stream.read = site.outputs[1].bytes();
    stream.written = bias_bytes(site);
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.output = true}; }
  friend bool operator==(const Route&, const Route&) = default;

 private:
  [[nodiscard]] Bytes bias_bytes(const Site& site) const {
    return bytes_of(bias ? static_cast<double>(site.in().back()) : 0, site.precision.activations);
  }
};

/// x[..., hidden] and indices[..., top_k] -> the rows of all experts, one behind the other: [tokens top_k, hidden].
/// With a capacity factor c each expert has room for ceil(c tokens top_k / experts) rows, filled or not: [experts,
/// capacity, hidden] (GShard, arXiv 2006.16668).
struct Dispatch : OpBase {
  static constexpr std::string_view kName = "dispatch";
  static constexpr std::string_view kEquation = "y[expert, place] = x[token] for each of the top_k experts of a token";
  static constexpr std::string_view kSource = "Lepikhin et al., arXiv 2006.16668";
  static constexpr std::string_view kSummary = "copies each token's row to its experts";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t experts = 1;
  double capacity_factor = 0;

  static auto fields() {
    return std::tuple{
        Field{"experts", &Dispatch::experts, "experts that there are", kRequired},
        Field{"capacity_factor", &Dispatch::capacity_factor, "room of an expert over its fair share; 0 drops nothing"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    for (std::size_t i = 0; i < 2; ++i) expect_rank(inputs, i, 2);
    const Shape& x = inputs[0].shape;
    const Shape& chosen = inputs[1].shape;
    if (x.rows() != chosen.rows()) {
      throw OpError{"",
                    {to_string(x) + " and indices " + to_string(chosen) + " do not fit together",
                     "indices for each of the " + std::to_string(x.rows()) + " tokens"}};
    }
    if (chosen.back() > experts) throw too_many_experts(chosen.back(), experts);
    if (!(capacity_factor >= 0 && capacity_factor <= static_cast<double>(experts))) {
      throw OpError{"capacity_factor", {"the factor is out of range", "from 0 to " + std::to_string(experts)}};
    }
    const std::int64_t rows = chosen.elements();
    if (capacity_factor == 0) return {{Shape{rows, x.back()}, precision.activations}};
    const double share = capacity_factor * static_cast<double>(rows) / static_cast<double>(experts);
    return {{Shape{experts, static_cast<std::int64_t>(std::ceil(share)), x.back()}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site)); }
  /// Adds the gradients of a token's rows.
  void dgrad(const Site& site, Kernels& kernels) const {
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(site.out().elements());
    kernels.emplace_back(scatter);
  }
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = site.inputs[1].bytes()}; }
  friend bool operator==(const Dispatch&, const Dispatch&) = default;

 private:
  static Gather lower(const Site& site) {
    return {.lookups = static_cast<double>(site.in(1).elements()),
            .row_bytes = bytes_of(static_cast<double>(site.in().back()), site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(site.in().rows()),
            .index_bytes = site.inputs[1].bytes().value(),
            .other_bytes = site.outputs[0].bytes().value()};
  }
};

/// y = x W_e^T (+ b_e) with the matrix of the expert that the row belongs to: x[rows, in], or [experts, capacity, in]
/// where all experts compute. `top_k` says how many rows a token has, for the expected number of experts that are used.
struct GroupedLinear : OpBase {
  static constexpr std::string_view kName = "grouped_linear";
  static constexpr std::string_view kEquation = "y[i] = x[i] W_e^T + b_e with e the expert of row i";
  static constexpr std::string_view kSource = "Shazeer et al., arXiv 1701.06538; grouped: Gale et al., 2211.15841";
  static constexpr std::string_view kSummary = "a fully connected layer per expert, in one kernel";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t experts = 1;
  std::int64_t out_features = 1;
  std::int64_t top_k = 1;
  bool bias = false;
  double imbalance = 1;

  static auto fields() {
    return std::tuple{
        Field{"experts", &GroupedLinear::experts, "experts that there are", kRequired},
        Field{"out_features", &GroupedLinear::out_features, "width of the output", kRequired},
        Field{"top_k", &GroupedLinear::top_k, "rows that a token has"},
        Field{"bias", &GroupedLinear::bias, "whether each expert adds a bias"},
        Field{"imbalance", &GroupedLinear::imbalance, "rows of the fullest expert over the mean", kOptional}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    const Shape& x = inputs[0].shape;
    if (top_k > experts) throw too_many_experts(top_k, experts);
    if (x.rank() > 3 || (x.rank() == 3 && x[0] != experts)) {
      throw OpError{"",
                    {"input has shape " + to_string(x),
                     "[rows, width], or [" + std::to_string(experts) + " experts, capacity, width]"}};
    }
    if (!(imbalance >= 1 && imbalance <= static_cast<double>(experts))) {
      throw OpError{"imbalance", {"the imbalance is out of range", "from 1 to " + std::to_string(experts)}};
    }
    TensorType y{x, precision.activations};
    y.shape[-1] = out_features;
    return {y};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t in_features = inputs[0].shape.back();
    Parameters list{{"weight",
                     {{"experts", experts}, {"in_features", in_features}, {"out_features", out_features}},
                     ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", checked_mul(experts, out_features), ParameterRole::kVector});
    return list;
  }
  /// The part of the parameters that one token uses.
  [[nodiscard]] double active_share() const { return static_cast<double>(top_k) / static_cast<double>(experts); }

  void fprop(const Site& site, Kernels& kernels) const {
    GroupedGemm gemm = product(site);
    gemm.a = site.inputs[0].dtype;
    gemm.c = site.outputs[0].dtype;
    gemm.bias = bias;
    kernels.emplace_back(gemm);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    GroupedGemm gemm = product(site);
    std::swap(gemm.n, gemm.k);
    gemm.a = site.outputs[0].dtype;
    gemm.c = site.inputs[0].dtype;
    gemm.pass = Pass::kDgrad;
    kernels.emplace_back(gemm);
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    GroupedGemm gemm = product(site);
    gemm.a = site.inputs[0].dtype;
    gemm.c = site.outputs[0].dtype;
    gemm.pass = Pass::kWgrad;
    gemm.b_scale_group = 0;
    kernels.emplace_back(gemm);
    if (bias) kernels.emplace_back(bias_gradient(site, experts * out_features));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const GroupedLinear&, const GroupedLinear&) = default;

 private:
  [[nodiscard]] GroupedGemm product(const Site& site) const {
    const auto rows = static_cast<double>(site.in().rows());
    const auto all = static_cast<double>(experts);
    const auto each = static_cast<double>(top_k);
    return {.groups = experts,
            .active = site.in().rank() == 3 ? all : expected_groups(all, each, rows / each),
            .rows = rows,
            .n = out_features,
            .k = site.in().back(),
            .imbalance = imbalance,
            .b = site.precision.weights,
            .math = site.precision.math,
            .b_scale_group = site.precision.weight_group};
  }
};

/// The experts' rows and the weights[..., top_k] -> the weighted sum of each token's rows, [..., hidden].
struct Combine : OpBase {
  static constexpr std::string_view kName = "combine";
  static constexpr std::string_view kEquation = "y[token] = sum over its experts e of weight[token, e] x[token, e]";
  static constexpr std::string_view kSource = "Shazeer et al., arXiv 1701.06538, equation 1";
  static constexpr std::string_view kSummary = "the weighted sum of each token's rows, back in the tokens' order";
  static constexpr Category kCategory = Category::kReduction;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    for (std::size_t i = 0; i < 2; ++i) expect_rank(inputs, i, 2);
    const Shape& rows = inputs[0].shape;
    const Shape& weights = inputs[1].shape;
    if (rows.rank() == 2 && rows[0] != weights.elements()) {
      throw OpError{"",
                    {to_string(rows) + " and weights " + to_string(weights) + " do not fit together",
                     "a row for each of the " + std::to_string(weights.elements()) + " weights"}};
    }
    TensorType y{weights, precision.activations};
    y.shape[-1] = rows.back();
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = over_rows(site, 2);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  /// Each row's gradient is the token's times the weight, each weight's a dot product.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = over_rows(site, 3);
    stream.read = site.outputs[0].bytes() + site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.inputs[0].bytes() + site.inputs[1].bytes();
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Combine&, const Combine&) = default;

 private:
  static Stream over_rows(const Site& site, double flops) {
    Stream stream = stream_over(site.out(), StreamKind::kReduction, "combine", flops, 0);
    stream.rows = static_cast<double>(site.in(1).elements());
    return stream;
  }
};

}  // namespace ridgepoint
