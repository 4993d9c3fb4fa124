// Operators that stand for several, of ONNX Runtime and of newer operator sets, and rare ones on images.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr const char* kMs = "com.microsoft";

Imported understood(const OnnxGraph& g, std::int64_t opset = 17) {
  Imported model = import_bytes(onnx_model(g, opset));
  CHECK(model.description.unmodelled.empty());
  return model;
}

TEST_CASE("embeddings and their norm are one operator of three tables", "[onnx]") {
  OnnxGraph g;
  g.input("ids", {2, 5}, 6).input("segments", {2, 5}, 6);
  g.weight("words", {100, 16}).weight("places", {32, 16}).weight("kinds", {2, 16}).weight("g", {16}).weight("b", {16});
  g.node("EmbedLayerNormalization", {"ids", "segments", "words", "places", "kinds", "g", "b"}, {"y", "mask"}, {}, kMs);
  g.weight("bias", {16}).node("BiasGelu", {"y", "bias"}, {"z"}, {}, kMs).output("z");
  const Imported model = understood(g);
  CHECK(parameters_of(model.network) == (100 + 32 + 2) * 16 + 32 + 16);
  CHECK(model.result() == Shape{2, 5, 16});
}

TEST_CASE("a fused convolution adds and activates", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 3, 8, 8}).input("r", {1, 4, 6, 6}).weight("w", {4, 3, 3, 3}).weight("b", {4});
  g.node("FusedConv", {"x", "w", "b", "r"}, {"y"}, {{"activation", "Relu"}}, kMs).output("y");
  Imported model = understood(g);
  CHECK(model.ops() == std::map<std::string, int>{{"conv", 1}, {"add", 1}, {"relu", 1}});
  CHECK(parameters_of(model.network) == 112);
}

TEST_CASE("channels may come last", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 8, 10, 3}).weight("w", {4, 3, 3, 3}).weight("b", {4}).weight("gamma", {4}).weight("beta", {4});
  g.node("NhwcConv", {"x", "w", "b"}, {"c"}, {{"pads", Ints{1, 1, 1, 1}}}, kMs);
  g.node("NhwcMaxPool", {"c"}, {"p"}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}, kMs);
  g.node("GroupNorm", {"p", "gamma", "beta"}, {"y"}, {{"groups", 2}, {"activation", 1}}, kMs).output("y");
  const Imported model = understood(g);
  CHECK(model.result() == Shape{1, 4, 5, 4});
  CHECK(product_macs(model.network) == 8 * 10 * 27 * 4);
}

TEST_CASE("experts compute for the rows that chose them", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 5, 16}).input("router", {10, 4}).weight("up", {4, 32, 16}).weight("down", {4, 16, 32});
  g.node("MoE", {"x", "router", "up", "", "down"}, {"y"}, {{"k", 2}, {"activation_type", "gelu"}}, kMs).output("y");
  const Imported model = understood(g);
  CHECK(model.result() == Shape{2, 5, 16});
  CHECK(parameters_of(model.network) == 4 * 16 * 32 * 2);
  CHECK(product_macs(model.network) == 10 * 2 * 16 * 32 * 2);

  OnnxGraph q;  // two values to a byte, gate and up side by side
  q.input("x", {10, 16}).input("router", {10, 4}).weight("up", {4, 64, 8}, 2).weight("down", {4, 16, 16}, 2);
  q.weight("s1", {4, 64}).weight("s2", {4, 16});
  q.node("QMoE", {"x", "router", "up", "s1", "", "down", "s2"}, {"y"},
         {{"k", 2}, {"activation_type", "swiglu"}, {"swiglu_fusion", 1}, {"expert_weight_bits", 4}}, kMs)
      .output("y");
  const Imported narrow = understood(q);
  CHECK(parameters_of(narrow.network) == 4 * 16 * (64 + 32));
  CHECK(narrow.network.precision.weights == DType::kInt4);
}

