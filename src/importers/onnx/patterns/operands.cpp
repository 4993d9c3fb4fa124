#include "importers/onnx/patterns/operands.hpp"

#include <algorithm>

namespace ridgepoint::onnx {
namespace {

// Keys or values before each head is repeated for the queries that share it: [b, kv, s, d].
int before_repeats(const Matcher& m, int value) {
  const Node* const merged = m.producer(value, "Reshape");
  const Node* const repeated = merged == nullptr ? nullptr : m.producer(merged->inputs[0], "Expand");
  const Dims* const five = repeated == nullptr ? nullptr : m.shape(repeated->outputs[0]);
  const Dims* const one = repeated == nullptr ? nullptr : m.shape(repeated->inputs[0]);
  const Dims* const four = m.shape(value);
  if (five == nullptr || one == nullptr || five->size() != 5 || one->size() != 5 || four == nullptr ||
      four->size() != 4)
    return value;
  if (!(*one)[2].is(1) || !((*one)[1] == (*five)[1]) || !((*five)[3] == (*four)[2])) return value;
  const Node* const opened = m.producer(repeated->inputs[0]);
  if (opened == nullptr || (opened->type != "Unsqueeze" && opened->type != "Reshape")) return value;
  const Dims* const original = m.shape(opened->inputs[0]);
  return original != nullptr && original->size() == 4 && (*original)[1] == (*one)[1] ? opened->inputs[0] : value;
}

bool flag(const Matcher& m, const Node& node, std::string_view name) {
  Node copy = node;
  return NodeContext(m.graph(), copy).integer(name, 0) != 0;
}

std::optional<Equation> matrix_letters(const Matcher& m, const Node& node) {
  const Dims* const a = m.shape(node.inputs[0]);
  const Dims* const b = m.shape(node.inputs[1]);
  constexpr std::size_t kMost = 8;
  if (a == nullptr || b == nullptr || a->size() != b->size() || a->size() < 3 || a->size() > kMost) return std::nullopt;
  std::string batch;
  for (std::size_t i = 0; i + 2 < a->size(); ++i) batch += static_cast<char>('A' + static_cast<char>(i));
  const bool fused = node.type == "FusedMatMul";
  const std::string left = fused && flag(m, node, "transA") ? "km" : "mk";
  const std::string right = fused && flag(m, node, "transB") ? "nk" : "kn";
  return Equation{.operands = {batch + left, batch + right}, .result = batch + "mn"};
}

}  // namespace

bool is_product(const Matcher& m, const Node& node) {
  if (!node.op.empty() || node.inputs.size() != 2 || node.inputs[0] < 0 || node.inputs[1] < 0) return false;
  if (node.type != "MatMul" && node.type != "FusedMatMul" && node.type != "Einsum") return false;
  return !m.is_constant(node.inputs[0]) || !m.is_constant(node.inputs[1]);
}

std::optional<Equation> product_letters(const Matcher& m, const Node& node) {
  if (!is_product(m, node)) return std::nullopt;
  if (node.type != "Einsum") return matrix_letters(m, node);
  Node copy = node;
  return equation_of(NodeContext(m.graph(), copy));
}

std::vector<std::int64_t> places(const std::string& letters, const std::string& wanted) {
  std::vector<std::int64_t> order;
  for (const char c : wanted) order.push_back(static_cast<std::int64_t>(letters.find(c)));
  return order;
}

int without_scale(const Matcher& m, int value) {
  const Node* const node = m.producer(value);
  if (node == nullptr || !node->op.empty() || (node->type != "Mul" && node->type != "Div")) return value;
  for (const int input : node->inputs) {
    if (m.number(input) && (node->type == "Mul" || input == node->inputs[1])) return Matcher::other(*node, input);
  }
  return value;
}

Operand operand_of(const Matcher& m, int value, std::vector<std::int64_t> order) {
  Operand operand{value, std::move(order)};
  while (Node* const node = m.producer(operand.value, "Transpose")) {
    const std::vector<std::int64_t> perm = NodeContext(m.graph(), *node).permutation(operand.order.size());
    for (std::int64_t& axis : operand.order) axis = perm[static_cast<std::size_t>(axis)];
    operand.value = node->inputs[0];
  }
  return operand;
}

Operand repeated_operand(const Matcher& m, int value, std::vector<std::int64_t> order, bool scaled) {
  const auto bare = [&](int of) { return scaled ? without_scale(m, of) : of; };
  const Operand operand = operand_of(m, bare(value), std::move(order));
  const int whole = bare(operand.value);
  const int original = before_repeats(m, whole);
  return original == whole ? operand : operand_of(m, original, operand.order);
}

Dims ordered(const Matcher& m, const Operand& operand) {
  Dims dims;
  const Dims* const shape = m.shape(operand.value);
  for (const std::int64_t axis : operand.order) {
    if (shape == nullptr || axis < 0 || axis >= static_cast<std::int64_t>(shape->size())) return {};
    dims.push_back((*shape)[static_cast<std::size_t>(axis)]);
  }
  return dims;
}

}  // namespace ridgepoint::onnx
