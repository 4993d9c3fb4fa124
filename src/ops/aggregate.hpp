#pragma once
#include "ops/pooling.hpp"

namespace ridgepoint {

/// Y[nodes, features] = sum (mean, max) over each node's incoming edges of X[neighbour]: the sparse product of graph
/// networks. With `weighted` each edge carries a value (GCN's normalization; Kipf and Welling, arXiv 1609.02907).
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
        Field{"weighted", &Aggregate::weighted, "whether each edge carries a weight"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (inputs[0].shape.rank() != 2) {
      throw OpError{"", {"input has shape " + to_string(inputs[0].shape), "[nodes, features]"}};
    }
    if (out_nodes > inputs[0].shape[0]) {
      throw OpError{"out_nodes",
                    {std::to_string(out_nodes) + " nodes receive from " + std::to_string(inputs[0].shape[0]),
                     "at most " + std::to_string(inputs[0].shape[0])}};
    }
    TensorType y{inputs[0].shape, precision.activations};
    if (out_nodes > 0) y.shape[0] = out_nodes;
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(lower(site, site.in()[0], site.out()[0]));
  }
  /// dX = A^T dY.
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(lower(site, site.out()[0], site.in()[0]));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {};
    return {.extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const Aggregate&, const Aggregate&) = default;

 private:
  [[nodiscard]] Spmm lower(const Site& site, std::int64_t from, std::int64_t to) const {
    return {.rows = to,
            .cols = from,
            .nonzeros = edges,
            .features = site.in().back(),
            .dtype = site.inputs[0].dtype,
            .value_bits = weighted ? bits(site.inputs[0].dtype) : 0};
  }
};

}  // namespace ridgepoint
