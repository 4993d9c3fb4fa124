#pragma once
// From nodes of the flat graph to layers of a description.

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "importers/onnx/context.hpp"
#include "importers/onnx/places.hpp"
#include "network/description.hpp"

namespace ridgepoint::onnx {

/// Whose parameters a tensor holds: an initializer, and the module where equal ones were merged.
using ParameterKey = std::pair<int, std::string>;

/// Writes layers into a description: names them, materializes constants where they are read, and counts every parameter
/// once.
class Writer {
 public:
  Writer(Graph& graph, Description& description, Places places);

  /// The layer's name; `inputs` are tensors by their names.
  std::string add(const std::string& wanted, std::string op, std::vector<std::string> inputs, Attributes attributes);
  /// The same with parameters: a layer with exactly these is tied to an earlier one that has them.
  std::string add_owner(const std::string& wanted, std::string op, std::vector<std::string> inputs,
                        Attributes attributes, std::vector<ParameterKey> keys);
  /// The tensor that stands for a value as `node` reads it (-1: any): a layer's output, an input, or a constant that is
  /// written down now.
  std::string tensor(int value, int node = -1);
  void bind(int value, std::string tensor) { tensors_[value] = std::move(tensor); }
  [[nodiscard]] bool is_bound(int value) const { return tensors_.contains(value); }
  /// The same as indices, with a cast where the layer before gave reals.
  std::string indices(int value);
  /// Says that a tensor holds indices: an input, or the output of a cast.
  void holds_indices(const std::string& tensor) { index_tensors_.insert(tensor); }

  /// Whose parameters the constant `value` is, as node `node` reads it.
  [[nodiscard]] ParameterKey key(int value, int node) const;
  [[nodiscard]] bool is_owned(const ParameterKey& key) const { return owned_.contains(key); }
  /// Whether all nodes that read one of these constants, as `node` does, read the other too.
  [[nodiscard]] bool always_together(int a, int b, int node) const;
  /// Whether a constant is a parameter by its format and its name, where its place does not say so.
  [[nodiscard]] bool is_learned(int value) const;
  /// Whether a constant is said to be no parameter, by its name or its place.
  [[nodiscard]] bool is_computed(int value) const;
  /// Whether a constant is one parameter, not put together from several or from a part that is none.
  [[nodiscard]] bool is_whole(int value) const;
  /// Finds who reads what; before the first layer, after the patterns.
  void survey();

  /// Counts the parameters that constants are made of and no layer has: at the end.
  void write_rest();

  /// The formats of the description: of most weights, and of products in quantized graphs.
  void set_precision();
  /// Says that an initializer of bytes holds weights of a few bits each.
  void packs(int root, DType format) { packed_[root] = format; }

  void unmodelled(const Node& node);
  [[nodiscard]] Graph& graph() const { return graph_; }
  [[nodiscard]] Description& description() const { return description_; }
  [[nodiscard]] const std::vector<int>& consumers(int value) const;

 private:
  std::string unique(const std::string& wanted);
  std::string constant(int value, int node);

  [[nodiscard]] int matrix_beside(const Node& node, int root) const;
  [[nodiscard]] bool has_shared_matrix() const;
  void split_uniform(int root);
  void split_merged_vectors(int root);
  void split_merged_biases(int root);
  [[nodiscard]] bool is_copy(int root, int main) const;
  const WeightsItem& storage_of(int root);
  void store(const ParameterKey& weight);
  [[nodiscard]] bool has_narrow_activations() const;
  void write_table(int root);

  Graph& graph_;
  Description& description_;
  Places places_;
  std::unordered_map<int, std::string> tensors_;
  std::unordered_set<std::string> index_tensors_;
  std::unordered_set<std::string> names_;
  std::map<std::string, int> numbers_;
  std::set<int> read_constants_;
  std::map<int, DType> packed_;
  std::map<int, WeightsItem> storage_;  ///< of an initializer
  /// How layers with products store their matrix, by the layer's name, and how many weights there are.
  std::map<std::string, std::pair<WeightsItem, std::int64_t>> stored_;
  std::map<std::vector<ParameterKey>, std::string> owners_;
  std::set<ParameterKey> owned_;
  std::unordered_map<int, std::vector<int>> consumers_;                   ///< of a root: nodes
  std::map<std::pair<int, int>, std::string> owners_by_module_;           ///< root and node
  std::map<std::pair<int, std::string>, std::string> tensors_by_module_;  ///< of constants that were told apart
};

/// A node that is being lowered.
class Lowering : public NodeContext {
 public:
  Lowering(Writer& writer, Node& node, int index) : NodeContext(writer.graph(), node), writer_(writer), index_(index) {}

  [[nodiscard]] Writer& writer() const { return writer_; }
  [[nodiscard]] std::string ref(std::size_t i) const { return writer_.tensor(input(i), index_); }
  [[nodiscard]] const Dims& out_shape(std::size_t i = 0) const;
  [[nodiscard]] const ValueInfo& out(std::size_t i = 0) const { return graph().value(node().outputs[i]); }
  [[nodiscard]] ParameterKey key(std::size_t i) const { return writer_.key(input(i), index_); }
  [[nodiscard]] int index() const { return index_; }

  /// One layer that gives the first output.
  void emit(std::string op, std::vector<std::string> inputs, Attributes attributes = {}) const;
  void emit_owner(std::string op, std::vector<std::string> inputs, Attributes attributes,
                  std::vector<ParameterKey> keys) const;
  /// A layer on the way to an output.
  [[nodiscard]] std::string step(const std::string& suffix, std::string op, std::vector<std::string> inputs,
                                 Attributes attributes = {}) const;
  void bind(std::size_t output, std::string tensor) const;
  void unmodelled() const { writer_.unmodelled(node()); }
  /// The tensor of the first output, which is written already.
  [[nodiscard]] std::string ref_out() const { return writer_.tensor(node().outputs[0]); }
  /// `tensor` under other extents.
  [[nodiscard]] std::string reshaped(const std::string& suffix, const std::string& tensor, const Dims& dims) const;

 private:
  /// Input `i`. Throws InputError when the node does not have it.
  [[nodiscard]] int input(std::size_t i) const {
    (void)in(i);
    return node().inputs[i];
  }

  Writer& writer_;
  int index_;
};

/// The name of a node's layers: its own, or that of what it gives.
std::string layer_name(const Graph& graph, const Node& node);

/// Extents as an attribute of a description.
Value as_value(const Dims& dims);

}  // namespace ridgepoint::onnx
