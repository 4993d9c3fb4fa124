#include "importers/onnx/copies.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "importers/onnx/tables.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::int64_t kSamples = 64;
constexpr std::size_t kMostTables = 32;  ///< a graph with more looks into all kinds of constants

/// A stored matrix: its rows, columns and the bytes of its values.
struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::size_t width = 0;
  std::string_view bytes;

  [[nodiscard]] std::string_view at(std::int64_t row, std::int64_t col) const {
    return bytes.substr(static_cast<std::size_t>(row * cols + col) * width, width);
  }
};

std::optional<Matrix> matrix_of(const ValueInfo& value) {
  if (!value.is_initializer || value.tensor == nullptr || !value.shape || value.shape->size() != 2) return std::nullopt;
  Matrix matrix{(*value.shape)[0].value(), (*value.shape)[1].value(), width_of(value.elem), value.tensor->raw};
  const auto count = static_cast<std::size_t>(product(*value.shape).value());
  if (matrix.width == 0 || count == 0 || matrix.bytes.size() / matrix.width != count) return std::nullopt;
  return matrix;
}

// A sample of places that no pattern of a file follows; a matrix of one value says nothing.
bool same_values(const Matrix& a, const Matrix& b, bool transposed) {
  bool differs = false;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const std::int64_t row = i * 7919 % a.rows;
    const std::int64_t col = i * 104729 % a.cols;
    const std::string_view value = a.at(row, col);
    if (value != (transposed ? b.at(col, row) : b.at(row, col))) return false;
    differs = differs || value != a.at(0, 0);
  }
  return differs;
}

}  // namespace

void merge_copies(Graph& graph) {
  std::set<int> tables;
  for (const Node& node : graph.nodes) {
    if (node.type != "Gather" || node.inputs.empty() || node.inputs[0] < 0) continue;
    if (matrix_of(graph.value(node.inputs[0]))) tables.insert(node.inputs[0]);
  }
  if (tables.size() > kMostTables) return;
  for (const int id : tables) {
    const std::optional<Matrix> table = matrix_of(graph.value(id));
    if (!table) continue;
    for (std::size_t other = 0; other < graph.values.size(); ++other) {
      ValueInfo& value = graph.values[other];
      if (static_cast<int>(other) == id || value.elem != graph.value(id).elem) continue;
      const std::optional<Matrix> copy = matrix_of(value);
      if (!copy) continue;
      const bool transposed = copy->rows == table->cols && copy->cols == table->rows;
      if (!transposed && (copy->rows != table->rows || copy->cols != table->cols)) continue;
      if (!same_values(*table, *copy, transposed)) continue;
      value.is_initializer = false;
      value.roots = {id};
    }
  }
}

namespace {

std::vector<std::string_view> modules_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from < name.size();) {
    const std::size_t to = std::min(name.find('/', from), name.size());
    parts.push_back(name.substr(from, to - from));
    from = to + 1;
  }
  if (!parts.empty()) parts.pop_back();  // the operator
  return parts;
}

// The exporter numbers the later runs of a module: "conv", "conv_1".
bool is_later_run(std::string_view later, std::string_view first) {
  if (later == first) return true;
  if (!later.starts_with(first) || later.size() < first.size() + 2 || later[first.size()] != '_') return false;
  const std::string_view number = later.substr(first.size() + 1);
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_one_module(std::string_view later, std::string_view first) {
  const std::vector<std::string_view> a = modules_of(later);
  const std::vector<std::string_view> b = modules_of(first);
  return !a.empty() && std::equal(a.begin(), a.end(), b.begin(), b.end(), is_later_run);
}

}  // namespace

void merge_reused(Graph& graph) {
  std::unordered_map<int, std::vector<const Node*>> readers;
  for (const Node& node : graph.nodes) {
    if (node.type == "Identity") continue;
    for (const int id : node.inputs) {
      if (id >= 0 && graph.value(id).is_initializer) readers[id].push_back(&node);
    }
  }
  for (const Node& node : graph.nodes) {
    if (node.type != "Identity" || node.inputs.empty() || node.outputs.empty() || node.inputs[0] < 0) continue;
    ValueInfo& copy = graph.value(std::max(node.outputs[0], 0));
    if (!copy.is_initializer || !copy.name.starts_with("onnx::")) continue;
    const int source = root_of(graph, node.inputs[0]);
    const auto& own = readers[node.outputs[0]];
    const auto& first = readers[source];
    constexpr std::size_t kMostPairs = 4096;  // a module runs a few times
    const bool reused = !own.empty() && own.size() * first.size() <= kMostPairs &&
                        std::all_of(own.begin(), own.end(), [&](const Node* later) {
                          return std::any_of(first.begin(), first.end(), [&](const Node* one) {
                            return later->type == one->type && is_one_module(later->name, one->name);
                          });
                        });
    if (!reused) continue;
    copy.is_initializer = false;
    copy.roots = {source};
  }
}

namespace {

// The one matrix without a name that a node multiplies by, or -1.
int calculated_matrix(const Graph& graph, const Node& node) {
  if ((node.type != "MatMul" && node.type != "Gemm") || node.inputs.size() < 2 || node.inputs[1] < 0) return -1;
  const ValueInfo& value = graph.value(node.inputs[1]);
  return value.is_initializer && value.name.starts_with("val_") && value.rank() == 2 ? node.inputs[1] : -1;
}

/// The matrices of one run of a module, node by node without another module between.
using Run = std::vector<int>;

std::map<std::string_view, std::vector<Run>> runs_of(const Graph& graph) {
  std::map<std::string_view, std::vector<Run>> runs;
  std::string_view before;
  for (const Node& node : graph.nodes) {
    if (node.scope.empty()) continue;
    std::vector<Run>& own = runs[node.scope];
    if (node.scope != before || own.empty()) own.emplace_back();
    before = node.scope;
    if (const int matrix = calculated_matrix(graph, node); matrix >= 0) own.back().push_back(matrix);
  }
  return runs;
}

}  // namespace

void merge_transposed(Graph& graph) {
  for (auto& [scope, runs] : runs_of(graph)) {
    runs.erase(std::remove_if(runs.begin(), runs.end(), [](const Run& run) { return run.empty(); }), runs.end());
    if (runs.size() < 2 || std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.size() != 1; }))
      continue;
    const int first = runs.front().front();
    for (std::size_t i = 1; i < runs.size(); ++i) {
      ValueInfo& later = graph.value(runs[i].front());
      if (runs[i].front() == first || !(later.shape == graph.value(first).shape)) continue;
      later.is_initializer = false;
      later.roots = {first};
    }
  }
}

}  // namespace ridgepoint::onnx
