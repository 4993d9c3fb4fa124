#pragma once
#include "ops/sparse.hpp"

namespace ridgepoint {

/// E[nonzeros, heads] = a[row] . b[col] for the entries of a sparse matrix alone (sampled dense-dense product): the
/// scores of attention over edges. Each head takes its part of the features.
struct SampledMatmul : OpBase {
  static constexpr std::string_view kName = "sddmm";
  static constexpr std::string_view kEquation = "e[i, j] = a[i] b[j]^T for the entries (i, j) alone";
  static constexpr std::string_view kSource =
      "sampled dense-dense product: Nisa et al. 2018; DGL: Wang et al., arXiv 1909.01315";
  static constexpr std::string_view kSummary = "products of rows for the entries of a sparse matrix alone";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t nonzeros = 1;
  std::int64_t heads = 1;

  static auto fields() {
    return std::tuple{Field{"nonzeros", &SampledMatmul::nonzeros, "entries: edges of the graph", kRequired},
                      Field{"heads", &SampledMatmul::heads, "products per entry, each of its part of the features"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    expect_matrix(inputs, 0);
    expect_matrix(inputs, 1);
    const Shape& a = inputs[0].shape;
    const Shape& b = inputs[1].shape;
    if (a[1] != b[1]) {
      throw OpError{
          "", {"rows of " + to_string(a) + " and of " + to_string(b) + " have no product", "features as many in both"}};
    }
    if (a[1] % heads != 0) {
      throw OpError{"heads",
                    {std::to_string(heads) + " heads do not divide " + std::to_string(a[1]) + " features",
                     "a divisor of " + std::to_string(a[1])}};
    }
    expect_entries(nonzeros, a[0], b[0]);
    return {{Shape{nonzeros, heads}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(sampled_product(shape(site), site.inputs[0].dtype));
  }
  /// dA = E b and dB = E^T a, with dE for the entries.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (wants_gradient(site, 0)) kernels.emplace_back(sparse_product(shape(site), site.inputs[0].dtype));
    if (wants_gradient(site, 1)) kernels.emplace_back(transposed_product(shape(site), site.inputs[0].dtype));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const SampledMatmul&, const SampledMatmul&) = default;

 private:
  [[nodiscard]] SparseShape shape(const Site& site) const {
    return {.rows = site.in(0)[0],
            .cols = site.in(1)[0],
            .nonzeros = nonzeros,
            .features = site.in().back(),
            .values = heads};
  }
};

}  // namespace ridgepoint
