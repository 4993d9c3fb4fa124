#pragma once
#include "ops/pooling.hpp"
#include "ops/sparse.hpp"

namespace ridgepoint {

/// Y[nodes, features] = sum (mean, max) over each node's incoming edges of X[neighbour]: the sparse product of graph
/// networks. With `weighted` each edge carries a constant (GCN's normalization; Kipf and Welling, arXiv 1609.02907); a
/// second input [edges] or [edges, heads] weighs them by what was computed (GAT; Velickovic et al., arXiv 1710.10903),
/// each head its part of the features.
struct Aggregate : OpBase {
  static constexpr std::string_view kName = "aggregate";
  static constexpr std::string_view kEquation = "y[i] = sum over neighbours j of a[i, j] x[j]";
  static constexpr std::string_view kSource = "a sparse product: Kipf and Welling, arXiv 1609.02907";
  static constexpr std::string_view kSummary = "sum, mean or max over a node's neighbours";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t edges = 1;
  std::int64_t out_nodes = 0;
  Reduction reduce = Reduction::kSum;
  bool weighted = false;

  static auto fields() {
    return std::tuple{
        Field{"edges", &Aggregate::edges, "edges of the graph, self loops included where they count", kRequired},
        Field{"out_nodes", &Aggregate::out_nodes, "nodes that receive; 0 means all", kOptional, 0},
        Field{"reduce", &Aggregate::reduce, "sum, mean or max"},
        Field{"weighted", &Aggregate::weighted, "whether each edge carries a constant weight"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    expect_matrix(inputs, 0);
    const Shape& x = inputs[0].shape;
    if (out_nodes > x[0]) {
      throw OpError{"out_nodes",
                    {std::to_string(out_nodes) + " nodes receive from " + std::to_string(x[0]),
                     "at most " + std::to_string(x[0]) + "; \"spmm\" has rows of their own"}};
    }
    if (inputs.size() == 2) {
      if (weighted) throw OpError{"weighted", {"has weights as an input, too", "one of both"}};
      values_of(inputs, 1, edges, x[1]);
    }
    TensorType y{x, precision.activations};
    if (out_nodes > 0) y.shape[0] = out_nodes;
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(sparse_product(shape(site), site.inputs[0].dtype));
  }
  /// dX = A^T dY; the gradient of an edge's weight is the product of its two rows.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (wants_gradient(site, 0)) kernels.emplace_back(transposed_product(shape(site), site.inputs[0].dtype));
    if (wants_gradient(site, 1)) kernels.emplace_back(sampled_product(shape(site), site.inputs[0].dtype));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    const bool inputs = site.inputs.size() == 2;
    if (reduce != Reduction::kMax) return {.inputs = inputs};
    return {.inputs = inputs, .extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const Aggregate&, const Aggregate&) = default;

 private:
  [[nodiscard]] SparseShape shape(const Site& site) const {
    const std::int64_t features = site.in().back();
    std::int64_t values = weighted ? 1 : 0;
    if (site.inputs.size() == 2) values = values_of(site.inputs, 1, edges, features);
    return {.rows = site.out()[0], .cols = site.in()[0], .nonzeros = edges, .features = features, .values = values};
  }
};

}  // namespace ridgepoint
