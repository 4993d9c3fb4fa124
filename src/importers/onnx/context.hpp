#pragma once
// What a rule of an operator sees of its node: inputs and attributes, checked.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// A node with its graph. Attributes of another kind than asked for are an InputError that names the node.
class NodeContext {
 public:
  NodeContext(Graph& graph, Node& node) : graph_(graph), node_(node) {}

  [[nodiscard]] Graph& graph() const { return graph_; }
  [[nodiscard]] Node& node() const { return node_; }
  [[nodiscard]] std::size_t input_count() const { return node_.inputs.size(); }
  [[nodiscard]] bool has(std::size_t i) const { return i < node_.inputs.size() && node_.inputs[i] >= 0; }
  /// Input `i`. Throws InputError when the node does not have it.
  [[nodiscard]] const ValueInfo& in(std::size_t i) const;
  /// The extents of input `i`; throws Unknown when they are not known.
  [[nodiscard]] const Dims& shape(std::size_t i) const;
  /// The known numbers of input `i`, or nothing.
  [[nodiscard]] const std::vector<Scalar>* numbers(std::size_t i) const;
  /// The same as sizes; throws Unknown when they are not known.
  [[nodiscard]] Dims sizes(std::size_t i) const;
  /// The same of input `i`, or of the attribute that older versions have in its place; nothing when there are neither.
  [[nodiscard]] std::optional<Dims> sizes(std::size_t i, std::string_view attribute) const;

  [[nodiscard]] bool has_attribute(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] double real(std::string_view name, double otherwise) const;
  [[nodiscard]] std::string_view text(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::string_view name) const;
  [[nodiscard]] const TensorView* tensor(std::string_view name) const;
  [[nodiscard]] const GraphView* subgraph(std::string_view name) const;
  /// An axis in [0, rank), from an attribute that may count from the end.
  [[nodiscard]] std::int64_t axis(std::int64_t given, std::int64_t rank) const;
  /// Axes from input `i` or the attribute `axes`, resolved; nothing when there are neither.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> axes(std::size_t i, std::int64_t rank) const;

  /// The order of a transpose of this rank: `perm`, counted from the front, or the reverse. Throws InputError where it
  /// is no permutation.
  [[nodiscard]] std::vector<std::int64_t> permutation(std::size_t rank) const;

  [[noreturn]] void fail(const std::string& what, const std::string& expected) const;

 private:
  [[nodiscard]] const AttributeView* find(std::string_view name) const;
  [[nodiscard]] const AttributeView* find(std::string_view name, AttributeKind kind) const;

  Graph& graph_;
  Node& node_;
};

/// Thrown where a rule needs what is not known: the node's outputs stay unknown.
struct Unknown {};

/// A node whose outputs are being inferred.
class Inference : public NodeContext {
 public:
  using NodeContext::NodeContext;
  [[nodiscard]] std::size_t output_count() const { return node().outputs.size(); }
  /// Sets output `i`; outputs that the node does not have are left out.
  void set(std::size_t i, Elem elem, Dims dims);
  void set_data(std::size_t i, std::vector<Scalar> data);
  /// A size that only the run finds, at most `most`.
  [[nodiscard]] Dim found(const Dim& most) const;
};

/// Where an element of a small output comes from: the place in the input of an output's indices.
using Source = std::function<std::size_t(const std::vector<std::size_t>& at)>;

/// Gives output 0 the known numbers of `from` in another order, where it is small.
void rearrange(Inference& n, const std::vector<Scalar>& from, const Source& source);

/// The place of indices in a tensor of these extents.
std::size_t place(const Dims& dims, const std::vector<std::size_t>& at);

/// The extents that two shapes broadcast to. Throws InputError of the node when they do not fit.
Dims broadcast(const NodeContext& context, const Dims& a, const Dims& b);

}  // namespace ridgepoint::onnx
