#include "importers/onnx/patterns/matcher.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ridgepoint::onnx {
namespace {

// How many inputs patterns look at without asking.
std::size_t needed(std::string_view type) {
  constexpr std::array<std::string_view, 9> kTwo{"Add",    "Sub",    "Mul",    "Div",    "Pow",
                                                 "MatMul", "Expand", "Concat", "Reshape"};
  if (type == "Where") return 3;
  return std::find(kTwo.begin(), kTwo.end(), type) != kTwo.end() ? 2 : 1;
}

}  // namespace

bool is_whole(const Node& node) {
  const std::size_t count = node.op.empty() ? needed(node.type) : 1;
  if (node.inputs.size() < count || node.outputs.empty() || node.outputs[0] < 0) return false;
  return std::all_of(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(count),
                     [](int id) { return id >= 0; });
}

Matcher::Matcher(Graph& graph) : graph_(graph), readers_(graph.values.size()), is_output_(graph.values.size(), 0) {
  for (const int id : graph.outputs) is_output_[static_cast<std::size_t>(id)] = 1;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].dead) continue;
    for (const int id : graph.nodes[i].inputs) {
      if (id < 0) continue;
      std::vector<int>& readers = readers_[static_cast<std::size_t>(id)];
      if (readers.empty() || readers.back() != static_cast<int>(i)) readers.push_back(static_cast<int>(i));
    }
  }
}

Node* Matcher::producer(int value, std::string_view type) const {
  if (value < 0 || graph_.value(value).producer < 0) return nullptr;
  Node& node = graph_.nodes[static_cast<std::size_t>(graph_.value(value).producer)];
  const bool fits = type.empty() || (node.type == type && node.op.empty());
  return !node.dead && fits && is_whole(node) ? &node : nullptr;
}

Node* Matcher::consumer(int value, std::string_view type) const {
  if (value < 0 || is_output_[static_cast<std::size_t>(value)] != 0) return nullptr;
  Node* found = nullptr;
  for (const int index : readers_[static_cast<std::size_t>(value)]) {
    Node& node = graph_.nodes[static_cast<std::size_t>(index)];
    const bool reads = std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end();
    if (node.dead || !reads || found == &node) continue;
    if (found != nullptr) return nullptr;
    found = &node;
  }
  return found != nullptr && is_whole(*found) && (type.empty() || (found->type == type && found->op.empty())) ? found
                                                                                                              : nullptr;
}

std::optional<double> Matcher::number(int value) const {
  if (value < 0) return std::nullopt;
  const ValueInfo& info = graph_.value(value);
  if (!info.data || info.data->size() != 1) return std::nullopt;
  return info.data->front().real;
}

bool Matcher::is_number(int value, double expected) const {
  const std::optional<double> found = number(value);
  return found && std::abs(*found - expected) <= 1e-3 * std::abs(expected);
}

int Matcher::other(const Node& node, int input) {
  if (node.inputs.size() != 2) return -1;
  return node.inputs[0] == input ? node.inputs[1] : node.inputs[0];
}

const Dims* Matcher::shape(int value) const {
  return value >= 0 && graph_.value(value).shape ? &*graph_.value(value).shape : nullptr;
}

void Matcher::replace(Node& node, std::string op, std::vector<int> inputs, int output, Attributes attributes) {
  const int index = graph_.value(output).producer;
  for (const int id : inputs) {
    if (id >= 0) readers_[static_cast<std::size_t>(id)].push_back(index);
  }
  const std::vector<int> before = node.inputs;
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = {output};
  node.attributes = std::move(attributes);
  graph_.value(output).producer = index;
  for (const int id : before) bury(id);
}

// Whoever gives what nobody reads any more goes too, and so on; a pattern is small.
void Matcher::bury(int value) {
  std::vector<int> open{value};
  while (!open.empty()) {
    const int id = open.back();
    open.pop_back();
    if (id < 0 || graph_.value(id).producer < 0) continue;
    Node* const node = &graph_.nodes[static_cast<std::size_t>(graph_.value(id).producer)];
    if (node->dead) continue;
    const bool wanted = std::any_of(node->outputs.begin(), node->outputs.end(), [&](int output) {
      return output >= 0 && (is_output_[static_cast<std::size_t>(output)] != 0 || is_read(output));
    });
    if (wanted) continue;
    node->dead = true;
    open.insert(open.end(), node->inputs.begin(), node->inputs.end());
  }
}

bool Matcher::is_read(int value) const {
  const std::vector<int>& readers = readers_[static_cast<std::size_t>(value)];
  return std::any_of(readers.begin(), readers.end(), [&](int index) {
    const Node& node = graph_.nodes[static_cast<std::size_t>(index)];
    return !node.dead && std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end();
  });
}

}  // namespace ridgepoint::onnx
