// Whose parameters the nodes read: equal vectors that an exporter or ONNX Runtime merged are told apart.

#include <algorithm>

#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::size_t kManyReaders = 4096;

// One axis, whatever it is broadcast over: [c], [c, 1, 1].
bool is_vector(const Dims& dims) {
  return !dims.empty() && std::count_if(dims.begin(), dims.end(), [](const Dim& dim) { return !dim.is(1); }) <= 1;
}

std::string without_last(std::string_view name) { return std::string(name.substr(0, name.rfind('.'))); }

// "/model/blocks/blocks.0/norm1/LayerNormalization" is of the module "model.blocks.0.norm1".
std::string module_of(const Node& node) {
  if (!node.scope.empty() || !node.name.starts_with('/')) return node.scope;
  std::string module;
  std::string_view before;
  for (std::size_t from = 1;;) {
    const std::size_t to = node.name.find('/', from);
    if (to == std::string::npos) return module;
    const std::string_view part = std::string_view(node.name).substr(from, to - from);
    const bool item = !before.empty() && part.size() > before.size() && part.starts_with(before) &&
                      part[before.size()] == '.';  // of a list that is named before it
    if (item) module.resize(module.size() - before.size());
    if (!item && !module.empty()) module += '.';
    module += part;
    before = part;
    from = to + 1;
  }
}

// Without the numbers that an exporter gives to later runs: "model.norm_1" may be the second of "model.norm".
std::string without_runs(const std::string& module) {
  std::string result;
  for (std::size_t from = 0; from <= module.size();) {
    const std::size_t to = std::min(module.find('.', from), module.size());
    std::string part = module.substr(from, to - from);
    const std::size_t end = part.find_last_not_of("0123456789");
    if (end != std::string::npos && end > 0 && end + 1 < part.size() && part[end] == '_') part.resize(end);
    result += (from == 0 ? "" : ".") + part;
    from = to + 1;
  }
  return result;
}

// Zeros of both signs are alike.
bool is_alike(std::string_view a, std::string_view b) {
  const auto is_zero = [](std::string_view x) {
    return std::all_of(x.begin(), x.end() - 1, [](char c) { return c == 0; }) && (x.back() & 0x7f) == 0;
  };
  return a == b || (is_zero(a) && is_zero(b));
}

// All values alike, such as the weights of new norms: nothing that was trained is so.
bool is_uniform(const ValueInfo& value) {
  constexpr std::size_t kMost = 1 << 16;
  if (!value.is_initializer || value.tensor == nullptr || !value.shape) return false;
  const std::string_view raw = value.tensor->raw;
  const auto count = static_cast<std::size_t>(product(*value.shape).value());
  if (count < 2 || raw.size() < count || raw.size() % count != 0) return false;
  const std::size_t width = raw.size() / count;
  for (std::size_t i = 1; i < std::min(count, kMost); ++i) {
    if (!is_alike(raw.substr(i * width, width), raw.substr(0, width))) return false;
  }
  return true;
}

// Where a node has its bias and the matrix beside it.
struct BiasPlace {
  std::string_view type;
  std::size_t matrix, bias;
};
constexpr BiasPlace kBiases[]{{"Conv", 1, 2},          {"FusedConv", 1, 2},   {"NhwcFusedConv", 1, 2}, {"Gemm", 1, 2},
                              {"ConvTranspose", 1, 2}, {"QLinearConv", 3, 8}, {"QGemm", 3, 6}};

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
  for (auto& [root, nodes] : consumers_) nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  std::vector<int> shared;
  for (const auto& [root, nodes] : consumers_) {
    if (nodes.size() >= 2 && nodes.size() <= kManyReaders) shared.push_back(root);
  }
  if (!has_shared_matrix()) {
    for (const int root : shared) split_uniform(root);
  }
  for (const int root : shared) {
    split_merged_vectors(root);
    split_merged_biases(root);
  }
}

