// A product with a constant matrix and the sum with a vector behind it: one layer.

#include "importers/onnx/names.hpp"
#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {

bool match_linear(Matcher& m, Node& anchor) {
  if (anchor.type != "MatMul" || anchor.inputs.size() != 2 || !m.is_constant(anchor.inputs[1])) return false;
  if (m.is_constant(anchor.inputs[0])) return false;
  const Dims* const w = m.shape(anchor.inputs[1]);
  if (w == nullptr || w->size() != 2) return false;
  Node* const sum = m.consumer(anchor.outputs[0], "Add");
  if (sum == nullptr) return false;
  const int bias = Matcher::other(*sum, anchor.outputs[0]);
  const Dims* const b = m.shape(bias);
  if (!m.is_constant(bias) || b == nullptr || names_buffer(m.graph().value(root_of(m.graph(), bias)).name))
    return false;
  if (!(product(*b) == w->back()) || b->empty() || !(b->back() == w->back())) return false;
  const std::string name = anchor.name;
  m.replace(*sum, "linear", {anchor.inputs[0], anchor.inputs[1], bias}, sum->outputs[0], {});
  sum->name = name;
  return true;
}

}  // namespace ridgepoint::onnx
