// Operators in small graphs: extents, parameters, and what they become.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using Ints = std::vector<std::int64_t>;

TEST_CASE("convolutions pad as their attributes say", "[onnx]") {
  const auto result = [](const std::vector<OnnxAttribute>& attributes) {
    OnnxGraph g;
    g.input("x", {1, 3, 7, 7}).weight("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}, {"y"}, attributes).output("y");
    return import_bytes(onnx_model(g)).result();
  };
  CHECK(result({}) == Shape{1, 4, 5, 5});
  CHECK(result({{"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}}) == Shape{1, 4, 4, 4});
  CHECK(result({{"auto_pad", "SAME_UPPER"}, {"strides", Ints{2, 2}}}) == Shape{1, 4, 4, 4});
  CHECK(result({{"auto_pad", "VALID"}, {"dilations", Ints{2, 2}}}) == Shape{1, 4, 3, 3});
  CHECK(result({{"pads", Ints{0, 0, 2, 1}}}) == Shape{1, 4, 7, 6});
}

TEST_CASE("weights are counted once, whoever reads them", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 8}).weight("w", {8, 8}).weight("b", {8});
  g.node("Gemm", {"x", "w", "b"}, {"h"}).node("Gemm", {"h", "w", "b"}, {"y"}).output("y");
  CHECK(parameters_of(import_bytes(onnx_model(g)).network) == 72);

  OnnxGraph tied;
  tied.input("ids", {1, 5}, 7).weight("table", {20, 8});
  tied.node("Gather", {"table", "ids"}, {"h"}).node("Transpose", {"table"}, {"t"}, {{"perm", Ints{1, 0}}});
  tied.node("MatMul", {"h", "t"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(tied));
  CHECK(parameters_of(model.network) == 160);
  CHECK(model.result() == Shape{1, 5, 20});
}

TEST_CASE("what is written down as constants of nodes is no parameter", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 8}).initializer(onnx_real("half", 0.5F)).node("Mul", {"x", "half"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(parameters_of(model.network) == 0);
  CHECK(model.ops()["scale"] == 1);
}

TEST_CASE("sizes that the run computes are folded", "[onnx]") {
  OnnxGraph g;
  g.input("x", {"batch", 6, 4}).integers("zero", {0}).integers("rest", {-1});
  g.node("Shape", {"x"}, {"s"})
      .node("Gather", {"s", "zero"}, {"n"})
      .node("Concat", {"n", "rest"}, {"shape"}, {{"axis", 0}});
  g.node("Reshape", {"x", "shape"}, {"y"}).output("y");
  const std::string bytes = onnx_model(g);
  CHECK(import_bytes(bytes).result() == Shape{1, 24});
  CHECK(import_bytes(bytes, {{"batch", 5}}).result() == Shape{5, 24});
  const Imported model = import_bytes(bytes);
  const Network later =
      instantiate(model.description, {.phase = Phase::kInference, .parameters = {{"batch", 7}}, .precision = {}});
  CHECK(later.tensors.back().type.shape == Shape{7, 24});
}

TEST_CASE("a batch that the file calls otherwise is still the batch", "[onnx]") {
  OnnxGraph g;
  g.input("x", {"N_batch_size", 4}).node("Relu", {"x"}, {"y"}).output("y");
  CHECK(import_bytes(onnx_model(g), {{"batch", 6}}).result() == Shape{6, 4});
  CHECK(import_bytes(onnx_model(g), {{"N_batch_size", 6}}).result() == Shape{6, 4});
}

TEST_CASE("a fixed batch can still be set", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 3, 4, 4}).weight("w", {8, 3, 1, 1}).weight("head", {128, 10}).integers("shape", {1, 128});
  g.node("Conv", {"x", "w"}, {"h"})
      .node("Reshape", {"h", "shape"}, {"f"})
      .node("MatMul", {"f", "head"}, {"y"})
      .output("y");
  CHECK(import_bytes(onnx_model(g)).result() == Shape{1, 10});
  CHECK(import_bytes(onnx_model(g), {{"batch", 4}}).result() == Shape{4, 10});
}

TEST_CASE("a branch whose condition is known is taken", "[onnx]") {
  const auto branch = [](const std::string& type) {
    OnnxGraph g;
    g.node(type, {"x"}, {type + "_y"}).output(type + "_y");
    return g.bytes();
  };
  OnnxGraph g;
  g.input("x", {2, 3}).integers("one", {1}).integers("other", {2});
  g.node("Equal", {"one", "other"}, {"condition"});
  g.node("If", {"condition"}, {"y"},
         {OnnxAttribute::graph("then_branch", branch("Relu")), OnnxAttribute::graph("else_branch", branch("Tanh"))});
  g.output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops() == std::map<std::string, int>{{"tanh", 1}});
  CHECK(model.description.unmodelled.empty());
}

TEST_CASE("a loop of known length runs that often", "[onnx]") {
  OnnxGraph body;
  body.input("i", {}, 7).input("goes_on", {}, 9).input("state", {2, 3});
  body.node("Identity", {"goes_on"}, {"still"}).node("Relu", {"state"}, {"next"}).node("Sigmoid", {"next"}, {"seen"});
  body.output("still").output("next").output("seen");
  OnnxGraph g;
  g.input("x", {2, 3}).initializer(onnx_tensor("trips", {}, 7, {4}));
  g.node("Loop", {"trips", "", "x"}, {"last", "all"}, {OnnxAttribute::graph("body", body.bytes())})
      .output("last")
      .output("all");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops()["relu"] == 4);
  CHECK(model.ops()["sigmoid"] == 4);
  CHECK(model.result() == Shape{4, 2, 3});
}

