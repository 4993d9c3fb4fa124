// A tensor times a function of itself: silu, hard swish, mish.

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// sigmoid(x), or sigmoid(1.702 x) as CLIP has it.
bool is_gate_of(const Matcher& m, const Node& gate, int x) {
  if (gate.inputs[0] == x) return true;
  const Node* const scaled = m.producer(gate.inputs[0], "Mul");
  if (scaled == nullptr) return false;
  const int factor = Matcher::other(*scaled, x);
  return (scaled->inputs[0] == x || scaled->inputs[1] == x) && m.number(factor).has_value();
}

// The op of x times this value, or "".
std::string_view op_of(const Matcher& m, int gate, int x) {
  if (const Node* const node = m.producer(gate, "Sigmoid")) return is_gate_of(m, *node, x) ? "silu" : "";
  if (const Node* const node = m.producer(gate, "HardSigmoid")) return node->inputs[0] == x ? "hard_swish" : "";
  const Node* const tanh = m.producer(gate, "Tanh");
  const Node* const softplus = tanh == nullptr ? nullptr : m.producer(tanh->inputs[0], "Softplus");
  return softplus != nullptr && softplus->inputs[0] == x ? "mish" : "";
}

// x clip(x + 3, 0, 6) / 6: the node that divides, or null.
Node* hard_swish(const Matcher& m, const Node& product, int gate, int x) {
  const Node* const clip = m.producer(gate, "Clip");
  const Node* const shifted = clip == nullptr ? nullptr : m.producer(clip->inputs[0], "Add");
  if (shifted == nullptr || !m.is_number(Matcher::other(*shifted, x), 3)) return nullptr;
  if (Node* const div = m.consumer(product.outputs[0], "Div")) return m.is_number(div->inputs[1], 6) ? div : nullptr;
  return nullptr;
}

}  // namespace

bool match_gated_activation(Matcher& m, Node& anchor) {
  if (anchor.type != "Mul" || anchor.inputs.size() != 2) return false;
  for (const int x : {anchor.inputs[0], anchor.inputs[1]}) {
    const int gate = Matcher::other(anchor, x);
    if (gate == x) continue;
    if (const std::string_view op = op_of(m, gate, x); !op.empty()) {
      m.replace(anchor, std::string(op), {x}, anchor.outputs[0], {});
      return true;
    }
    if (Node* const last = hard_swish(m, anchor, gate, x)) {
      m.replace(*last, "hard_swish", {x}, last->outputs[0], {});
      return true;
    }
  }
  return false;
}

}  // namespace ridgepoint::onnx
