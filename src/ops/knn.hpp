#pragma once
#include "ops/points.hpp"

namespace ridgepoint {

/// How distances come about: a matrix product that writes all of them (DGCNN; Wang et al., arXiv 1801.07829), or one
/// kernel that keeps the nearest as it goes (three_nn of PointNet++).
enum class DistanceMethod : std::uint8_t { kMatmul, kDirect };
template <>
struct Words<DistanceMethod> {
  static constexpr std::array<std::string_view, 2> kWords{"matmul", "direct"};
};

/// ids[batch, m, k] of the points[batch, n, d] nearest to each of queries[batch, m, d]; with one input, among
/// themselves.
struct NearestNeighbors : OpBase {
  static constexpr std::string_view kName = "knn";
  static constexpr std::string_view kEquation = "ids[i] = the k j of the smallest |q[i]|^2 + |p[j]|^2 - 2 q[i] p[j]";
  static constexpr std::string_view kSource = "Wang et al., arXiv 1801.07829; three_nn: Qi et al., 1706.02413";
  static constexpr std::string_view kSummary = "the k nearest points of each query";
  static constexpr Category kCategory = Category::kDataPreparation;

  std::int64_t k = 1;
  DistanceMethod method = DistanceMethod::kMatmul;

  static auto fields() {
    return std::tuple{Field{"k", &NearestNeighbors::k, "neighbours of a query", kRequired},
                      Field{"method", &NearestNeighbors::method, "matmul (all distances written) or direct"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 2);
    for (std::size_t i = 0; i < inputs.size(); ++i) expect_points(inputs, i);
    expect_same_space(inputs.front().shape, inputs.back().shape);
    expect_points_for("k", k, inputs.back().shape[1]);
    return {{Shape{inputs[0].shape[0], inputs[0].shape[1], k}, DType::kInt64}};
  }

  /// |q|^2 + |p|^2 - 2 q p: two FLOPs a pair besides the product, and a comparison.
  void fprop(const Site& site, Kernels& kernels) const {
    const Shape& queries = site.inputs.front().shape;
    const Shape& points = site.inputs.back().shape;
    const bool direct = method == DistanceMethod::kDirect;
    Stream stream = stream_over_pairs(queries, points, "knn", direct ? distance_flops(queries[2]) + 1 : 3);
    for (const TensorType& input : site.inputs) stream.read += input.bytes();
    stream.written = site.outputs[0].bytes();
    if (!direct) {
      kernels.emplace_back(Gemm{.batch = queries[0],
                                .m = queries[1],
                                .n = points[1],
                                .k = queries[2],
                                .a_batch = queries[0],
                                .b_batch = queries[0],
                                .a = site.inputs.front().dtype,
                                .b = site.inputs.back().dtype,
                                .c = site.precision.activations,
                                .math = site.precision.math});
      stream.read = bytes_of(stream.rows * stream.cols, site.precision.activations);
    }
    kernels.emplace_back(stream);
  }
  friend bool operator==(const NearestNeighbors&, const NearestNeighbors&) = default;
};

}  // namespace ridgepoint
