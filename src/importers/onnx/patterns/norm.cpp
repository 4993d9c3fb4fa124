// Layer norm and RMS norm over the last axis, written out: a mean of squares, its root, a division, scale and shift.

#include "importers/onnx/context.hpp"
#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// What is squared, or -1.
int squared(const Matcher& m, int value) {
  if (const Node* const pow = m.producer(value, "Pow")) return m.is_number(pow->inputs[1], 2) ? pow->inputs[0] : -1;
  const Node* const mul = m.producer(value, "Mul");
  return mul != nullptr && mul->inputs[0] == mul->inputs[1] ? mul->inputs[0] : -1;
}

bool reduces_last_axis(const Matcher& m, Node& reduce) {
  const Dims* const x = m.shape(reduce.inputs[0]);
  if (x == nullptr || x->empty()) return false;
  const NodeContext n(m.graph(), reduce);
  const auto axes = n.axes(1, static_cast<std::int64_t>(x->size()));
  return axes && axes->size() == 1 && axes->front() == static_cast<std::int64_t>(x->size()) - 1;
}

// The tensor whose mean over the last axis is taken off, or -1.
int centred(const Matcher& m, int value) {
  const Node* const sub = m.producer(value, "Sub");
  if (sub == nullptr) return -1;
  Node* const mean = m.producer(sub->inputs[1], "ReduceMean");
  return mean != nullptr && mean->inputs[0] == sub->inputs[0] && reduces_last_axis(m, *mean) ? sub->inputs[0] : -1;
}

/// The root of a mean of squares, and whether it is one over it.
struct Root {
  int value = -1;
  bool inverse = false;
};

Root root_of(const Matcher& m, int mean) {
  const Node* const plus = m.consumer(mean, "Add");
  const int value = plus == nullptr ? mean : plus->outputs[0];
  if (const Node* const pow = m.consumer(value, "Pow")) {
    if (m.is_number(pow->inputs[1], -0.5)) return {pow->outputs[0], true};
    if (m.is_number(pow->inputs[1], 0.5)) return {pow->outputs[0], false};
  }
  const Node* const sqrt = m.consumer(value, "Sqrt");
  if (sqrt == nullptr) return {};
  if (const Node* const one_over = m.consumer(sqrt->outputs[0], "Reciprocal")) return {one_over->outputs[0], true};
  const Node* const div = m.consumer(sqrt->outputs[0], "Div");
  if (div != nullptr && m.is_number(div->inputs[0], 1)) return {div->outputs[0], true};
  return {sqrt->outputs[0], false};
}

// The node that scales `d` by the root, or null. An exporter may have computed the difference twice.
Node* normalised(const Matcher& m, const Root& root, int d, int centre) {
  Node* const node = m.consumer(root.value, root.inverse ? "Mul" : "Div");
  if (node == nullptr || (!root.inverse && node->inputs[1] != root.value)) return nullptr;
  const int scaled = Matcher::other(*node, root.value);
  if (scaled == d || (centre >= 0 && centred(m, scaled) == centre)) return node;
  return nullptr;
}

bool fits_last_axis(const Matcher& m, int vector, int x) {
  const Dims* const w = m.shape(vector);
  const Dims* const dims = m.shape(x);
  return m.is_constant(vector) && w != nullptr && dims != nullptr && !dims->empty() && product(*w) == dims->back() &&
         (w->empty() || w->back() == dims->back());
}

}  // namespace

bool match_norm(Matcher& m, Node& anchor) {
  if (anchor.type != "ReduceMean" || !reduces_last_axis(m, anchor)) return false;
  const int d = squared(m, anchor.inputs[0]);
  if (d < 0) return false;
  const Root root = root_of(m, anchor.outputs[0]);
  if (root.value < 0) return false;
  const int centre = centred(m, d);
  Node* last = normalised(m, root, d, centre);
  if (last == nullptr) return false;
  const int x = centre >= 0 ? centre : d;
  int weight = -1;
  int bias = -1;
  Node* const scaled = m.consumer(last->outputs[0], "Mul");
  if (scaled != nullptr && fits_last_axis(m, Matcher::other(*scaled, last->outputs[0]), x)) {
    weight = Matcher::other(*scaled, last->outputs[0]);
    last = scaled;
    Node* const shifted = m.consumer(last->outputs[0], "Add");
    if (shifted != nullptr && fits_last_axis(m, Matcher::other(*shifted, last->outputs[0]), x)) {
      bias = Matcher::other(*shifted, last->outputs[0]);
      last = shifted;
    }
  }
  m.replace(*last, centre >= 0 ? "layer_norm" : "rms_norm", {x, weight, bias}, last->outputs[0], {});
  return true;
}

}  // namespace ridgepoint::onnx
