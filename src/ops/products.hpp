#pragma once
// Products with learned tensors that are not one matrix over the last axis.

#include <numeric>

#include "ops/op_base.hpp"

namespace ridgepoint {

/// y[..., heads out] = x[..., heads in] with a matrix [in, out] of its own for each head: a block-diagonal linear
/// layer.
struct HeadLinear : OpBase {
  static constexpr std::string_view kName = "head_linear";
  static constexpr std::string_view kEquation = "y[..., h] = x[..., h] W_h + b_h for each head h";
  static constexpr std::string_view kSource = "a block-diagonal matrix: m n k multiply-adds a head";
  static constexpr std::string_view kSummary = "a matrix per head: a block-diagonal linear layer";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t heads = 1;
  std::int64_t out_features = 1;
  bool bias = false;

  static auto fields() {
    return std::tuple{Field{"heads", &HeadLinear::heads, "equal parts of the last axis", kRequired},
                      Field{"out_features", &HeadLinear::out_features, "width of the output of a head", kRequired},
                      Field{"bias", &HeadLinear::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    if (inputs[0].shape.back() % heads != 0) {
      throw OpError{"heads",
                    {std::to_string(heads) + " heads do not divide the width " + std::to_string(inputs[0].shape.back()),
                     "a divisor of " + std::to_string(inputs[0].shape.back())}};
    }
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[-1] = checked_mul(heads, out_features);
    return {y};
  }
  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t in_features = inputs[0].shape.back() / heads;
    Parameters list{{"weight",
                     {{"heads", heads}, {"in_features", in_features}, {"out_features", out_features}},
                     ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", checked_mul(heads, out_features), ParameterRole::kVector});
    return list;
  }
  void fprop(const Site& site, Kernels& kernels) const {
    Gemm gemm = product(site, out_features, site.in().back() / heads);
    gemm.bias = bias ? heads * out_features : 0;
    kernels.emplace_back(gemm);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, site.in().back() / heads, out_features));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(gradient_product(
        site, {.batch = heads, .m = site.in().back() / heads, .n = out_features, .k = site.in().rows()}));
    if (bias) kernels.emplace_back(bias_gradient(site, heads * out_features));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const HeadLinear&, const HeadLinear&) = default;

 private:
  [[nodiscard]] Gemm product(const Site& site, std::int64_t n, std::int64_t k) const {
    return weight_product(site, {.batch = heads, .m = site.in().rows(), .n = n, .k = k});
  }
};

/// y[..., o] = a^T W_o b (+ bias) for a[..., m] and b[..., n], W[out, m, n]: a times all of W, then each result with b.
struct Bilinear : OpBase {
  static constexpr std::string_view kName = "bilinear";
  static constexpr std::string_view kEquation = "y[o] = sum over m, n of a[m] W[o, m, n] b[n] + bias[o]";
  static constexpr std::string_view kSource = "two products: a W, then with b";
  static constexpr std::string_view kSummary = "a^T W b of two inputs, for each output";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t out_features = 1;
  bool bias = true;

