// x cos + rotate_half(x) sin, with rotate_half(x) = concat(-x[d/2:], x[:d/2]).

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// The tensor that a value is a part of, or -1.
int whole_of(const Matcher& m, int part) {
  const Node* const node = m.producer(part);
  if (node == nullptr || (node->type != "Slice" && node->type != "Split" && node->type != "Gather")) return -1;
  return node->inputs[0];
}

// x of rotate_half(x), or -1.
int rotated(const Matcher& m, int value) {
  const Node* const join = m.producer(value, "Concat");
  if (join == nullptr || join->inputs.size() != 2) return -1;
  const Node* const negative = m.producer(join->inputs[0], "Neg");
  if (negative == nullptr) return -1;
  const int x = whole_of(m, negative->inputs[0]);
  return x >= 0 && whole_of(m, join->inputs[1]) == x ? x : -1;
}

}  // namespace

bool match_rope(Matcher& m, Node& anchor) {
  if (anchor.type != "Add" || anchor.inputs.size() != 2) return false;
  for (const int side : {anchor.inputs[0], anchor.inputs[1]}) {
    const Node* const turned = m.producer(side, "Mul");
    const Node* const kept = m.producer(Matcher::other(anchor, side), "Mul");
    if (turned == nullptr || kept == nullptr) continue;
    for (const int input : turned->inputs) {
      const int x = rotated(m, input);
      const Dims* const dims = m.shape(x);
      if (x < 0 || dims == nullptr || dims->size() < 3 || (kept->inputs[0] != x && kept->inputs[1] != x)) continue;
      m.replace(anchor, "rope", {x}, anchor.outputs[0], {{"head_dim", dims->back().as_value()}});
      return true;
    }
  }
  return false;
}

}  // namespace ridgepoint::onnx
