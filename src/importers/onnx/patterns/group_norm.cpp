// Group norm as PyTorch exports it: an instance norm of groups seen as channels, scale and shift per channel.

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

bool fits_channels(const Matcher& m, int vector, const Dims& x) {
  const Dims* const w = m.shape(vector);
  return m.is_constant(vector) && w != nullptr && product(*w) == x[1];
}

}  // namespace

bool match_group_norm(Matcher& m, Node& anchor) {
  if (anchor.type != "InstanceNormalization") return false;
  const Node* const before = m.producer(anchor.inputs[0], "Reshape");
  Node* last = m.consumer(anchor.outputs[0], "Reshape");
  if (before == nullptr || last == nullptr) return false;
  const Dims* const x = m.shape(before->inputs[0]);
  const Dims* const grouped = m.shape(before->outputs[0]);
  const Dims* const y = m.shape(last->outputs[0]);
  if (x == nullptr || grouped == nullptr || y == nullptr || x->size() < 2 || grouped->size() < 2) return false;
  if (!(*x == *y) || !(*grouped)[1].is_number() || !(*x)[1].is_number()) return false;
  if ((*grouped)[1].value() < 1 || (*x)[1].value() % (*grouped)[1].value() != 0) return false;
  int weight = -1;
  int bias = -1;
  Node* const scaled = m.consumer(last->outputs[0], "Mul");
  if (scaled != nullptr && fits_channels(m, Matcher::other(*scaled, last->outputs[0]), *x)) {
    Node* const shifted = m.consumer(scaled->outputs[0], "Add");
    if (shifted != nullptr && fits_channels(m, Matcher::other(*shifted, scaled->outputs[0]), *x)) {
      weight = Matcher::other(*scaled, last->outputs[0]);
      bias = Matcher::other(*shifted, scaled->outputs[0]);
      last = shifted;
    }
  }
  m.replace(*last, "group_norm", {before->inputs[0], weight, bias}, last->outputs[0],
            {{"groups", (*grouped)[1].as_value()}});
  return true;
}

}  // namespace ridgepoint::onnx
