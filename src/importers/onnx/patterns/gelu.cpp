// x/2 (1 + erf(x / sqrt 2)) and x/2 (1 + tanh(...)), in the orders in which exporters write them.

#include <cmath>

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// Whether x is what a value is computed from, in few steps of products, powers and sums.
bool reaches(const Matcher& m, int value, int x, int steps) {
  if (value == x) return true;
  const Node* const node = m.producer(value);
  if (node == nullptr || steps == 0) return false;
  if (node->type != "Mul" && node->type != "Pow" && node->type != "Add") return false;
  for (const int input : node->inputs) {
    if (reaches(m, input, x, steps - 1)) return true;
  }
  return false;
}

// x of erf(x / sqrt 2), or -1.
int inside_erf(const Matcher& m, const Node& erf) {
  const Node* const scaled = m.producer(erf.inputs[0]);
  if (scaled == nullptr || scaled->inputs.size() != 2) return -1;
  if (scaled->type == "Div" && m.is_number(scaled->inputs[1], std::sqrt(2.0))) return scaled->inputs[0];
  if (scaled->type != "Mul") return -1;
  for (const int input : scaled->inputs) {
    if (m.is_number(input, std::sqrt(0.5))) return Matcher::other(*scaled, input);
  }
  return -1;
}

// x of tanh(c (x + 0.0447 x^3)), or -1.
int inside_tanh(const Matcher& m, const Node& tanh) {
  const Node* const scaled = m.producer(tanh.inputs[0], "Mul");
  if (scaled == nullptr) return -1;
  for (const int input : scaled->inputs) {
    if (!m.number(input)) continue;
    const Node* const sum = m.producer(Matcher::other(*scaled, input), "Add");
    if (sum == nullptr) continue;
    for (const int x : sum->inputs) {
      const int cube = Matcher::other(*sum, x);
      if (cube != x && m.producer(cube) != nullptr && !reaches(m, x, cube, 4) && reaches(m, cube, x, 4)) return x;
    }
  }
  return -1;
}

bool is_half_of(const Matcher& m, int value, int x) {
  const Node* const half = m.producer(value, "Mul");
  if (half == nullptr) return false;
  const int other = Matcher::other(*half, x);
  return (half->inputs[0] == x || half->inputs[1] == x) && m.is_number(other, 0.5);
}

// The last of the products with x and 1/2 behind 1 + erf, or null.
Node* last_product(const Matcher& m, int value, int x) {
  bool needs_x = true;
  bool needs_half = true;
  Node* last = nullptr;
  while (needs_x || needs_half) {
    last = m.consumer(value, "Mul");
    if (last == nullptr) return nullptr;
    const int factor = Matcher::other(*last, value);
    if (needs_half && m.is_number(factor, 0.5)) {
      needs_half = false;
    } else if (needs_x && factor == x) {
      needs_x = false;
    } else if (needs_x && needs_half && is_half_of(m, factor, x)) {
      needs_x = needs_half = false;
    } else {
      return nullptr;
    }
    value = last->outputs[0];
  }
  return last;
}

}  // namespace

bool match_gelu(Matcher& m, Node& anchor) {
  const bool erf = anchor.type == "Erf";
  if (!erf && anchor.type != "Tanh") return false;
  const int x = erf ? inside_erf(m, anchor) : inside_tanh(m, anchor);
  if (x < 0) return false;
  const Node* const plus = m.consumer(anchor.outputs[0], "Add");
  if (plus == nullptr || !m.is_number(Matcher::other(*plus, anchor.outputs[0]), 1)) return false;
  Node* const last = last_product(m, plus->outputs[0], x);
  if (last == nullptr) return false;
  m.replace(*last, erf ? "gelu" : "gelu_tanh", {x}, last->outputs[0], {});
  return true;
}

}  // namespace ridgepoint::onnx
