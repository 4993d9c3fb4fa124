#pragma once
#include "ops/broadcast.hpp"
#include "ops/op_base.hpp"

namespace ridgepoint {

/// C[..., m, n] = A[..., m, k] B[..., k, n]; leading axes broadcast. With `transpose_a` the first input is [..., k, m],
/// with `transpose_b` the second [..., n, k]. An input of one axis is a vector: [k] takes the part of the missing axis,
/// which C does not have either. With one input the product is of that tensor with itself (a Gram matrix, as in dot
/// interaction).
struct Matmul : OpBase {
  static constexpr std::string_view kName = "matmul";
  static constexpr std::string_view kEquation = "y[..., m, n] = a[..., m, k] b[..., k, n]";
  static constexpr std::string_view kSource = "2 m n k FLOPs a matrix";
  static constexpr std::string_view kSummary = "(batched) product of two activations";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  bool transpose_a = false;
  bool transpose_b = false;

  static auto fields() {
    return std::tuple{Field{"transpose_a", &Matmul::transpose_a, "whether the first input is [..., k, m]"},
                      Field{"transpose_b", &Matmul::transpose_b, "whether the second input is [..., n, k]"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    expect_rank(inputs, 0, 1);
    expect_rank(inputs, inputs.size() - 1, 1);
    const Shape& a = inputs.front().shape;
    const Shape& b = inputs.back().shape;
    const Extent left = extent_a(a);
    const Extent right = extent_b(b);
    if (left.inner != right.inner) {
      throw OpError{"",
                    {"cannot multiply " + to_string(a) + (transpose_a ? " transposed" : "") + " by " + to_string(b) +
                         (transpose_b ? " transposed" : ""),
                     "the same inner extent in both"}};
    }
    std::vector<std::int64_t> extents = broadcast(batch_axes(a), batch_axes(b));
    if (a.rank() > 1) extents.push_back(left.outer);
    if (b.rank() > 1) extents.push_back(right.outer);
    return {{Shape(std::move(extents)), precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.push_back(product(problem(site))); }

  /// dA = dC B^T and dB = A^T dC. What was broadcast has its products summed; a B that all of A shares is a reduction
  /// over all its rows at once.
  void dgrad(const Site& site, Kernels& kernels) const {
    const Problem p = problem(site);
    const std::size_t last = site.inputs.size() - 1;
    if (wants_gradient(site, 0)) {
      kernels.push_back(product({p.batch, p.m, p.k, p.n, p.batch, p.b_batch, p.c, p.b, p.a, p.math}));
      sum_over_batch(p.batch, site.inputs.front(), p.a_batch, kernels);
    }
    if (!wants_gradient(site, last)) return;
    if (p.b_batch == 1) {
      kernels.push_back(product({1, p.k, p.n, checked_mul(p.batch, p.m), 1, 1, p.a, p.c, p.b, p.math}));
      return;
    }
    kernels.push_back(product({p.batch, p.k, p.n, p.m, p.a_batch, p.batch, p.a, p.c, p.b, p.math}));
    sum_over_batch(p.batch, site.inputs.back(), p.b_batch, kernels);
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const Matmul&, const Matmul&) = default;

 private:
  /// The extents of one factor: the one that the result keeps, and the one that is summed over.
  struct Extent {
    std::int64_t outer = 1;
    std::int64_t inner = 1;
  };
  struct Problem {
    std::int64_t batch, m, n, k, a_batch, b_batch;
    DType a, b, c, math;
  };

  [[nodiscard]] Extent extent_a(const Shape& a) const {
    if (a.rank() == 1) return {1, a[0]};
    return transpose_a ? Extent{a[-1], a[-2]} : Extent{a[-2], a[-1]};
  }
  [[nodiscard]] Extent extent_b(const Shape& b) const {
    if (b.rank() == 1) return {1, b[0]};
    return transpose_b ? Extent{b[-2], b[-1]} : Extent{b[-1], b[-2]};
  }

  static Shape batch_axes(const Shape& shape) {
    const auto all = shape.extents();
    return Shape(std::vector<std::int64_t>(all.begin(), all.end() - std::min<std::int64_t>(2, shape.rank())));
  }
  static std::int64_t matrices(const Shape& shape) { return batch_axes(shape).elements(); }

  [[nodiscard]] Problem problem(const Site& site) const {
    const Shape& a = site.inputs.front().shape;
    const Shape& b = site.inputs.back().shape;
    const std::int64_t m = extent_a(a).outer;
    const std::int64_t n = extent_b(b).outer;
    return {.batch = site.out().elements() / checked_mul(m, n),
            .m = m,
            .n = n,
            .k = extent_a(a).inner,
            .a_batch = matrices(a),
            .b_batch = matrices(b),
            .a = site.inputs.front().dtype,
            .b = site.inputs.back().dtype,
            .c = site.outputs[0].dtype,
            .math = site.precision.math};
  }

  static Gemm product(const Problem& p) {
    return {.batch = p.batch,
            .m = p.m,
            .n = p.n,
            .k = p.k,
            .a_batch = p.a_batch,
            .b_batch = p.b_batch,
            .a = p.a,
            .b = p.b,
            .c = p.c,
            .math = p.math};
  }

  static void sum_over_batch(std::int64_t batch, const TensorType& input, std::int64_t matrices, Kernels& kernels) {
    if (batch == matrices) return;
    Stream sum{.kind = StreamKind::kReduction, .op = "sum", .flops_per_element = 1};
    sum.rows = static_cast<double>(input.shape.elements());
    sum.cols = static_cast<double>(batch) / static_cast<double>(matrices);
    sum.read = input.bytes() * sum.cols;
    sum.written = input.bytes();
    kernels.emplace_back(sum);
  }
};

}  // namespace ridgepoint
