// Products: MatMul, Gemm, Einsum, and their fused and quantized forms.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "importers/onnx/names.hpp"
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

/// An einsum of one or two operands, by its letters.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

Equation parse(const NodeContext& n) {
  std::string text(n.text("equation", ""));
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t arrow = text.find("->");
  if (arrow == std::string::npos || text.find("...") != std::string::npos) throw Unknown{};
  Equation equation{.operands = {""}, .result = text.substr(arrow + 2)};
  for (const char c : text.substr(0, arrow)) {
    if (c == ',') {
      equation.operands.emplace_back();
    } else {
      equation.operands.back() += c;
    }
  }
  return equation;
}

std::map<char, Dim> extents_of(const NodeContext& n, const Equation& equation) {
  std::map<char, Dim> extents;
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    const Dims& shape = n.shape(i);
    if (shape.size() != equation.operands[i].size())
      n.fail("its equation does not fit its inputs", "a letter for every axis");
    for (std::size_t k = 0; k < shape.size(); ++k) {
      Dim& extent = extents.emplace(equation.operands[i][k], shape[k]).first->second;
      if (extent.is(1)) extent = shape[k];
    }
  }
  return extents;
}

void infer_einsum(Inference& n) {
  const Equation equation = parse(n);
  std::map<char, Dim> extents = extents_of(n, equation);
  Dims y;
  for (const char letter : equation.result) {
    if (!extents.contains(letter)) n.fail("its equation gives an axis that it does not take", "letters of the inputs");
    y.push_back(extents.at(letter));
  }
  n.set(0, n.in(0).elem, std::move(y));
}

/// The axes of an einsum of two by what becomes of them: kept from both, from one, or summed.
struct Roles {
  std::string batch, left, right, summed;
};

Roles roles_of(const Equation& equation) {
  Roles roles;
  const auto has = [](const std::string& text, char c) { return text.find(c) != std::string::npos; };
  for (const char c : equation.operands[0]) {
    const bool in_right = has(equation.operands[1], c);
    const bool kept = has(equation.result, c);
    if (!in_right && !kept) throw Unknown{};  // a sum over one operand alone
    (in_right ? (kept ? roles.batch : roles.summed) : roles.left) += c;
  }
  for (const char c : equation.operands[1]) {
    if (has(equation.operands[0], c)) continue;
    if (!has(equation.result, c)) throw Unknown{};
    roles.right += c;
  }
  return roles;
}

Dims extents(const std::map<char, Dim>& all, const std::string& letters) {
  Dims dims;
  for (const char c : letters) dims.push_back(all.at(c));
  return dims;
}

// An operand with its axes in this order, seen as three: free, as the product reads it where it lies.
std::string arranged(const Lowering& n, const std::string& suffix, const std::string& tensor, const std::string& from,
                     const std::string& order, const Dims& dims) {
  std::vector<std::int64_t> axes;
  for (const char c : order) axes.push_back(static_cast<std::int64_t>(from.find(c)));
  std::string result = tensor;
  if (!std::is_sorted(axes.begin(), axes.end())) {
    result = n.step(suffix + ".order", "transpose", {result}, {{"axes", Value(axes)}, {"free", true}});
  }
  return n.reshaped(suffix, result, dims);
}

void lower_einsum(Lowering& n) {
  const Equation equation = parse(n);
  if (equation.operands.size() != 2) throw Unknown{};
  const std::map<char, Dim> all = extents_of(n, equation);
  const Roles roles = roles_of(equation);
  const Dim batch = product(extents(all, roles.batch));
  const Dim m = product(extents(all, roles.left));
  const Dim k = product(extents(all, roles.summed));
  const Dim r = product(extents(all, roles.right));
  const std::string a =
      arranged(n, "a", n.ref(0), equation.operands[0], roles.batch + roles.left + roles.summed, {batch, m, k});
  const std::string b =
      arranged(n, "b", n.ref(1), equation.operands[1], roles.batch + roles.summed + roles.right, {batch, k, r});
  std::string y = n.writer().add(layer_name(n.graph(), n.node()), "matmul", {a, b}, {});
  const std::string order = roles.batch + roles.left + roles.right;
  y = n.reshaped("axes", y, extents(all, order));
  std::vector<std::int64_t> axes;
  for (const char c : equation.result) axes.push_back(static_cast<std::int64_t>(order.find(c)));
  if (!std::is_sorted(axes.begin(), axes.end())) {
    y = n.step("order", "transpose", {y}, {{"axes", Value(axes)}, {"free", true}});
  }
  n.bind(0, y);
}

constexpr std::array kRules{
    Rule{"MatMul", infer_matmul, lower_matmul},
    Rule{"Gemm", infer_gemm, lower_gemm},
    Rule{"Einsum", infer_einsum, lower_einsum},
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
  const bool whole = biased && (n.in(b).is_initializer || n.in(b).roots.size() < 2) &&
                     !names_buffer(n.graph().value(root_of(n.graph(), n.node().inputs.at(b))).name);
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