  static auto fields() {
    return std::tuple{Field{"out_features", &Bilinear::out_features, "width of the output", kRequired},
                      Field{"bias", &Bilinear::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    for (std::size_t i = 0; i < 2; ++i) expect_rank(inputs, i, 1);
    Shape a = inputs[0].shape;
    Shape b = inputs[1].shape;
    a[-1] = b[-1] = out_features;
    if (a != b) {
      throw OpError{"",
                    {to_string(inputs[0].shape) + " and " + to_string(inputs[1].shape) + " do not fit together",
                     "the same extents in all but the last axis"}};
    }
    return {{a, precision.activations}};
  }
  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t m = inputs[0].shape.back();
    const std::int64_t n = inputs[1].shape.back();
    Parameters list{{"weight", {{"out_features", out_features}, {"m", m}, {"n", n}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_features, ParameterRole::kVector});
    return list;
  }
  void fprop(const Site& site, Kernels& kernels) const {
    const std::int64_t rows = site.in().rows();
    kernels.emplace_back(shared(site, rows, checked_mul(out_features, site.in(1).back()), site.in().back()));
    Gemm second = apart(site, out_features, 1, site.in(1).back());
    second.bias = bias ? out_features : 0;
    kernels.emplace_back(second);
  }
  /// da = W (dy b^T) and db = (a W) dy.
  void dgrad(const Site& site, Kernels& kernels) const {
    const std::int64_t wide = checked_mul(out_features, site.in(1).back());
    kernels.emplace_back(apart(site, out_features, site.in(1).back(), 1));
    kernels.emplace_back(shared(site, site.in().rows(), site.in().back(), wide));
    kernels.emplace_back(apart(site, 1, site.in(1).back(), out_features));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    const std::int64_t wide = checked_mul(out_features, site.in(1).back());
    kernels.emplace_back(gradient_product(site, {.m = site.in().back(), .n = wide, .k = site.in().rows()}));
    if (bias) kernels.emplace_back(bias_gradient(site, out_features));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Bilinear&, const Bilinear&) = default;

 private:
  static Gemm shared(const Site& site, std::int64_t m, std::int64_t n, std::int64_t k) {
    return weight_product(site, {.m = m, .n = n, .k = k});
  }
  static Gemm apart(const Site& site, std::int64_t m, std::int64_t n, std::int64_t k) {
    return activation_product(site, {.batch = site.in().rows(), .m = m, .n = n, .k = k});
  }
};

/// y[..., m, n] = a[..., m] b[..., n]^T.
struct Outer : OpBase {
  static constexpr std::string_view kName = "outer";
  static constexpr std::string_view kEquation = "y[..., m, n] = a[..., m] b[..., n]";
  static constexpr std::string_view kSource = "a product with k = 1";
  static constexpr std::string_view kSummary = "the outer product of two vectors, for each row";
  static constexpr Category kCategory = Category::kMatmul;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    for (std::size_t i = 0; i < 2; ++i) expect_rank(inputs, i, 1);
    const auto a = inputs[0].shape.extents();
    const auto b = inputs[1].shape.extents();
    if (!std::equal(a.begin(), a.end() - 1, b.begin(), b.end() - 1)) {
      throw OpError{"",
                    {to_string(inputs[0].shape) + " and " + to_string(inputs[1].shape) + " do not fit together",
                     "the same extents in all but the last axis"}};
    }
    std::vector<std::int64_t> extents(a.begin(), a.end());
    extents.push_back(b.back());
    return {{Shape(std::move(extents)), precision.activations}};
  }
  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(product(site, site.in().back(), site.in(1).back(), 1));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    if (wants_gradient(site, 0)) kernels.emplace_back(product(site, site.in().back(), 1, site.in(1).back()));
    if (wants_gradient(site, 1)) kernels.emplace_back(product(site, 1, site.in(1).back(), site.in().back()));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Outer&, const Outer&) = default;

 private:
  static Gemm product(const Site& site, std::int64_t m, std::int64_t n, std::int64_t k) {
    return activation_product(site, {.batch = site.in().rows(), .m = m, .n = n, .k = k});
  }
};

/// A linear layer whose matrix is a tensor train (Novikov et al., arXiv 1509.06569): in = product of in_factors, out =
/// product of out_factors, one core [rank, in_factor, out_factor, rank] per pair, applied one behind the other. Ranks
/// stand between the cores, so they are one fewer; one number is the same for all.
struct TensorTrain : OpBase {
  static constexpr std::string_view kName = "tensor_train";
  static constexpr std::string_view kEquation = "W[i, j] = G_1[i_1, j_1] G_2[i_2, j_2] ... G_d[i_d, j_d], y = x W + b";
  static constexpr std::string_view kSource = "Novikov et al., arXiv 1509.06569";
  static constexpr std::string_view kSummary = "a linear layer whose matrix is factorized into a tensor train";
  static constexpr Category kCategory = Category::kMatmul;

  std::vector<std::int64_t> in_factors{1};
  std::vector<std::int64_t> out_factors{1};
  Extents ranks{{1}};
  bool bias = true;

