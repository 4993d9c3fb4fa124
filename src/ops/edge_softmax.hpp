#pragma once
#include "ops/sparse.hpp"

namespace ridgepoint {

/// softmax over the incoming edges of each node, for x[edges, heads] in the order of their destinations (GAT; arXiv
/// 1710.10903, equation 3): one pass with the offsets of the nodes' runs.
struct EdgeSoftmax : OpBase {
  static constexpr std::string_view kName = "edge_softmax";
  static constexpr std::string_view kEquation = "y[i, j] = exp x[i, j] / sum over the neighbours n of i of exp x[i, n]";
  static constexpr std::string_view kSource = "Velickovic et al., arXiv 1710.10903, equation 3";
  static constexpr std::string_view kSummary = "softmax over each node's incoming edges";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t nodes = 1;

  static auto fields() {
    return std::tuple{Field{"nodes", &EdgeSoftmax::nodes, "nodes that the edges end at", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    return {{inputs[0].shape, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = over_edges(site, kSoftmaxFlops, kSoftmaxSpecial);
    stream.read = site.inputs[0].bytes() + offsets(site);
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// dX = Y (dY - sum(dY Y)) over the same edges.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = over_edges(site, 4, 0);
    stream.read = site.outputs[0].bytes() * 2.0 + offsets(site);
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.output = true}; }
  friend bool operator==(const EdgeSoftmax&, const EdgeSoftmax&) = default;

 private:
  [[nodiscard]] Stream over_edges(const Site& site, double flops, double special) const {
    const auto elements = static_cast<double>(site.in().elements());
    const double heads = elements / static_cast<double>(site.in()[0]);
    Stream stream = stream_over(site.in(), StreamKind::kNormalization, "edge_softmax", flops, special);
    stream.rows = static_cast<double>(nodes) * heads;
    stream.cols = elements / stream.rows;
    return stream;
  }
  [[nodiscard]] Bytes offsets(const Site& site) const {
    const int width = index_bits(std::max(nodes, site.in()[0]));
    return Bytes{(static_cast<double>(nodes) + 1) * width / 8};
  }
};

}  // namespace ridgepoint