TEST_CASE("a scan takes its sequences apart", "[onnx]") {
  OnnxGraph body;
  body.input("state", {3}).input("part", {3});
  body.node("Add", {"state", "part"}, {"next"}).node("Relu", {"next"}, {"seen"}).output("next").output("seen");
  OnnxGraph g;
  g.input("start", {3}).input("x", {5, 3});
  g.node("Scan", {"start", "x"}, {"last", "all"}, {OnnxAttribute::graph("body", body.bytes()), {"num_scan_inputs", 1}});
  g.output("last").output("all");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops()["add"] == 5);
  CHECK(model.result() == Shape{5, 3});
}

TEST_CASE("functions are written out where they are called", "[onnx]") {
  const std::string twice =
      onnx_function("Twice", {"a"}, {"c"},
                    {OnnxGraph::node_bytes("Relu", {"a"}, {"b"}), OnnxGraph::node_bytes("Tanh", {"b"}, {"c"})});
  OnnxGraph g;
  g.input("x", {2, 3})
      .node("Twice", {"x"}, {"h"}, {}, "made.up")
      .node("Twice", {"h"}, {"y"}, {}, "made.up")
      .output("y");
  const Imported model = import_bytes(onnx_model(g, 17, {twice}));
  CHECK(model.ops() == std::map<std::string, int>{{"relu", 2}, {"tanh", 2}});
}

TEST_CASE("an einsum of two is a product", "[onnx]") {
  OnnxGraph g;
  g.input("a", {2, 5, 4, 8})
      .input("b", {2, 7, 4, 8})
      .node("Einsum", {"a", "b"}, {"y"}, {{"equation", "bqhd,bkhd->bhqk"}})
      .output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.result() == Shape{2, 4, 5, 7});
  CHECK(product_macs(model.network) == 2 * 4 * 5 * 7 * 8);
}

TEST_CASE("fused operators of ONNX Runtime are counted in full", "[onnx]") {
  constexpr const char* kMs = "com.microsoft";
  OnnxGraph g;
  g.input("x", {2, 16, 64})
      .weight("qkv", {64, 192})
      .weight("qkv_b", {192})
      .weight("o", {64, 64})
      .weight("gamma", {64})
      .weight("beta", {64});
  g.node("Attention", {"x", "qkv", "qkv_b"}, {"a"}, {{"num_heads", 4}}, kMs);
  g.node("FusedMatMul", {"a", "o"}, {"p"}, {{"transB", 1}}, kMs);
  g.node("SkipLayerNormalization", {"p", "x", "gamma", "beta"}, {"n"}, {}, kMs);
  g.node("FastGelu", {"n"}, {"y"}, {}, kMs).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(parameters_of(model.network) == 64 * 192 + 192 + 64 * 64 + 128);
  CHECK(product_macs(model.network) == 32 * 64 * 192 + 2 * 4 * 16 * 16 * 16 * 2 + 32 * 64 * 64);
  CHECK(model.description.unmodelled.empty());
}

