// softmax(q k^T / sqrt d + mask) v over matrices [..., heads, length, width], from the softmax outwards.

#include <algorithm>

#include "importers/onnx/context.hpp"
#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr int kMostSteps = 8;

/// What stands between the product of queries and keys and the softmax.
struct Scores {
  Node* product = nullptr;
  std::vector<int> masks;
  bool softcap = false;
};

bool is_plain(std::string_view type) { return type == "Reshape" || type == "Max" || type == "Clip"; }

// The input through which a sum or a choice leads on to the product, or -1.
int towards_product(const Matcher& m, const Node& node, int steps);

bool leads_to_product(const Matcher& m, int value, int steps) {
  const Node* const node = m.producer(value);
  if (node == nullptr || steps == 0) return false;
  if (node->type == "MatMul" && node->op.empty())
    return !m.is_constant(node->inputs[1]) || !m.is_constant(node->inputs[0]);
  return towards_product(m, *node, steps - 1) >= 0;
}

int towards_product(const Matcher& m, const Node& node, int steps) {
  if (!node.op.empty()) return -1;
  if (node.type == "Tanh" || is_plain(node.type))
    return leads_to_product(m, node.inputs[0], steps) ? node.inputs[0] : -1;
  const bool scales = node.type == "Mul" || node.type == "Div";
  const bool masks = node.type == "Add" || node.type == "Sub" || node.type == "Where";
  if (!scales && !masks) return -1;
  for (const int input : node.inputs) {
    if (input < 0 || m.is_constant(input)) continue;
    if (scales && !m.number(Matcher::other(node, input))) continue;
    if (leads_to_product(m, input, steps)) return input;
  }
  return -1;
}

Scores scores_of(const Matcher& m, int value) {
  Scores scores;
  for (int step = 0; step < kMostSteps; ++step) {
    Node* const node = m.producer(value);
    if (node == nullptr) return {};
    if (node->type == "MatMul" && node->op.empty()) {
      scores.product = node;
      return scores;
    }
    const int next = towards_product(m, *node, kMostSteps);
    if (next < 0) return {};
    scores.softcap = scores.softcap || node->type == "Tanh";
    if (node->type == "Add" || node->type == "Sub") scores.masks.push_back(Matcher::other(*node, next));
    if (node->type == "Where" && !m.is_constant(node->inputs[0])) scores.masks.push_back(node->inputs[0]);
    value = next;
  }
  return {};
}

// The product of the weights and the values, through what guards them against rows without keys.
Node* weighted_sum(const Matcher& m, int value) {
  for (int step = 0; step < kMostSteps; ++step) {
    Node* next = m.consumer(value);
    if (next == nullptr) {  // a test for NaN beside its choice
      for (const int index : m.consumers(value)) {
        Node& reader = m.graph().nodes[static_cast<std::size_t>(index)];
        if (!reader.dead && reader.type == "Where" && is_whole(reader)) next = &reader;
      }
      const bool guarded = next != nullptr && m.producer(next->inputs[0], "IsNaN") != nullptr;
      if (!guarded) return nullptr;
    }
    if (next->type == "MatMul" && next->op.empty()) return next->inputs[0] == value ? next : nullptr;
    if (next->type != "Where" && next->type != "Reshape") return nullptr;
    value = next->outputs[0];
  }
  return nullptr;
}

int without_scale(const Matcher& m, int value) {
  const Node* const node = m.producer(value);
  if (node == nullptr || !node->op.empty() || (node->type != "Mul" && node->type != "Div")) return value;
  for (const int input : node->inputs) {
    if (m.number(input) && (node->type == "Mul" || input == node->inputs[1])) return Matcher::other(*node, input);
  }
  return value;
}

/// A tensor and the order in which its axes are [batch..., length, heads, width].
struct Operand {
  int value = -1;
  std::vector<std::int64_t> order;
};

// Transposes on the way are what the kernel reads the tensor through.
Operand operand_of(const Matcher& m, int value, std::vector<std::int64_t> order) {
  Operand operand{value, std::move(order)};
  while (Node* const node = m.producer(operand.value, "Transpose")) {
    const auto perm = NodeContext(m.graph(), *node).integers("perm");
    if (!perm || perm->size() != operand.order.size()) break;
    for (std::int64_t& axis : operand.order) axis = (*perm)[static_cast<std::size_t>(axis)];
    operand.value = node->inputs[0];
  }
  return operand;
}

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

