#pragma once
#include "ops/sparse.hpp"

namespace ridgepoint {

/// How an edge's message comes from its two ends.
enum class EdgeFunction : std::uint8_t { kAdd, kSub, kMul, kConcat };
template <>
struct Words<EdgeFunction> {
  static constexpr std::array<std::string_view, 4> kWords{"add", "sub", "mul", "concat"};
};

/// E[edges, ...] = f(u[destination, d], v[source, d]) for every edge, written out: the first half of message passing.
/// With one input it is the copy of the edge's source. Each end of an edge is a row lookup; the gradient adds the edges
/// to their ends again.
struct EdgeCombine : OpBase {
  static constexpr std::string_view kName = "edge_combine";
  static constexpr std::string_view kEquation = "e[k] = f(u[destination k], v[source k]), f = add, sub, mul or concat";
  static constexpr std::string_view kSource = "message passing: Gilmer et al., arXiv 1704.01212";
  static constexpr std::string_view kSummary = "a message per edge from the rows of its ends";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t edges = 1;
  EdgeFunction combine = EdgeFunction::kAdd;

  static auto fields() {
    return std::tuple{Field{"edges", &EdgeCombine::edges, "edges of the graph", kRequired},
                      Field{"combine", &EdgeCombine::combine, "add, sub, mul or concat"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    for (std::size_t i = 0; i < inputs.size(); ++i) expect_matrix(inputs, i);
    std::int64_t width = inputs[0].shape[1];
    if (inputs.size() == 2 && combine == EdgeFunction::kConcat) {
      width = checked_add(width, inputs[1].shape[1]);
    } else if (inputs.size() == 2 && width != inputs[1].shape[1]) {
      throw OpError{
          "",
          {"rows of " + to_string(inputs[0].shape) + " and of " + to_string(inputs[1].shape) + " do not combine",
           "features as many in both, or \"combine\": \"concat\""}};
    }
    return {{Shape{edges, width}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Gather gather{.other_bytes = site.outputs[0].bytes().value()};
    gather.lookups = count() * static_cast<double>(site.inputs.size());
    double widths = 0;
    double nodes = 0;
    for (std::size_t i = 0; i < site.inputs.size(); ++i) {
      widths += row_bytes(site, i);
      nodes += static_cast<double>(site.in(i)[0]);
    }
    gather.row_bytes = widths / static_cast<double>(site.inputs.size());
    gather.table_rows = nodes;
    gather.index_bytes = gather.lookups * index_bits(edges) / 8;
    const bool computes = site.inputs.size() == 2 && combine != EdgeFunction::kConcat;
    gather.flops = computes ? static_cast<double>(site.out().elements()) : 0;
    kernels.emplace_back(gather);
  }

  /// Each wanted gradient is a scatter-add of the edges' to their ends; a product reads the other end's rows for it.
  void dgrad(const Site& site, Kernels& kernels) const {
    const bool product = site.inputs.size() == 2 && combine == EdgeFunction::kMul;
    for (std::size_t i = 0; i < site.inputs.size(); ++i) {
      if (!wants_gradient(site, i)) continue;
      kernels.emplace_back(zero_fill(site.inputs[i]));
      const double bytes = count() * row_bytes(site, i);
      kernels.emplace_back(Gather{.lookups = count(),
                                  .row_bytes = row_bytes(site, i),
                                  .table_rows = static_cast<double>(site.in(i)[0]),
                                  .index_bytes = count() * index_bits(edges) / 8,
                                  .other_bytes = bytes * (product ? 2 : 1),
                                  .flops = count() * static_cast<double>(site.in(i)[1]) * (product ? 2 : 1),
                                  .scatter = true});
    }
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    return {.inputs = site.inputs.size() == 2 && combine == EdgeFunction::kMul};
  }
  friend bool operator==(const EdgeCombine&, const EdgeCombine&) = default;

 private:
  [[nodiscard]] double count() const { return static_cast<double>(edges); }
  static double row_bytes(const Site& site, std::size_t i) {
    return bytes_of(static_cast<double>(site.in(i)[1]), site.inputs[i].dtype).value();
  }
};

}  // namespace ridgepoint