// The matrix that a node multiplies by before it adds the constant `root`, or -1.
int Writer::matrix_beside(const Node& node, int root) const {
  const auto is_root = [&](std::size_t i) {
    return i < node.inputs.size() && node.inputs[i] >= 0 && root_of(graph_, node.inputs[i]) == root;
  };
  const auto constant = [&](const Node& of, std::size_t i) {
    const bool given = i < of.inputs.size() && of.inputs[i] >= 0 && graph_.value(of.inputs[i]).constant;
    return given ? root_of(graph_, of.inputs[i]) : -1;
  };
  if (node.op == "linear") return is_root(2) ? constant(node, 1) : -1;
  if (!node.op.empty()) return -1;
  for (const BiasPlace& place : kBiases) {
    if (node.type == place.type && is_root(place.bias)) return constant(node, place.matrix);
  }
  if (node.type != "Add" || node.inputs.size() != 2) return -1;
  const int other = node.inputs[is_root(0) ? 1 : 0];
  const int producer = other < 0 ? -1 : graph_.value(other).producer;
  if (producer < 0 || graph_.nodes[static_cast<std::size_t>(producer)].type != "MatMul") return -1;
  return constant(graph_.nodes[static_cast<std::size_t>(producer)], 1);
}

// Whether the graph runs a module twice: some matrix has two readers that multiply by it.
bool Writer::has_shared_matrix() const {
  return std::any_of(consumers_.begin(), consumers_.end(), [&](const auto& entry) {
    const ValueInfo& value = graph_.value(entry.first);
    if (entry.second.size() < 2 || value.rank() < 2 || is_vector(*value.shape) || is_uniform(value)) return false;
    return std::count_if(entry.second.begin(), entry.second.end(), [&](int index) {
             const Node& node = graph_.nodes[static_cast<std::size_t>(index)];
             return node.op == "linear" || node.type == "MatMul" || node.type == "Gemm" || node.type == "Conv";
           }) > 1;
  });
}

// In a graph that runs no module twice each reader has its own, where the module is not said.
void Writer::split_uniform(int root) {
  if (!is_uniform(graph_.value(root))) return;
  const bool vector = is_vector(*graph_.value(root).shape);
  for (const int index : consumers_[root]) {
    const Node& node = graph_.nodes[static_cast<std::size_t>(index)];
    const bool multiplies = node.inputs.size() > 1 && node.inputs[1] >= 0 && root_of(graph_, node.inputs[1]) == root;
    if (vector ? module_of(node).empty() : multiplies && node.type == "Conv")
      owners_by_module_[{root, index}] = "#" + std::to_string(index);
  }
}

// A bias beside another matrix is another.
void Writer::split_merged_biases(int root) {
  std::vector<std::pair<int, int>> found;  // nodes and their matrices
  for (const int index : consumers_[root]) {
    const int matrix = matrix_beside(graph_.nodes[static_cast<std::size_t>(index)], root);
    if (matrix >= 0) found.emplace_back(index, matrix);
  }
  for (const auto& [index, matrix] : found)
    owners_by_module_[{root, index}] = "*" + graph_.value(matrix).name + key(matrix, index).second;
}

// The module that a node is from says whose vector it reads; a module that runs twice has its own both times.
void Writer::split_merged_vectors(int root) {
  const ValueInfo& value = graph_.value(root);
  if (!value.is_initializer || !value.shape || !is_vector(*value.shape)) return;
  const std::string owner = without_last(value.name);
  std::map<int, std::string> modules;
  std::set<std::string> names;
  for (const int node : consumers_[root]) {
    modules[node] = module_of(graph_.nodes[static_cast<std::size_t>(node)]);
    names.insert(modules[node]);
  }
  if (!names.contains(owner)) return;
  for (auto& [node, module] : modules) {
    if (names.contains(without_runs(module))) module = without_runs(module);
    if (module != owner) owners_by_module_[{root, node}] = module.empty() ? "#" + std::to_string(node) : module;
  }
}

ParameterKey Writer::key(int value, int node) const {
  if (value < 0) throw Unknown{};
  const int root = root_of(graph_, value);
  const auto module = owners_by_module_.find({root, node});
  return {root, module == owners_by_module_.end() ? "" : module->second};
}

}  // namespace ridgepoint::onnx