TEST_CASE("grouped attention of ONNX Runtime has its heads, cache and rotation", "[onnx]") {
  OnnxGraph g;
  g.input("q", {1, 4, 64})
      .input("k", {1, 4, 32})
      .input("v", {1, 4, 32})
      .input("past_k", {1, 2, 12, 16})
      .input("past_v", {1, 2, 12, 16});
  g.node("GroupQueryAttention", {"q", "k", "v", "past_k", "past_v"}, {"y", "pk", "pv"},
         {{"num_heads", 4}, {"kv_num_heads", 2}, {"do_rotary", 1}}, "com.microsoft");
  g.output("y").output("pk").output("pv");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops()["rope"] == 2);
  CHECK(model.result() == Shape{1, 4, 64});
}

TEST_CASE("attention of opset 23 is attention", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 8, 10, 16}).input("k", {2, 2, 10, 16}).input("v", {2, 2, 10, 16});
  g.node("Attention", {"q", "k", "v"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g, 23));
  CHECK(model.result() == Shape{2, 8, 10, 16});
  CHECK(product_macs(model.network) == 2 * 2 * 8 * 10 * 10 * 16);
}

TEST_CASE("quantized forms are their layers", "[onnx]") {
  OnnxGraph g;
  g.input("x", {1, 3, 8, 8}, 2)
      .initializer(onnx_real("s", 0.1F))
      .weight("z", {}, 2)
      .weight("w", {4, 3, 3, 3}, 3)
      .weight("b", {4}, 6);
  g.node("QLinearConv", {"x", "s", "z", "w", "s", "z", "s", "z", "b"}, {"y"}).output("y");
  const Imported conv = import_bytes(onnx_model(g));
  CHECK(conv.result() == Shape{1, 4, 6, 6});
  CHECK(parameters_of(conv.network) == 4 * 27 + 4);

  OnnxGraph bits;
  bits.input("x", {2, 64}).weight("packed", {32, 2, 16}, 2).weight("scales", {64});
  bits.node("MatMulNBits", {"x", "packed", "scales"}, {"y"}, {{"K", 64}, {"N", 32}, {"bits", 4}, {"block_size", 32}},
            "com.microsoft")
      .output("y");
  const Imported narrow = import_bytes(onnx_model(bits));
  CHECK(parameters_of(narrow.network) == 64 * 32);
  CHECK(narrow.network.precision.weights == DType::kInt4);
  CHECK(narrow.network.precision.weight_group == 16);  // blocks of 32, with scales of 32 bits

  OnnxGraph folded;
  folded.input("x", {2, 64}).weight("q", {64, 32}, 3).initializer(onnx_real("s", 0.1F)).weight("z", {}, 3);
  folded.node("DequantizeLinear", {"q", "s", "z"}, {"w"}).node("MatMul", {"x", "w"}, {"y"}).output("y");
  const Imported stored = import_bytes(onnx_model(folded));
  CHECK(stored.ops() == std::map<std::string, int>{{"linear", 1}});
  CHECK(stored.network.precision.weights == DType::kInt8);
}

TEST_CASE("a recurrent layer has its weights and its last state", "[onnx]") {
  OnnxGraph g;
  g.input("x", {7, 2, 5}).weight("w", {2, 24, 5}).weight("r", {2, 24, 6}).weight("b", {2, 48});
  g.node("LSTM", {"x", "w", "r", "b"}, {"y", "h"}, {{"hidden_size", 6}, {"direction", "bidirectional"}})
      .output("y")
      .output("h");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(parameters_of(model.network) == 2 * 24 * (5 + 6 + 2));
  CHECK(model.description.unmodelled.empty());
}

TEST_CASE("a node that is not understood is counted, and the rest is not lost", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 3}).node("Relu", {"x"}, {"h"}).node("Frobnicate", {"h"}, {"y"}, {}, "made.up", "odd").output("y");
  const Imported model = import_bytes(onnx_model(g));
  REQUIRE(model.description.unmodelled.size() == 1);
  CHECK(model.description.unmodelled[0].name == "odd");
  CHECK(model.description.unmodelled[0].type == "Frobnicate");
  CHECK(model.ops() == std::map<std::string, int>{{"relu", 1}});
}

TEST_CASE("weights that are inputs with a default are weights", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 8}).input("w", {8, 4}).weight("w", {8, 4}).node("MatMul", {"x", "w"}, {"y"}).output("y");
  CHECK(parameters_of(import_bytes(onnx_model(g, 8, {}, 3)).network) == 32);
}

TEST_CASE("nodes in any order are sorted", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 3}).node("Tanh", {"h"}, {"y"}).node("Relu", {"x"}, {"h"}).output("y");
  CHECK(import_bytes(onnx_model(g)).ops() == std::map<std::string, int>{{"relu", 1}, {"tanh", 1}});
}

}  // namespace
}  // namespace ridgepoint
