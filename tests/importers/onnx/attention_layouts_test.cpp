// Attention and rotations in the orders of axes that exports write them in.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using Ints = std::vector<std::int64_t>;

// Two products of 2 x 4 heads, 5 queries, 7 keys, 8 wide.
constexpr double kMacs = 2.0 * 4 * 5 * 7 * 8 * 2;

void expect_attention(const OnnxGraph& g, const Shape& result) {
  const std::string bytes = onnx_model(g);
  const Imported model = import_bytes(bytes);
  CHECK(model.ops()["attention"] == 1);
  CHECK(model.ops()["softmax"] == 0);
  CHECK(model.result() == result);
  CHECK(product_macs(model.network) == kMacs);
  CHECK(product_macs(import_bytes(bytes, {}, false).network) == kMacs);
}

TEST_CASE("attention over [batch, heads, width, length] is attention", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 4, 8, 5}).input("k", {2, 4, 8, 7}).input("v", {2, 4, 8, 7});
  g.node("Transpose", {"q"}, {"qt"}, {{"perm", Ints{0, 1, 3, 2}}}).node("MatMul", {"qt", "k"}, {"s"});
  g.node("Softmax", {"s"}, {"w"}, {{"axis", -1}}).node("Transpose", {"w"}, {"wt"}, {{"perm", Ints{0, 1, 3, 2}}});
  g.node("MatMul", {"v", "wt"}, {"y"}).output("y");
  expect_attention(g, {2, 4, 8, 5});
}

TEST_CASE("attention as einsums of any letters is attention", "[onnx]") {
  const auto graph = [](const Ints& q, const Ints& k, const char* scores, const char* sum) {
    OnnxGraph g;
    const auto sizes = [](const Ints& from) { return OnnxGraph::Sizes(from.begin(), from.end()); };
    g.input("q", sizes(q)).input("k", sizes(k)).input("v", sizes(k));
    g.node("Einsum", {"q", "k"}, {"s"}, {{"equation", scores}}).node("Softmax", {"s"}, {"w"}, {{"axis", -1}});
    g.node("Einsum", {"w", "v"}, {"y"}, {{"equation", sum}}).output("y");
    return g;
  };
  expect_attention(graph({2, 5, 4, 8}, {2, 7, 4, 8}, "bnhd,bmhd->bhnm", "bhnm,bmhd->bnhd"), {2, 5, 4, 8});
  expect_attention(graph({5, 2, 4, 8}, {7, 2, 4, 8}, "ibnd,jbnd->bnij", "bnij,jbnd->ibnd"), {5, 2, 4, 8});
  expect_attention(graph({2, 4, 5, 8}, {2, 4, 7, 8}, "...nd,...md->...nm", "...nm,...md->...nd"), {2, 4, 5, 8});
}

TEST_CASE("a scale per head stays, and is a parameter", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 4, 5, 8}).input("k", {2, 4, 8, 7}).input("v", {2, 4, 7, 8}).weight("attn.logit_scale", {4, 1, 1});
  g.node("MatMul", {"q", "k"}, {"s"}).node("Mul", {"s", "attn.logit_scale"}, {"t"});
  g.node("Softmax", {"t"}, {"w"}, {{"axis", -1}}).node("MatMul", {"w", "v"}, {"y"}).output("y");
  expect_attention(g, {2, 4, 5, 8});
  CHECK(parameters_of(import_bytes(onnx_model(g)).network) == 4);
}

TEST_CASE("a softmax over queries is no attention", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 4, 5, 8}).input("k", {2, 4, 8, 7}).input("v", {2, 4, 7, 8});
  g.node("MatMul", {"q", "k"}, {"s"}).node("Softmax", {"s"}, {"w"}, {{"axis", 2}});
  g.node("MatMul", {"w", "v"}, {"y"}).output("y");
  CHECK(import_bytes(onnx_model(g)).ops()["attention"] == 0);
}

TEST_CASE("one query of a sequence in front of its batch fits its keys", "[onnx]") {
  OnnxGraph g;  // of torch.nn.MultiheadAttention: [length, batch heads, width]
  g.input("q", {1, 8, 16}).input("k", {9, 8, 16}).input("v", {9, 8, 16});
  g.node("Transpose", {"q"}, {"qt"}, {{"perm", Ints{1, 0, 2}}})
      .node("Transpose", {"k"}, {"kt"}, {{"perm", Ints{1, 2, 0}}});
  g.node("Transpose", {"v"}, {"vt"}, {{"perm", Ints{1, 0, 2}}}).node("MatMul", {"qt", "kt"}, {"s"});
  g.node("Softmax", {"s"}, {"w"}, {{"axis", -1}}).node("MatMul", {"w", "vt"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops()["attention"] == 1);
  CHECK(product_macs(model.network) == 8 * 9 * 16 * 2);
}

TEST_CASE("rotations of neighbours and of written out halves are rotations", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 4, 6, 8}).input("cos", {6, 8}).input("sin", {6, 8});
  g.integers("0", {0}).integers("1", {1}).integers("8", {8}).integers("3", {3}).integers("2", {2}).integers("4", {4});
  g.node("Slice", {"x", "1", "8", "3", "2"}, {"odd"}).node("Slice", {"x", "0", "8", "3", "2"}, {"even"});
  g.node("Neg", {"odd"}, {"minus"}).node("Unsqueeze", {"minus", "4"}, {"a"}).node("Unsqueeze", {"even", "4"}, {"b"});
  g.node("Concat", {"a", "b"}, {"pairs"}, {{"axis", -1}}).integers("shape", {1, 4, 6, 8});
  g.node("Reshape", {"pairs", "shape"}, {"turned"}).node("Mul", {"turned", "sin"}, {"s"});
  g.node("Mul", {"x", "cos"}, {"c"}).node("Add", {"c", "s"}, {"y"}).output("y");
  CHECK(import_bytes(onnx_model(g)).ops() == std::map<std::string, int>{{"rope", 1}});

  OnnxGraph halves;
  halves.input("x", {1, 4, 6, 8}).input("cos", {6, 4}).input("sin", {6, 4});
  halves.node("Split", {"x"}, {"a", "b"}, {{"axis", 3}});
  halves.node("Mul", {"a", "cos"}, {"ac"}).node("Mul", {"b", "sin"}, {"bs"}).node("Sub", {"ac", "bs"}, {"first"});
  halves.node("Mul", {"b", "cos"}, {"bc"}).node("Mul", {"a", "sin"}, {"as"}).node("Add", {"bc", "as"}, {"second"});
  halves.node("Concat", {"first", "second"}, {"y"}, {{"axis", 3}}).output("y");
  CHECK(import_bytes(onnx_model(halves)).ops() == std::map<std::string, int>{{"rope", 1}});
}

}  // namespace
}  // namespace ridgepoint
