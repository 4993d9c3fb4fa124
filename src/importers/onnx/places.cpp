#include "importers/onnx/places.hpp"

#include <algorithm>
#include <cmath>

#include "importers/onnx/tables.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr int kMostSteps = 5;  ///< between a bias and the softmax of its scores

bool has_type(const Node& node, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), node.type) != types.end();
}

/// Where a node has quantized weights, their scales and zero points (-1: none).
struct QuantizedInputs {
  std::string_view type;
  int weights, scales, zeros;
};
constexpr QuantizedInputs kQuantized[]{
    {"DequantizeLinear", 0, 1, 2},
    {"QuantizeLinear", -1, 1, 2},
    {"QLinearConv", 3, 4, 5},
    {"QLinearConv", -1, 1, 6},
    {"QLinearMatMul", 3, 4, 5},
    {"QLinearMatMul", -1, 1, 6},
    {"QGemm", 3, 4, 5},
    {"QGemm", -1, 1, 7},
    {"QAttention", 1, 4, 7},
    {"QAttention", -1, 3, 6},
    {"MatMulInteger", 1, -1, 3},
    {"ConvInteger", 1, -1, 3},
    {"MatMulIntegerToFloat", 1, 3, 5},
    {"DynamicQuantizeMatMul", 1, 2, 3},
    {"MatMulNBits", 1, 2, 3},
    {"MatMulBnb4", 1, 2, -1},
    {"GatherBlockQuantized", 0, 2, 3},
    {"DynamicQuantizeLSTM", 1, 8, 9},
    {"DynamicQuantizeLSTM", 2, 10, 11},
    {"QLinearAdd", 0, 1, 2},
    {"QLinearAdd", 3, 4, 5},
    {"QLinearAdd", -1, 6, 7},
    {"QLinearMul", 0, 1, 2},
    {"QLinearMul", 3, 4, 5},
    {"QLinearMul", -1, 6, 7},
    {"QMoE", 2, 3, 11},
    {"QMoE", 5, 6, 12},
    {"QMoE", 8, 9, 13},
};

// Values that an element of a tensor of bytes holds: those of a few bits are packed.
std::int64_t packed(const Node& node, Elem elem) {
  if (elem != Elem::kUint8 && elem != Elem::kInt8) return 1;
  for (const AttributeView& attribute : node.view->attributes) {
    const bool bits = attribute.name == "bits" || attribute.name == "expert_weight_bits";
    if (bits && attribute.integer > 0 && attribute.integer <= 8) return 8 / attribute.integer;
  }
  const bool four = node.type == "MatMulNBits" || node.type == "MatMulBnb4" || node.type == "QMoE" ||
                    node.type == "GatherBlockQuantized";
  return four ? 2 : 1;
}

class Surveyor {
 public:
  explicit Surveyor(const Graph& graph) : graph_(graph), readers_(graph.values.size()) {
    for (const Node& node : graph.nodes) {  // those too that the run does not need: they say what a constant was for
      for (const int id : node.inputs) {
        if (id >= 0) readers_[static_cast<std::size_t>(id)].push_back(&node);
      }
    }
  }

  Places places() {
    for (const Node& node : graph_.nodes) look_at(node);
    return std::move(places_);
  }

 private:
  void look_at(const Node& node) {
    for (const QuantizedInputs& q : kQuantized) {
      if (node.type == q.type) look_at_quantized(node, q);
    }
    if (node.type == "Add") {
      for (const std::size_t i : {0, 1}) look_at_sum(node, i);
    }
    if (node.type == "Mul") {
      for (const std::size_t i : {0, 1}) look_at_factor(input(node, i));
    }
    look_at_operand(node);
    if (node.type == "Gather") look_at_narrow_rows(node);
    if (has_type(node, {"Gather", "GatherND", "GatherElements"}) && is_calculated(input(node, 0)))
      places_.computed.insert(root(input(node, 0)));
  }

  // Cosines and sines of positions: a learned scale has one axis.
  void look_at_factor(int factor) {
    if (!is_unnamed(factor) || is_folded(factor)) return;
    const Dims& dims = *graph_.value(factor).shape;
    const auto axes = std::count_if(dims.begin(), dims.end(), [](const Dim& dim) { return !dim.is(1); });
    if (dims.size() >= 3 && axes >= 2) places_.computed.insert(root(factor));
  }

