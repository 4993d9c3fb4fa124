#pragma once
#include "ops/broadcast.hpp"
#include "ops/op_base.hpp"

namespace ridgepoint {

/// C[..., m, n] = A[..., m, k] B[..., k, n]; leading axes broadcast. With `transpose_b` the second input is [..., n,
/// k]. With one input the product is of that tensor with itself (a Gram matrix, as in dot interaction).
struct Matmul : OpBase {
  static constexpr std::string_view kName = "matmul";
  static constexpr std::string_view kEquation = "y[..., m, n] = a[..., m, k] b[..., k, n]";
  static constexpr std::string_view kSource = "2 m n k FLOPs a matrix";
  static constexpr std::string_view kSummary = "(batched) product of two activations";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  bool transpose_b = false;

  static auto fields() {
    return std::tuple{Field{"transpose_b", &Matmul::transpose_b, "whether the second input is [..., n, k]"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    expect_rank(inputs, 0, 2);
    expect_rank(inputs, inputs.size() - 1, 2);
    const Shape& a = inputs.front().shape;
    const Shape& b = inputs.back().shape;
    if (a[-1] != b[transpose_b ? -1 : -2]) {
      throw OpError{"",
                    {"cannot multiply " + to_string(a) + " by " + to_string(b) + (transpose_b ? " transposed" : ""),
                     "the same inner extent in both"}};
    }
    std::vector<std::int64_t> extents = broadcast(batch_axes(a), batch_axes(b));
    extents.push_back(a[-2]);
    extents.push_back(b[transpose_b ? -2 : -1]);
    return {{Shape(std::move(extents)), precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const Shape& c = site.out();
    kernels.push_back(
        product(site, c[-2], c[-1], site.in()[-1], site.inputs.front(), site.inputs.back(), site.outputs[0]));
  }

  /// dA = dC B^T and dB = A^T dC.
  void dgrad(const Site& site, Kernels& kernels) const {
    const std::int64_t m = site.out()[-2];
    const std::int64_t n = site.out()[-1];
    const std::int64_t k = site.in()[-1];
    const TensorType& a = site.inputs.front();
    const TensorType& b = site.inputs.back();
    if (wants_gradient(site, 0)) kernels.push_back(product(site, m, k, n, site.outputs[0], b, a));
    if (wants_gradient(site, site.inputs.size() - 1)) kernels.push_back(product(site, k, n, m, a, site.outputs[0], b));
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Matmul&, const Matmul&) = default;

 private:
  static Shape batch_axes(const Shape& shape) {
    const auto all = shape.extents();
    return Shape(std::vector<std::int64_t>(all.begin(), all.end() - 2));
  }

  static std::int64_t matrices(const Shape& shape) { return batch_axes(shape).elements(); }

  static Gemm product(const Site& site, std::int64_t m, std::int64_t n, std::int64_t k, const TensorType& a,
                      const TensorType& b, const TensorType& c) {
    return {.batch = matrices(site.out()),
            .m = m,
            .n = n,
            .k = k,
            .a_batch = matrices(a.shape),
            .b_batch = matrices(b.shape),
            .a = a.dtype,
            .b = b.dtype,
            .c = c.dtype,
            .math = site.precision.math};
  }
};

}  // namespace ridgepoint
