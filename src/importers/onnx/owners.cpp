// Whose parameters the nodes read: equal vectors that an exporter or ONNX Runtime merged are told apart.

#include <algorithm>

#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {
namespace {

// One axis, whatever it is broadcast over: [c], [c, 1, 1].
bool is_vector(const Dims& dims) {
  return !dims.empty() && std::count_if(dims.begin(), dims.end(), [](const Dim& dim) { return !dim.is(1); }) <= 1;
}

std::string without_last(std::string_view name) { return std::string(name.substr(0, name.rfind('.'))); }

}  // namespace

void Writer::survey() {
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (node.dead) continue;
    for (const int id : node.inputs) {
      if (id < 0 || !graph_.value(id).constant) continue;
      consumers_[root_of(graph_, id)].push_back(static_cast<int>(i));
      read_constants_.insert(id);
    }
  }
  for (auto& [root, nodes] : consumers_) {
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    if (nodes.size() < 2) continue;
    split_merged_vectors(root);
    split_merged_biases(root);
  }
}

// ONNX Runtime merges vectors that are equal, such as biases of zeros: one beside another matrix is another.
void Writer::split_merged_biases(int root) {
  int first = -1;  // the matrix that the bias stays with
  for (const int index : consumers_[root]) {
    const Node& node = graph_.nodes[static_cast<std::size_t>(index)];
    const bool beside_matrix =
        node.type == "Conv" || node.type == "FusedConv" || node.type == "Gemm" || node.type == "ConvTranspose";
    if (!beside_matrix || node.inputs.size() < 3 || node.inputs[1] < 0 || node.inputs[2] < 0) continue;
    if (root_of(graph_, node.inputs[2]) != root || !graph_.value(node.inputs[1]).constant) continue;
    const int matrix = root_of(graph_, node.inputs[1]);
    if (first < 0) first = matrix;
    if (matrix != first) owners_by_module_[{root, index}] = graph_.value(matrix).name;
  }
}

// An exporter merges vectors that are equal (norms whose weights are all 1). The module that a node is from says whose
// vector it reads; a module that runs twice has its own both times.
void Writer::split_merged_vectors(int root) {
  const ValueInfo& value = graph_.value(root);
  if (!value.is_initializer || !value.shape || !is_vector(*value.shape)) return;
  const std::string owner = without_last(value.name);
  const std::vector<int>& nodes = consumers_[root];
  const auto scope = [&](int node) -> const std::string& { return graph_.nodes[static_cast<std::size_t>(node)].scope; };
  if (std::none_of(nodes.begin(), nodes.end(), [&](int node) { return scope(node) == owner; })) return;
  for (const int node : nodes) {
    if (!scope(node).empty() && scope(node) != owner) owners_by_module_[{root, node}] = scope(node);
  }
}

ParameterKey Writer::key(int value, int node) const {
  if (value < 0) throw Unknown{};
  const int root = root_of(graph_, value);
  const auto module = owners_by_module_.find({root, node});
  return {root, module == owners_by_module_.end() ? "" : module->second};
}

}  // namespace ridgepoint::onnx