  // What a convolution, or a product of two constants in a file of torch.export, takes in the place of activations was
  // computed; so was a mask.
  void look_at_operand(const Node& node) {
    const auto mark = [&](std::size_t i) { places_.computed.insert(root(input(node, i))); };
    const int second = input(node, 1);
    if (node.type == "Conv" && is_unnamed(input(node, 0))) mark(0);
    if (node.type == "MatMul" && is_calculated(input(node, 0)) && second >= 0 && graph_.value(second).constant) mark(0);
    if (node.type == "Attention" && node.domain.empty() && is_made(input(node, 3)) && !look_at_scores(input(node, 3)))
      mark(3);
    // The scale of weights times that of activations which the run found.
    for (const std::size_t i : {0, 1}) {
      const Node* const other = producer(input(node, 1 - i));
      if (node.type != "Mul" || other == nullptr || other->type != "DynamicQuantizeLinear") continue;
      if (is_initializer(input(node, i), "")) mark(i);
    }
  }

  // A table of relative positions; the shift of a frozen norm; or a row that is added to what the graph gives (BART has
  // a buffer there; a bias has one axis).
  void look_at_sum(const Node& node, std::size_t i) {
    const int bias = input(node, i);
    look_at_cached_bias(node, bias);
    if (is_made(bias) && leads_to_softmax(node, kMostSteps) && look_at_scores(bias)) return;
    if (is_made(bias)) note_table(bias, rows_behind(graph_, bias));
    if (!is_folded(bias)) return;
    const Dims& dims = *graph_.value(bias).shape;
    if (is_per_channel(dims)) {
      look_at_frozen_norm(input(node, 1 - i), bias);
    } else if (dims.size() == 2 && dims[0].is(1) && gives_output(node)) {
      places_.computed.insert(root(bias));
    }
  }

  // What is added to scores: looked up in a table, or a mask.
  bool look_at_scores(int bias) {
    if (note_table(bias, table_behind(graph_, bias))) return true;
    if (!is_mask(*graph_.value(bias).shape)) return false;
    places_.computed.insert(root(bias));
    return true;
  }

  // False where nothing is known of a table; one without extents is no parameter.
  bool note_table(int value, const std::optional<Dims>& table) {
    if (!table) return false;
    if (table->empty()) {
      places_.computed.insert(root(value));
    } else {
      places_.expanded.emplace(root(value), *table);
    }
    return true;
  }

  void look_at_quantized(const Node& node, const QuantizedInputs& q) {
    double bytes = 0;
    for (const int place : {q.scales, q.zeros}) {
      const int value = place < 0 ? -1 : input(node, static_cast<std::size_t>(place));
      if (value < 0 || !graph_.value(value).constant || !graph_.value(value).shape) continue;
      places_.computed.insert(root(value));
      bytes += bytes_of(static_cast<double>(product(*graph_.value(value).shape).value()),
                        format_of(graph_.value(value).elem))
                   .value();
    }
    const int weights = q.weights < 0 ? -1 : input(node, static_cast<std::size_t>(q.weights));
    if (weights < 0 || !graph_.value(weights).constant || !graph_.value(weights).shape) return;
    const ValueInfo& info = graph_.value(root(weights));
    places_.narrow.insert(root(weights));
    if (!info.shape) return;
    // One scale for all of a tensor is nothing.
    const double count =
        static_cast<double>(product(*info.shape).value()) * static_cast<double>(packed(node, info.elem));
    constexpr double kFew = 16;
    if (bytes > kFew) places_.groups[root(weights)] = std::max<std::int64_t>(1, std::llround(2 * count / bytes));
  }

  // Rows of a table of bytes, which become reals some time.
  void look_at_narrow_rows(const Node& node) {
    const int table = input(node, 0);
    if (table < 0 || !graph_.value(table).constant || graph_.value(table).rank() != 2) return;
    const Elem elem = graph_.value(root(table)).elem;
    const bool bytes = elem == Elem::kUint8 || elem == Elem::kInt8 || elem == Elem::kUint4 || elem == Elem::kInt4;
    if (bytes) places_.narrow.insert(root(table));
  }

