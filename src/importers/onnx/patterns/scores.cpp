#include "importers/onnx/patterns/scores.hpp"

#include <algorithm>

#include "importers/onnx/patterns/operands.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr int kMostSteps = 8;

bool is_plain(std::string_view type) { return type == "Reshape" || type == "Max" || type == "Clip"; }

// One number for each head: [heads, 1, 1].
bool scales_heads(const Matcher& m, int value) {
  const Dims* const dims = m.shape(value);
  return m.is_constant(value) && dims != nullptr && dims->size() >= 3 && (*dims)[dims->size() - 1].is(1) &&
         (*dims)[dims->size() - 2].is(1);
}

// The input through which a sum or a choice leads on to the product, or -1.
int towards_product(const Matcher& m, const Node& node, int steps);

bool leads_to_product(const Matcher& m, int value, int steps) {
  const Node* const node = m.producer(value);
  if (node == nullptr || steps == 0) return false;
  return is_product(m, *node) || towards_product(m, *node, steps - 1) >= 0;
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
    const int other = Matcher::other(node, input);
    if (scales && !m.number(other) && !(node.type == "Mul" && scales_heads(m, other))) continue;
    if (leads_to_product(m, input, steps)) return input;
  }
  return -1;
}

}  // namespace

Scores scores_of(const Matcher& m, int value) {
  Scores scores;
  for (int step = 0; step < kMostSteps; ++step) {
    Node* const node = m.producer(value);
    if (node == nullptr) return {};
    if (is_product(m, *node)) {
      scores.product = node;
      return scores;
    }
    const int next = towards_product(m, *node, kMostSteps);
    if (next < 0) return {};
    scores.softcap = scores.softcap || node->type == "Tanh";
    if (node->type == "Add" || node->type == "Sub") scores.masks.push_back(Matcher::other(*node, next));
    if (node->type == "Where" && !m.is_constant(node->inputs[0])) scores.masks.push_back(node->inputs[0]);
    if (node->type == "Mul" && !m.number(Matcher::other(*node, next))) {
      if (scores.scale >= 0) return {};
      scores.scale = Matcher::other(*node, next);
    }
    value = next;
  }
  return {};
}

namespace {

// The one reader; or, behind a test for NaN beside its choice, the choice.
Node* guarded_consumer(const Matcher& m, int value) {
  if (Node* const next = m.consumer(value)) return next;
  Node* choice = nullptr;
  for (const int index : m.consumers(value)) {
    Node& reader = m.graph().nodes[static_cast<std::size_t>(index)];
    if (!reader.dead && reader.type == "Where" && is_whole(reader)) choice = &reader;
  }
  return choice != nullptr && m.producer(choice->inputs[0], "IsNaN") != nullptr ? choice : nullptr;
}

}  // namespace

// Through what guards the weights against rows without keys.
WeightedSum weighted_sum(const Matcher& m, int value) {
  WeightedSum sum;
  for (int step = 0; step < kMostSteps; ++step) {
    Node* const next = guarded_consumer(m, value);
    if (next == nullptr) return {};
    if (is_product(m, *next)) {
      sum.product = next;
      sum.weights = next->inputs[0] == value ? 0 : 1;
      return next->inputs[0] == next->inputs[1] ? WeightedSum{} : sum;
    }
    if (next->type == "Transpose" && next->op.empty() && sum.order.empty()) {
      const Dims* const dims = m.shape(value);
      if (dims == nullptr) return {};
      sum.order = NodeContext(m.graph(), *next).permutation(dims->size());
    } else if (next->type != "Where" && next->type != "Reshape") {
      return {};
    }
    value = next->outputs[0];
  }
  return {};
}

}  // namespace ridgepoint::onnx
