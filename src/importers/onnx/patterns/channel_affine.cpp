// A batch norm whose statistics are constants, behind a convolution: scale and shift per channel.

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {
namespace {

// [c, 1, 1] or [1, c, 1, 1] beside [n, c, h, w].
bool is_per_channel(const Matcher& m, int vector, const Dims& x) {
  const Dims* const w = m.shape(vector);
  if (!m.is_constant(vector) || w == nullptr || w->size() + 1 < x.size() || w->size() > x.size()) return false;
  return (*w)[w->size() + 1 - x.size()] == x[1] && product(*w) == x[1];
}

}  // namespace

bool match_channel_affine(Matcher& m, Node& anchor) {
  if (anchor.type != "Conv") return false;
  const Dims* const x = m.shape(anchor.outputs[0]);
  if (x == nullptr || x->size() < 3) return false;
  Node* const scaled = m.consumer(anchor.outputs[0], "Mul");
  if (scaled == nullptr) return false;
  const int weight = Matcher::other(*scaled, anchor.outputs[0]);
  Node* const shifted = m.consumer(scaled->outputs[0], "Add");
  if (shifted == nullptr || !is_per_channel(m, weight, *x)) return false;
  const int bias = Matcher::other(*shifted, scaled->outputs[0]);
  if (!is_per_channel(m, bias, *x)) return false;
  m.replace(*shifted, "batch_norm", {anchor.outputs[0], weight, bias}, shifted->outputs[0], {});
  return true;
}

}  // namespace ridgepoint::onnx
