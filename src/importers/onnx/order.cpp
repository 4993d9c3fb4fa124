#include <fmt/format.h>

#include <queue>

#include "core/text.hpp"
#include "importers/onnx/build.hpp"

namespace ridgepoint::onnx {
namespace {

std::string name_of(const NodeView& node) {
  return fmt::format("{} {}", printable(node.type), in_quotes(printable(node.name)));
}

std::vector<const NodeView*> as_written(const std::vector<NodeView>& nodes) {
  std::vector<const NodeView*> list;
  for (const NodeView& node : nodes) list.push_back(&node);
  return list;
}

using Producers = std::unordered_map<std::string_view, std::size_t>;

// The names that nodes of graphs within a node take from outside.
void outer_names(const GraphView& graph, std::vector<std::string_view>& names, int depth) {
  for (const NodeView& node : graph.nodes) {
    names.insert(names.end(), node.inputs.begin(), node.inputs.end());
    for (const AttributeView& attribute : node.attributes) {
      if (attribute.graph != nullptr && depth < 16) outer_names(*attribute.graph, names, depth + 1);
    }
  }
  for (const ValueView& output : graph.outputs) names.push_back(output.name);
}

std::vector<std::string_view> captured(const NodeView& node) {
  std::vector<std::string_view> names;
  for (const AttributeView& attribute : node.attributes) {
    if (attribute.graph != nullptr) outer_names(*attribute.graph, names, 0);
  }
  return names;
}

// Whether each node stands behind those that it needs; an input that nothing gives is an error.
bool is_sorted(const std::vector<NodeView>& nodes, const Producers& producers,
               const std::function<bool(std::string_view)>& known) {
  bool sorted = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string_view input : nodes[i].inputs) {
      const auto producer = producers.find(input);
      if (producer != producers.end()) {
        sorted = sorted && producer->second < i;
      } else if (!input.empty() && !known(input)) {
        throw InputError(
            {fmt::format("{} takes {}, which nothing gives", name_of(nodes[i]), in_quotes(printable(input))),
             "an input, an initializer or the output of a node"});
      }
    }
    for (const std::string_view input : captured(nodes[i])) {
      const auto producer = producers.find(input);
      sorted = sorted && (producer == producers.end() || producer->second < i);
    }
  }
  return sorted;
}

}  // namespace

std::vector<const NodeView*> in_order(const std::vector<NodeView>& nodes,
                                      const std::function<bool(std::string_view)>& known) {
  Producers producers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string_view output : nodes[i].outputs) {
      if (!output.empty()) producers.emplace(output, i);
    }
  }
  if (is_sorted(nodes, producers, known)) return as_written(nodes);

  std::vector<std::vector<std::size_t>> next(nodes.size());
  std::vector<std::size_t> missing(nodes.size(), 0);
  const auto need = [&](std::size_t node, std::string_view name) {
    const auto producer = producers.find(name);
    if (producer == producers.end()) return;
    next[producer->second].push_back(node);
    ++missing[node];
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string_view input : nodes[i].inputs) need(i, input);
    for (const std::string_view input : captured(nodes[i])) need(i, input);
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<const NodeView*> order;
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    order.push_back(&nodes[node]);
    for (const std::size_t other : next[node]) {
      if (--missing[other] == 0) ready.push(other);
    }
  }
  if (order.size() == nodes.size()) return order;
  std::size_t stuck = 0;
  while (missing[stuck] == 0) ++stuck;
  throw InputError({fmt::format("{} waits for its own output", name_of(nodes[stuck])), "a graph without cycles"});
}

}  // namespace ridgepoint::onnx