  // LeViT keeps the biases of each head for evaluation, looked up by the distances along both axes: a value for each
  // place that has a key.
  void look_at_cached_bias(const Node& node, int bias) {
    if (bias < 0 || !graph_.value(bias).constant) return;
    const ValueInfo& info = graph_.value(root(bias));
    const bool lifted = info.name.find(".lifted_tensor") != std::string::npos;
    if (!lifted || !info.shape || info.shape->size() != 3 || !leads_to_softmax(node, kMostSteps)) return;
    places_.expanded.emplace(root(bias), Dims{info.shape->front(), info.shape->back()});
  }

  // conv(x) a + b: a norm whose statistics do not change has no parameters.
  void look_at_frozen_norm(int scaled, int shift) {
    const Node* const scale = producer(scaled);
    if (scale == nullptr || scale->type != "Mul") return;
    for (const std::size_t i : {0, 1}) {
      const int factor = input(*scale, i);
      const Node* const before = producer(input(*scale, 1 - i));
      if (!is_folded(factor) || !is_per_channel(*graph_.value(factor).shape)) continue;
      if (before == nullptr || before->type != "Conv") continue;
      places_.computed.insert(root(factor));
      places_.computed.insert(root(shift));
    }
  }

  // Alike for all heads: [queries, keys].
  [[nodiscard]] static bool is_mask(const Dims& dims) {
    return dims.size() >= 2 && std::all_of(dims.begin(), dims.end() - 2, [](const Dim& dim) { return dim.is(1); });
  }

  [[nodiscard]] static bool is_per_channel(const Dims& dims) {
    return dims.size() == 4 && dims[0].is(1) && !dims[1].is(1) && dims[2].is(1) && dims[3].is(1);
  }

  [[nodiscard]] static int input(const Node& node, std::size_t i) {
    return i < node.inputs.size() ? node.inputs[i] : -1;
  }
  [[nodiscard]] int root(int value) const { return root_of(graph_, value); }

  [[nodiscard]] const Node* producer(int value) const {
    if (value < 0 || graph_.value(value).producer < 0) return nullptr;
    return &graph_.nodes[static_cast<std::size_t>(graph_.value(value).producer)];
  }

  [[nodiscard]] bool is_initializer(int value, std::string_view prefix) const {
    if (value < 0 || !graph_.value(value).constant) return false;
    const ValueInfo& info = graph_.value(root(value));
    return info.is_initializer && info.shape && graph_.value(value).shape && is_real(info.elem) &&
           info.name.starts_with(prefix);
  }
  // Parameters that are no part of what the exporter folded are named after their modules.
  [[nodiscard]] bool is_unnamed(int value) const {
    return is_initializer(value, "") && graph_.value(root(value)).name.find('.') == std::string::npos;
  }
  // Those that ONNX Runtime folded have the name of a node's output.
  [[nodiscard]] bool is_made(int value) const { return is_unnamed(value) || is_initializer(value, "/"); }
  [[nodiscard]] bool is_folded(int value) const { return is_initializer(value, "onnx::"); }
  [[nodiscard]] bool is_calculated(int value) const { return is_initializer(value, "val_"); }

  [[nodiscard]] bool gives_output(const Node& node) const {
    return !node.outputs.empty() &&
           std::find(graph_.outputs.begin(), graph_.outputs.end(), node.outputs[0]) != graph_.outputs.end();
  }

  // Each node is looked at once for each distance, however many read it.
  bool leads_to_softmax(const Node& node, int steps) {
    if (node.outputs.empty() || node.outputs[0] < 0 || steps == 0) return false;
    const auto [known, is_new] = leads_.try_emplace({node.outputs[0], steps}, false);
    if (!is_new) return known->second;
    const auto& readers = readers_[static_cast<std::size_t>(node.outputs[0])];
    const bool leads = std::any_of(readers.begin(), readers.end(), [&](const Node* reader) {
      if (reader->type == "Softmax") return true;
      const bool passes = has_type(*reader, {"Add", "Reshape", "Where", "Mul", "Div", "Conv"});
      return passes && leads_to_softmax(*reader, steps - 1);
    });
    leads_[{node.outputs[0], steps}] = leads;
    return leads;
  }

  const Graph& graph_;
  std::vector<std::vector<const Node*>> readers_;
  std::map<std::pair<int, int>, bool> leads_;  ///< whether a value, in so many steps
  Places places_;
};

}  // namespace

Places places_of(const Graph& graph) { return Surveyor(graph).places(); }

}  // namespace ridgepoint::onnx