/// The transposed keys of a product: [..., heads, width, length]; behind a transpose of their last axes, and repeats.
Operand keys_of(const Matcher& m, int transposed, const std::vector<std::int64_t>& rows) {
  const std::size_t rank = rows.size();
  std::vector<std::int64_t> order = rows;
  for (std::int64_t& axis : order) {  // length and width have changed places
    const auto last = static_cast<std::int64_t>(rank) - 1;
    if (axis >= last - 1) axis = 2 * last - 1 - axis;
  }
  const Operand keys = operand_of(m, without_scale(m, transposed), order);
  const int original = before_repeats(m, without_scale(m, keys.value));
  return original == keys.value ? keys : operand_of(m, original, keys.order);
}

// [batch..., heads, length, width] as [batch..., length, heads, width].
std::vector<std::int64_t> rows_order(std::size_t rank) {
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  if (rank >= 4) std::swap(order[rank - 3], order[rank - 2]);
  return order;
}

/// Heads and batch of three operands, where they fit together.
struct Fit {
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;
  bool fits = false;
};

Dims ordered(const Matcher& m, const Operand& operand) {
  Dims dims;
  const Dims* const shape = m.shape(operand.value);
  for (const std::int64_t axis : operand.order) {
    if (shape == nullptr || axis >= static_cast<std::int64_t>(shape->size())) return {};
    dims.push_back((*shape)[static_cast<std::size_t>(axis)]);
  }
  return dims;
}

Fit fit_of(const Dims& q, const Dims& k, const Dims& v) {
  const std::size_t rank = q.size();
  if (rank < 3 || k.size() != rank || v.size() != rank) return {};
  Fit fit;
  const std::size_t batch = rank == 3 ? 1 : rank - 3;
  for (std::size_t i = 0; i < batch; ++i) {
    if (!(q[i] == k[i]) || !(q[i] == v[i])) return {};
  }
  if (rank > 3) {
    fit.heads = q[rank - 2].value();
    fit.kv_heads = k[rank - 2].value();
    if (!q[rank - 2].is_number() || !(k[rank - 2] == v[rank - 2]) || fit.kv_heads < 1 || fit.heads % fit.kv_heads != 0)
      return {};
  }
  fit.fits = q.back() == k.back() && k[batch].value() == v[batch].value();
  return fit;
}

// Whether the kernel can read what is added to the scores: it broadcasts to [heads, queries, keys].
bool is_readable(const Matcher& m, int mask, const Dims& q, const Dims& k) {
  const std::size_t length = q.size() == 3 ? 1 : q.size() - 3;
  const Dims* const dims = m.shape(mask);
  if (dims == nullptr || dims->size() > 4) return false;
  const auto fits = [&](std::size_t from_end, const Dim& extent) {
    return dims->size() < from_end || (*dims)[dims->size() - from_end].is(1) ||
           (*dims)[dims->size() - from_end] == extent;
  };
  return fits(1, k[length]) && fits(2, q[length]);
}

}  // namespace

bool match_attention(Matcher& m, Node& anchor) {
  if (anchor.type != "Softmax" || !anchor.op.empty()) return false;
  const Scores scores = scores_of(m, anchor.inputs[0]);
  Node* const sum = scores.product == nullptr ? nullptr : weighted_sum(m, anchor.outputs[0]);
  const Dims* const shape = sum == nullptr ? nullptr : m.shape(scores.product->outputs[0]);
  if (shape == nullptr || m.shape(sum->inputs[0]) == nullptr || m.shape(sum->inputs[0])->size() != shape->size())
    return false;
  const std::vector<std::int64_t> rows = rows_order(shape->size());
  const Operand q = operand_of(m, without_scale(m, scores.product->inputs[0]), rows);
  const Operand k = keys_of(m, scores.product->inputs[1], rows);
  const Operand v = operand_of(m, before_repeats(m, sum->inputs[1]), rows);
  const Dims q_dims = ordered(m, q);
  const Dims k_dims = ordered(m, k);
  const Fit fit = fit_of(q_dims, k_dims, ordered(m, v));
  if (!fit.fits) return false;

  std::vector<int> inputs{q.value, k.value, v.value};
  for (const int mask : scores.masks) {
    if (!m.is_constant(mask) && !is_readable(m, mask, q_dims, k_dims)) return false;
    inputs.push_back(mask);
  }
  Attributes attributes{{"heads", fit.heads},   {"kv_heads", fit.kv_heads}, {"softcap", scores.softcap},
                        {"@q", Value(q.order)}, {"@k", Value(k.order)},     {"@v", Value(v.order)}};
  // Heads put side by side behind it are how the kernel writes them.
  Node* last = sum;
  Node* const back = m.consumer(sum->outputs[0], "Transpose");
  if (back != nullptr && rows.size() >= 4 && NodeContext(m.graph(), *back).integers("perm") == rows) last = back;
  attributes.push_back({"@rows", last == back});
  last->name = sum->name;
  m.replace(*last, "attention", inputs, last->outputs[0], std::move(attributes));
  return true;
}

}  // namespace ridgepoint::onnx
