// Exporters and ONNX Runtime write equal tensors once and fold tables that they looked up: what is a parameter behind
// them.

#include <cmath>
#include <functional>

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

/// A tensor with its values as raw bytes, as exporters write them.
std::string stored(const std::string& name, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
  std::string bytes = onnx_tensor(name, dims);
  protozero::pbf_writer(bytes).add_bytes(9, reinterpret_cast<const char*>(values.data()),  // NOLINT
                                         values.size() * sizeof(float));
  return bytes;
}

std::vector<float> distinct(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<float>(i * i + 1));
  return values;
}

double parameters_in(const OnnxGraph& g, bool patterns = true) {
  return parameters_of(import_bytes(onnx_model(g), {}, patterns).network);
}

// Two products with a bias each, and a norm behind each, by the names of their nodes.
OnnxGraph two_layers(const std::string& first, const std::string& second) {
  OnnxGraph g;
  g.input("x", {1, 4, 8})
      .initializer(stored("w1", {8, 8}, distinct(64)))
      .initializer(stored("w2", {8, 8}, distinct(64)));
  g.initializer(stored("model.a.norm.weight", {8}, std::vector<float>(8, 1)));
  g.initializer(stored("model.a.norm.bias", {8}, std::vector<float>(8, 0)));
  g.node("MatMul", {"x", "w1"}, {"p"}).node("Add", {"model.a.norm.bias", "p"}, {"q"});
  g.node("LayerNormalization", {"q", "model.a.norm.weight", "model.a.norm.bias"}, {"r"}, {}, "", first);
  g.node("MatMul", {"r", "w2"}, {"s"}).node("Add", {"model.a.norm.bias", "s"}, {"t"});
  g.node("LayerNormalization", {"t", "model.a.norm.weight", "model.a.norm.bias"}, {"y"}, {}, "", second).output("y");
  return g;
}

TEST_CASE("vectors that were merged are told apart by the modules of their nodes", "[onnx]") {
  for (const bool patterns : {true, false}) {
    CHECK(parameters_in(two_layers("/model/a/norm/LN", "/model/b/norm/LN"), patterns) == 2 * (64 + 8 + 16));
    CHECK(parameters_in(two_layers("/model/a/norm/LN", "/model/a/norm_1/LN"), patterns) == 2 * (64 + 8) + 16);
  }
}

TEST_CASE("vectors that were merged are told apart where no node names its module", "[onnx]") {
  CHECK(parameters_in(two_layers("LayerNorm_0", "LayerNorm_1")) == 2 * (64 + 8 + 16));
}

TEST_CASE("a network that runs a module twice has its vectors once", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 4, 8}).initializer(stored("w", {8, 8}, distinct(64)));
  g.initializer(stored("ones", {8}, std::vector<float>(8, 1)));
  g.node("MatMul", {"x", "w"}, {"p"}).node("LayerNormalization", {"p", "ones"}, {"q"});
  g.node("MatMul", {"q", "w"}, {"r"}).node("LayerNormalization", {"r", "ones"}, {"y"}).output("y");
  CHECK(parameters_in(g) == 64 + 8);
}

// Scores [1, heads, n, n] with a bias whose values are given for head, query and key.
OnnxGraph biased(std::int64_t heads, std::int64_t n, const std::function<float(int, int, int)>& value) {
  std::vector<float> values;
  for (int h = 0; h < heads; ++h) {
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) values.push_back(value(h, i, j));
    }
  }
  OnnxGraph g;
  g.input("q", {1, heads, n, 8}).input("k", {1, heads, 8, n}).input("v", {1, heads, n, 8});
  g.initializer(stored("unsqueeze_3", {1, heads, n, n}, values)).node("MatMul", {"q", "k"}, {"s"});
  g.node("Add", {"s", "unsqueeze_3"}, {"b"}).node("Softmax", {"b"}, {"p"}, {{"axis", -1}});
  g.node("MatMul", {"p", "v"}, {"y"}).output("y");
  return g;
}

TEST_CASE("a bias of scores counts as the table that it was looked up in", "[onnx]") {
  const auto random = [](int a, int b) { return std::sin(static_cast<float>(31 * a + 7 * b)); };
  const auto window = [&](int h, int i, int j) { return random(h, 7 * (i / 4 - j / 4) + i % 4 - j % 4); };
  CHECK(parameters_in(biased(3, 16, window)) == 3 * 49);
  const auto without_direction = [&](int h, int i, int j) {
    return random(h, 4 * std::abs(i / 4 - j / 4) + std::abs(i % 4 - j % 4));
  };
  CHECK(parameters_in(biased(3, 16, without_direction)) == 3 * 16);
  const auto line = [&](int h, int i, int j) { return random(h, std::min(std::max(j - i, -5), 2)); };
  CHECK(parameters_in(biased(3, 16, line)) == 3 * 8);
  CHECK(parameters_in(biased(3, 12, [](int, int i, int j) { return j > i ? -1e9F : 0.0F; })) == 0);
  CHECK(parameters_in(
            biased(3, 12, [](int h, int i, int j) { return 0.5F * static_cast<float>((h + 1) * (j - i)); })) == 0);
  CHECK(parameters_in(biased(3, 12, [&](int h, int i, int j) { return random(h, 12 * i + j); })) == 3 * 144);
}

TEST_CASE("rows that were folded count as what they are", "[onnx]") {
  const auto with_rows = [](const std::function<float(int, int)>& value) {
    std::vector<float> values;
    for (int i = 0; i < 4 * 8; ++i) values.push_back(value(i / 8, i % 8));
    OnnxGraph g;
    g.input("x", {1, 4, 8}).initializer(stored("index_2", {1, 4, 8}, values));
    return g.node("Add", {"x", "index_2"}, {"y"}).output("y");
  };
  CHECK(parameters_in(with_rows([](int i, int j) { return static_cast<float>(i + 3 * j); })) == 32);
  CHECK(parameters_in(with_rows([](int, int j) { return static_cast<float>(3 * j); })) == 8);
  CHECK(parameters_in(with_rows([](int i, int j) {
          const float angle = static_cast<float>(i) / static_cast<float>(1 + j / 2);
          return j % 2 == 0 ? std::sin(angle) : std::cos(angle);
        })) == 0);
}

TEST_CASE("a row that the run picks by a scalar has one axis less", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 8}).input("which", {}, 7).initializer(onnx_tensor("experts", {4, 6, 8}));
  g.node("Gather", {"experts", "which"}, {"w"})
      .node("Transpose", {"w"}, {"t"}, {{"perm", std::vector<std::int64_t>{1, 0}}});
  g.node("MatMul", {"x", "t"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.result() == Shape{1, 6});
  CHECK(parameters_of(model.network) == 4 * 6 * 8);
}

}  // namespace
}  // namespace ridgepoint
