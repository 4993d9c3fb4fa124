// Products: MatMul, Gemm, and their fused and quantized forms.

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/product.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

// A[..., m, k] B[..., k, n], with vectors and either one transposed.
Dims product_shape(const NodeContext& n, Dims a, Dims b, bool transpose_a, bool transpose_b) {
  const bool vector_a = a.size() == 1;
  const bool vector_b = b.size() == 1;
  if (a.empty() || b.empty()) n.fail("multiplies a scalar", "tensors of at least one axis");
  if (transpose_a && !vector_a) std::swap(a[a.size() - 1], a[a.size() - 2]);
  if (transpose_b && !vector_b) std::swap(b[b.size() - 1], b[b.size() - 2]);
  if (vector_a) a.insert(a.begin(), Dim(1));
  if (vector_b) b.emplace_back(1);
  if (a.back().value() != b[b.size() - 2].value()) {
    n.fail(fmt::format("cannot multiply {} by {}", to_string(a), to_string(b)), "the same inner extent in both");
  }
  Dims y = broadcast(n, Dims(a.begin(), a.end() - 2), Dims(b.begin(), b.end() - 2));
  if (!vector_a) y.push_back(a[a.size() - 2]);
  if (!vector_b) y.push_back(b.back());
  return y;
}

void infer_matmul(Inference& n) { n.set(0, n.in(0).elem, product_shape(n, n.shape(0), n.shape(1), false, false)); }

void infer_matmul_integer(Inference& n) {
  n.set(0, Elem::kInt32, product_shape(n, n.shape(0), n.shape(1), false, false));
}

void infer_fused_matmul(Inference& n) {
  n.set(0, n.in(0).elem,
        product_shape(n, n.shape(0), n.shape(1), n.integer("transA", 0) != 0, n.integer("transB", 0) != 0));
}

void infer_gemm(Inference& n) {
  if (n.shape(0).size() != 2 || n.shape(1).size() != 2) n.fail("its inputs have no two axes", "two matrices");
  infer_fused_matmul(n);
}

void lower_matmul(Lowering& n) {
  const bool fused = n.node().type == "FusedMatMul" || n.node().type == "TransposeMatMul";
  lower_product(
      n, {.transpose_a = fused && n.integer("transA", 0) != 0, .transpose_b = fused && n.integer("transB", 0) != 0});
}

void lower_gemm(Lowering& n) {
  lower_product(n, {.transpose_a = n.integer("transA", 0) != 0,
                    .transpose_b = n.integer("transB", 0) != 0,
                    .bias = n.has(2) ? 2 : -1});
}

void lower_matmul_integer(Lowering& n) { lower_product(n, {}); }

constexpr std::array kRules{
    Rule{"MatMul", infer_matmul, lower_matmul},
    Rule{"Gemm", infer_gemm, lower_gemm},
    Rule{"MatMulInteger", infer_matmul_integer, lower_matmul_integer},
    Rule{"FusedMatMul", infer_fused_matmul, lower_matmul, kMicrosoft},
    Rule{"TransposeMatMul", infer_fused_matmul, lower_matmul, kMicrosoft},
    Rule{"FusedGemm", infer_gemm, lower_gemm, kMicrosoft},
};

// A matrix that is constant and that all of A shares is a layer with weights.
bool is_linear(const Lowering& n, const ProductForm& form) {
  return n.in(1).constant && n.shape(1).size() == 2 && !n.in(0).is_initializer && !form.transpose_a &&
         !n.shape(0).empty();
}

void lower_linear(Lowering& n, const ProductForm& form) {
  const Dim width = n.shape(1)[form.transpose_b ? 0 : 1];
  const ParameterKey weight = n.key(1);
  const auto b = static_cast<std::size_t>(std::max(form.bias, 0));
  const bool biased = form.bias >= 0 && n.in(b).constant && product(n.shape(b)) == width;
  // A bias that is put together from parts, some of them no parameters, is added behind the product.
  const bool whole =
      biased && n.writer().is_whole(n.node().inputs.at(b)) && !n.writer().is_computed(n.node().inputs.at(b));
  const bool together = whole && n.writer().always_together(n.node().inputs.at(1), n.node().inputs.at(b), n.index());
  std::vector<ParameterKey> keys{weight};
  if (together) keys.push_back(n.key(b));
  n.emit_owner("linear", {n.ref(0)}, {{"out_features", width.as_value()}, {"bias", together}}, keys);
  if (form.bias < 0 || together) return;
  const std::string y = n.ref_out();
  if (whole) {
    n.bind(0, n.writer().add_owner(y + ".bias", "bias", {y}, {}, {n.key(b)}));
  } else {
    n.bind(0, n.step("sum", "add", {y, n.ref(b)}));
  }
}

}  // namespace

void lower_product(Lowering& n, const ProductForm& form) {
  if (is_linear(n, form)) return lower_linear(n, form);
  Attributes attributes;
  if (form.transpose_a) attributes.push_back({"transpose_a", true});
  if (form.transpose_b) attributes.push_back({"transpose_b", true});
  n.emit("matmul", {n.ref(0), n.ref(1)}, std::move(attributes));
  if (form.bias >= 0) n.bind(0, n.step("sum", "add", {n.ref_out(), n.ref(static_cast<std::size_t>(form.bias))}));
}

std::span<const Rule> product_rules() { return kRules; }

}  // namespace ridgepoint::onnx
