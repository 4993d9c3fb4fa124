#pragma once
// How patterns look at the flat graph: who gives a value, who alone reads it, what number it is.

#include <optional>
#include <string_view>
#include <vector>

#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// Whether a node has what patterns look at without asking: its inputs and its first output.
bool is_whole(const Node& node);

class Matcher {
 public:
  explicit Matcher(Graph& graph);

  [[nodiscard]] Graph& graph() const { return graph_; }
  /// The living node that gives a value, where it is of this type ("" is any), or null.
  [[nodiscard]] Node* producer(int value, std::string_view type = "") const;
  /// The one living node that reads a value which is no output of the graph, where it is of this type, or null.
  [[nodiscard]] Node* consumer(int value, std::string_view type = "") const;
  [[nodiscard]] const std::vector<int>& consumers(int value) const { return readers_[static_cast<std::size_t>(value)]; }
  [[nodiscard]] std::optional<double> number(int value) const;
  [[nodiscard]] bool is_number(int value, double expected) const;
  [[nodiscard]] bool is_constant(int value) const { return value >= 0 && graph_.value(value).constant; }
  /// The other input of a node of two, or -1.
  [[nodiscard]] static int other(const Node& node, int input);
  [[nodiscard]] const Dims* shape(int value) const;

  /// Makes `node`, which gives `output`, one that a pattern lowers: `op` of `inputs`. What only it read goes.
  void replace(Node& node, std::string op, std::vector<int> inputs, int output, Attributes attributes);

 private:
  void bury(int value);
  [[nodiscard]] bool is_read(int value) const;

  Graph& graph_;
  std::vector<std::vector<int>> readers_;  ///< of a value: living nodes, once each
  std::vector<char> is_output_;
};

/// The patterns, each in a file: tries to match at `anchor`.
bool match_gelu(Matcher& m, Node& anchor);
bool match_gated_activation(Matcher& m, Node& anchor);
bool match_norm(Matcher& m, Node& anchor);
bool match_group_norm(Matcher& m, Node& anchor);
bool match_channel_affine(Matcher& m, Node& anchor);
bool match_linear(Matcher& m, Node& anchor);
bool match_rope(Matcher& m, Node& anchor);
bool match_attention(Matcher& m, Node& anchor);

}  // namespace ridgepoint::onnx