  static auto fields() {
    using Self = TensorTrain;
    return std::tuple{Field{"in_factors", &Self::in_factors, "factors of the input's width", kRequired},
                      Field{"out_factors", &Self::out_factors, "factors of the output's width, as many", kRequired},
                      Field{"ranks", &Self::ranks, "ranks between the cores, one number or one per gap", kRequired},
                      Field{"bias", &Self::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    if (in_factors.size() != out_factors.size()) {
      throw OpError{
          "out_factors",
          {std::to_string(out_factors.size()) + " factors for " + std::to_string(in_factors.size()) + " of the input",
           "as many"}};
    }
    if (ranks.values.size() != 1 && ranks.values.size() + 1 != in_factors.size()) {
      throw OpError{"ranks",
                    {"has " + std::to_string(ranks.values.size()) + " numbers",
                     "one number, or " + std::to_string(in_factors.size() - 1) + " for the gaps between the cores"}};
    }
    if (inputs[0].shape.back() != width(in_factors)) {
      throw OpError{
          "in_factors",
          {"their product is " + std::to_string(width(in_factors)) + " and the input is " + to_string(inputs[0].shape),
           "factors of " + std::to_string(inputs[0].shape.back())}};
    }
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[-1] = width(out_factors);
    return {y};
  }
  [[nodiscard]] Parameters parameters(Inputs) const {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < in_factors.size(); ++i) {
      count = checked_add(count,
                          checked_mul(checked_mul(rank(i), in_factors[i]), checked_mul(out_factors[i], rank(i + 1))));
    }
    Parameters list{{"cores", count, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", width(out_factors), ParameterRole::kVector});
    return list;
  }
  void fprop(const Site& site, Kernels& kernels) const {
    for (std::size_t i = 0; i < in_factors.size(); ++i) {
      Gemm gemm = core(site, i);
      if (bias && i + 1 == in_factors.size()) gemm.bias = width(out_factors);
      kernels.emplace_back(gemm);
    }
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    for (std::size_t i = in_factors.size(); i-- > 0;) {
      Gemm gemm = core(site, i);
      std::swap(gemm.n, gemm.k);
      kernels.emplace_back(gemm);
    }
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    for (std::size_t i = 0; i < in_factors.size(); ++i) {
      const Gemm forward = core(site, i);
      kernels.emplace_back(gradient_product(site, {.m = forward.k, .n = forward.n, .k = forward.m}));
    }
    if (bias) kernels.emplace_back(bias_gradient(site, width(out_factors)));
  }
  /// What each core made of the one before is kept too.
  [[nodiscard]] Saved saved(const Site& site) const {
    Bytes between{};
    for (std::size_t i = 0; i + 1 < in_factors.size(); ++i) {
      const Gemm gemm = core(site, i);
      between += bytes_of(static_cast<double>(gemm.m) * static_cast<double>(gemm.n), gemm.c);
    }
    return {.inputs = true, .extra = between};
  }
  friend bool operator==(const TensorTrain&, const TensorTrain&) = default;

 private:
  static std::int64_t width(const std::vector<std::int64_t>& factors) {
    return std::accumulate(factors.begin(), factors.end(), std::int64_t{1}, checked_mul);
  }
  [[nodiscard]] std::int64_t rank(std::size_t gap) const {
    return gap == 0 || gap == in_factors.size() ? 1 : ranks.at(static_cast<std::int64_t>(gap) - 1);
  }
  // Core i contracts its rank and input factor: rows are the tokens, the input factors still to come and the output
  // factors that are done.
  [[nodiscard]] Gemm core(const Site& site, std::size_t i) const {
    std::int64_t rows = site.in().rows();
    for (std::size_t later = i + 1; later < in_factors.size(); ++later) rows = checked_mul(rows, in_factors[later]);
    for (std::size_t done = 0; done < i; ++done) rows = checked_mul(rows, out_factors[done]);
    return weight_product(
        site, {.m = rows, .n = checked_mul(out_factors[i], rank(i + 1)), .k = checked_mul(rank(i), in_factors[i])});
  }
};

}  // namespace ridgepoint
