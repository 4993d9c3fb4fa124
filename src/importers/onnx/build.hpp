#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// Gives a declared dimension its size; `input` and `axis` say whose it is.
using DimReader = std::function<Dim(const DimView&, std::string_view input, std::size_t axis)>;

/// Makes the flat graph of a model: expands functions, branches and loops, and infers every value on the way.
class Builder {
 public:
  Builder(const ModelView& model, DimReader dims);

  /// Throws InputError on what no model may have: a cycle, two values of one name, a function within itself.
  void run();
  Graph& graph() { return graph_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Names = std::unordered_map<std::string_view, int>;
  /// The names that nodes see: of this graph, and of those around it.
  struct Scope {
    Names names;
    const Scope* outer = nullptr;
    const std::unordered_map<std::string_view, const ValueView*>* declared = nullptr;
  };

  /// How often a loop runs at most; whether the file says so, and by a number.
  struct Trips {
    std::int64_t most = 1;
    bool known = false;
    bool counted = false;
  };

  int add_value(std::string_view name);
  void define(Scope& scope, std::string_view name, int id);
  [[nodiscard]] static int find(const Scope& scope, std::string_view name);
  void add_initializers(const GraphView& graph, Scope& scope);
  void add_inputs();
  void run_nodes(const std::vector<NodeView>& nodes, Scope& scope);
  void run_node(const NodeView& view, Scope& scope);
  void infer(const NodeView& view, Scope& scope);
  void finish_outputs(const Node& node, const Scope& scope);
  int synthetic(std::string_view type, std::vector<int> inputs, std::vector<AttributeView> attributes,
                const NodeView& of);
  void infer_node(Node& node, const Scope& scope);

  bool call(const NodeView& view, Scope& scope);
  void run_function(const FunctionView& function, const NodeView& view, Scope& scope);
  const NodeView& resolved(const NodeView& view, const NodeView* call, const FunctionView* function);
  void run_if(const NodeView& view, Scope& scope);
  [[nodiscard]] Trips trips_of(int count, int condition) const;
  void run_loop(const NodeView& view, Scope& scope);
  void run_scan(const NodeView& view, Scope& scope);
  std::vector<int> run_body(const GraphView& body, const std::vector<int>& inputs, const Scope& outer);
  void bind_outputs(const NodeView& view, const std::vector<int>& ids, Scope& scope);
  void bind_results(const NodeView& view, std::vector<int> carried, const std::vector<std::vector<int>>& collected,
                    Scope& scope);
  int slice(int value, std::int64_t at, const NodeView& of);
  int stack(const std::vector<int>& parts, const NodeView& of);
  int number(std::int64_t value, Elem elem);
  void unmodelled(const NodeView& view, Scope& scope);
  void spend(std::size_t nodes);
  /// A node with many inputs counts as several.
  static std::size_t cost_of(const NodeView& node);

  const ModelView& model_;
  std::map<std::pair<std::string_view, std::string_view>, const FunctionView*> functions_;  ///< by domain and name
  DimReader dims_;
  Graph graph_;
  std::vector<std::string> warnings_;
  std::vector<const FunctionView*> open_;
  std::vector<std::pair<const NodeView*, const FunctionView*>> calls_;
  std::deque<NodeView> made_;  ///< nodes that no file holds
  std::size_t spent_ = 0;
  int depth_ = 0;
};

/// The nodes in an order in which they can run. Throws InputError when there is none, or an input that nothing gives;
/// `known` says whether a name is there before.
std::vector<const NodeView*> in_order(const std::vector<NodeView>& nodes,
                                      const std::function<bool(std::string_view)>& known);

}  // namespace ridgepoint::onnx
