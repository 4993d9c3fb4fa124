#include <unordered_map>

#include "importers/onnx/patterns/patterns.hpp"

namespace ridgepoint::onnx {
namespace {

bool changes_nothing(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || node.inputs[0] < 0 || node.outputs.empty() || node.outputs[0] < 0) return false;
  if (node.type == "Identity" || node.type == "Dropout") return true;
  const ValueInfo& from = graph.value(node.inputs[0]);
  const ValueInfo& to = graph.value(node.outputs[0]);
  if (node.type == "Cast" || node.type == "CastLike") {
    return (is_real(from.elem) && is_real(to.elem)) || from.elem == to.elem;
  }
  return false;
}

// What was quantized only to be dequantized at once, or -1: the kernels read the narrow values.
int before_quantization(const Graph& graph, const Node& node) {
  if (node.type != "DequantizeLinear" || node.inputs.empty() || node.inputs[0] < 0 || node.outputs.empty() ||
      node.outputs[0] < 0)
    return -1;
  const int producer = graph.value(node.inputs[0]).producer;
  if (producer < 0) return -1;
  const Node& quantize = graph.nodes[static_cast<std::size_t>(producer)];
  return quantize.type == "QuantizeLinear" && !quantize.inputs.empty() && !graph.value(node.inputs[0]).constant
             ? quantize.inputs[0]
             : -1;
}

}  // namespace

void simplify(Graph& graph) {
  std::unordered_map<int, int> instead;
  const auto follow = [&](int id) {
    const auto found = instead.find(id);
    return found == instead.end() ? id : found->second;
  };
  for (Node& node : graph.nodes) {
    if (node.dead) continue;
    for (int& id : node.inputs) id = follow(id);
    if (const int original = before_quantization(graph, node); original >= 0) {
      instead[node.outputs[0]] = original;
      graph.quantized = node.dead = true;
      continue;
    }
    if (!changes_nothing(graph, node)) continue;
    instead[node.outputs[0]] = node.inputs[0];
    node.dead = true;
  }
  for (int& id : graph.outputs) id = follow(id);
}

}  // namespace ridgepoint::onnx