TEST_CASE("operators of newer sets are known", "[onnx]") {
  OnnxGraph g;
  g.input("q", {1, 12, 32}).input("k", {1, 12, 32}).input("v", {1, 12, 64}).input("gate", {1, 12, 64});
  g.node("LinearAttention", {"q", "k", "v"}, {"o", "state"},
         {{"q_num_heads", 4}, {"kv_num_heads", 4}, {"update_rule", "linear"}});
  g.node("SwiGLU", {"gate", "o"}, {"s"}).node("Transpose", {"s"}, {"t"}, {{"perm", Ints{0, -1, -2}}});
  g.weight("w", {64, 1, 4}).weight("b", {64});
  g.node("CausalConvWithState", {"t", "w", "b"}, {"y", "kept"}, {{"activation", "silu"}}).output("y");
  const Imported model = understood(g, 28);
  CHECK(model.result() == Shape{1, 64, 12});
  CHECK(parameters_of(model.network) == 64 * 5);
}

TEST_CASE("quantized products of ONNX Runtime are theirs", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 16}, 2)
      .initializer(onnx_real("s", 0.1F))
      .weight("z", {}, 2)
      .weight("w", {8, 16}, 2)
      .weight("c", {8}, 6);
  g.node("QGemm", {"x", "s", "z", "w", "s", "z", "c", "s", "z"}, {"y"}, {{"transB", 1}}, kMs).output("y");
  CHECK(parameters_of(understood(g).network) == 8 * 16 + 8);

  OnnxGraph a;
  a.input("x", {2, 5, 16}, 2)
      .initializer(onnx_real("s", 0.1F))
      .weight("z", {}, 2)
      .weight("w", {16, 48}, 2)
      .weight("b", {48});
  a.node("QAttention", {"x", "w", "b", "s", "s", "", "z", "z"}, {"y"}, {{"num_heads", 2}}, kMs).output("y");
  Imported attention = understood(a);
  CHECK(parameters_of(attention.network) == 16 * 48 + 48);
  CHECK(attention.ops()["attention"] == 1);
}

TEST_CASE("rare operators on images have their extents", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 4, 8, 8})
      .input("at", {1, 18, 8, 8})
      .weight("w", {6, 4, 3, 3})
      .integers("size", {10, 10})
      .integers("block", {2, 2});
  g.node("DeformConv", {"x", "w", "at"}, {"d"}, {{"pads", Ints{1, 1, 1, 1}}});
  g.integers("columns", {1, 24, 16}).node("Slice", {"d", "lo", "hi", "axis"}, {"c"});
  g.integers("lo", {0}).integers("hi", {8}).integers("axis", {3}).node("Reshape", {"c", "columns"}, {"r"});
  g.node("Col2Im", {"r", "size", "block"}, {"y"}).output("y");
  const Imported model = understood(g, 20);
  CHECK(model.result() == Shape{1, 6, 10, 10});
  CHECK(product_macs(model.network) == 64 * 36 * 6);

  OnnxGraph grid;
  grid.input("theta", {2, 2, 3}).integers("size", {2, 3, 6, 7}).input("x", {2, 3, 9, 9});
  grid.node("AffineGrid", {"theta", "size"}, {"g"}).node("GridSample", {"x", "g"}, {"y"}).output("y");
  CHECK(understood(grid, 20).result() == Shape{2, 3, 6, 7});
}

TEST_CASE("a sequence of parts is taken apart", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 10, 4}).initializer(onnx_tensor("four", {}, 7, {4})).initializer(onnx_tensor("last", {}, 7, {-1}));
  g.node("SplitToSequence", {"x", "four"}, {"parts"}, {{"axis", 1}}).node("SequenceAt", {"parts", "last"}, {"p"});
  g.node("Tan", {"p"}, {"y"}).output("y");
  CHECK(understood(g).result() == Shape{2, 2, 4});
}

}  // namespace
}  // namespace ridgepoint
