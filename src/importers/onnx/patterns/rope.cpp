// x cos + rotate(x) sin, where rotate(x) is concat(-x[d/2:], x[:d/2]) or exchanges neighbours (-x[1], x[0], -x[3] ...);
// or both halves written out: concat(a cos - b sin, b cos + a sin).

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// The tensor that a value is a part of, or -1.
int whole_of(const Matcher& m, int part) {
  const Node* const node = m.producer(part);
  if (node == nullptr || (node->type != "Slice" && node->type != "Split" && node->type != "Gather")) return -1;
  return node->inputs[0];
}

// A value before it was given another axis.
int before_view(const Matcher& m, int value) {
  const Node* const node = m.producer(value);
  const bool view = node != nullptr && node->op.empty() && (node->type == "Unsqueeze" || node->type == "Reshape");
  return view ? node->inputs[0] : value;
}

// x of rotate(x), or -1.
int rotated(const Matcher& m, int value) {
  const Node* const join = m.producer(before_view(m, value), "Concat");
  if (join == nullptr || join->inputs.size() != 2) return -1;
  const Node* const negative = m.producer(before_view(m, join->inputs[0]), "Neg");
  if (negative == nullptr) return -1;
  const int x = whole_of(m, negative->inputs[0]);
  return x >= 0 && whole_of(m, before_view(m, join->inputs[1])) == x ? x : -1;
}

bool is_rope(const Matcher& m, int x) {
  const Dims* const dims = m.shape(x);
  return x >= 0 && dims != nullptr && dims->size() >= 3;
}

bool match_sum(Matcher& m, Node& anchor) {
  for (const int side : {anchor.inputs[0], anchor.inputs[1]}) {
    const Node* const turned = m.producer(side, "Mul");
    const Node* const kept = m.producer(Matcher::other(anchor, side), "Mul");
    if (turned == nullptr || kept == nullptr) continue;
    for (const int input : turned->inputs) {
      const int x = rotated(m, input);
      if (!is_rope(m, x) || (kept->inputs[0] != x && kept->inputs[1] != x)) continue;
      const Value width = m.shape(x)->back().as_value();
      m.replace(anchor, "rope", {x}, anchor.outputs[0], {{"head_dim", width}});
      return true;
    }
  }
  return false;
}

// The factor of a product that is a part of some tensor, or -1.
int part_in(const Matcher& m, int product) {
  const Node* const node = m.producer(product, "Mul");
  if (node == nullptr) return -1;
  for (const int input : node->inputs) {
    if (whole_of(m, input) >= 0) return input;
  }
  return -1;
}

bool match_halves(Matcher& m, Node& anchor) {
  const Node* const first = m.producer(before_view(m, anchor.inputs[0]), "Sub");
  const Node* const second = m.producer(before_view(m, anchor.inputs[1]), "Add");
  if (first == nullptr || second == nullptr) return false;
  const int a = part_in(m, first->inputs[0]);
  const int b = part_in(m, first->inputs[1]);
  const int c = part_in(m, second->inputs[0]);
  const int d = part_in(m, second->inputs[1]);
  const bool crossed = (c == b && d == a) || (c == a && d == b);
  const int x = a < 0 ? -1 : whole_of(m, a);
  if (a == b || !crossed || whole_of(m, b) != x || !is_rope(m, x)) return false;
  // Neighbours side by side are one axis again behind it.
  Node* last = &anchor;
  const Dims whole = *m.shape(x);
  if (m.shape(anchor.outputs[0]) == nullptr) return false;
  if (!(*m.shape(anchor.outputs[0]) == whole)) last = m.consumer(anchor.outputs[0], "Reshape");
  if (last == nullptr || m.shape(last->outputs[0]) == nullptr || !(*m.shape(last->outputs[0]) == whole)) return false;
  m.replace(*last, "rope", {x}, last->outputs[0], {{"head_dim", whole.back().as_value()}});
  return true;
}

}  // namespace

bool match_rope(Matcher& m, Node& anchor) {
  if (anchor.inputs.size() != 2) return false;
  if (anchor.type == "Add") return match_sum(m, anchor);
  return anchor.type == "Concat" && match_halves(m, anchor);
}

}  // namespace ridgepoint::onnx
