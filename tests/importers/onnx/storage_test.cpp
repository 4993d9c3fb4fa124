// How the weights of each layer are stored, and which constants are parameters at all.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kMs = "com.microsoft";

const Layer& layer_of(const Imported& model, const std::string& op, std::size_t skip = 0) {
  for (const Layer& layer : model.network.layers) {
    if (name_of(layer.op) == op && skip-- == 0) return layer;
  }
  throw std::out_of_range(op);
}

double weight_bytes(const Imported& model, const Layer& layer) {
  return parameter_bytes(layer, ParameterRole::kWeight, precision_of(model.network, layer)).value();
}

TEST_CASE("layers of several formats keep theirs, with their scales", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 64}).weight("packed", {64, 2, 16}, 2).weight("scales", {128}).weight("zeros", {64}, 2);
  g.node("MatMulNBits", {"x", "packed", "scales", "zeros"}, {"h"},
         {{"K", 64}, {"N", 64}, {"bits", 4}, {"block_size", 32}}, kMs);
  g.weight("head", {64, 8}).node("MatMul", {"h", "head"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  const Layer& narrow = layer_of(model, "linear");
  const Layer& wide = layer_of(model, "linear", 1);
  CHECK(precision_of(model.network, narrow).weights == DType::kInt4);
  CHECK(precision_of(model.network, narrow).math == DType::kFp32);
  CHECK(precision_of(model.network, wide).weights == DType::kFp32);
  // Half a byte each, four for each scale and one for two zero points, to the next whole number of weights.
  CHECK_THAT(weight_bytes(model, narrow), Catch::Matchers::WithinRel(64 * 64 / 2.0 + 128 * 4 + 64, 0.01));
  CHECK(weight_bytes(model, wide) == 64 * 8 * 4);
  CHECK(parameters_of(model.network) == 64 * 64 + 64 * 8);
}

TEST_CASE("dynamic quantization computes in eight bits between reals", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 64}).weight("w", {64, 32}, 3).weight("z", {}, 3).weight("w_scale", {1}).weight("bias", {32});
  g.node("DynamicQuantizeLinear", {"x"}, {"q", "s", "zero"}).node("MatMulInteger", {"q", "w", "zero", "z"}, {"i"});
  g.node("Cast", {"i"}, {"f"}, {{"to", 1}}).node("Mul", {"s", "w_scale"}, {"scale"});
  g.node("Mul", {"f", "scale"}, {"m"}).node("Add", {"m", "bias"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(parameters_of(model.network) == 64 * 32 + 32);
  CHECK(model.network.precision.activations == DType::kFp32);
  const Precision& linear = precision_of(model.network, layer_of(model, "linear"));
  CHECK(linear.weights == DType::kInt8);
  CHECK(linear.math == DType::kInt8);
}

TEST_CASE("a table in eight bits is an embedding, its scale no parameter", "[onnx]") {
  OnnxGraph g;
  g.input("ids", {1, 5}, 7).weight("table", {20, 8}, 3).weight("table_scale", {}).weight("z", {}, 3);
  g.node("Gather", {"table", "ids"}, {"q"}).node("DequantizeLinear", {"q", "table_scale", "z"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(parameters_of(model.network) == 160);
  CHECK(model.ops()["embedding"] == 1);

  OnnxGraph blocks;
  blocks.input("ids", {1, 5}, 7).weight("table", {20, 32}, 2).weight("scales", {20, 2});
  blocks.node("GatherBlockQuantized", {"table", "ids", "scales"}, {"y"}, {{"block_size", 32}}, kMs).output("y");
  const Imported packed = import_bytes(onnx_model(blocks));
  CHECK(packed.result() == Shape{1, 5, 64});
  CHECK(parameters_of(packed.network) == 20 * 64);
}

TEST_CASE("equal biases that were merged are told apart by their matrices", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 8}).weight("a", {8, 8}).weight("b", {8, 8}).weight("zeros", {8});
  g.node("Gemm", {"x", "a", "zeros"}, {"h"}).node("Gemm", {"h", "b", "zeros"}, {"i"});
  g.node("Gemm", {"i", "a", "zeros"}, {"y"}).output("y");  // the first layer again
  CHECK(parameters_of(import_bytes(onnx_model(g)).network) == 2 * 64 + 2 * 8);
}

// What PyTorch's exporter folds has "onnx::" names.
TEST_CASE("a folded bias of relative positions is its table", "[onnx]") {
  const auto parameters = [](const std::string& name, std::int64_t heads, std::int64_t n) {
    OnnxGraph g;
    g.input("q", {2, heads, n, 8})
        .input("k", {2, heads, 8, n})
        .input("v", {2, heads, n, 8})
        .weight(name, {1, heads, n, n});
    g.node("MatMul", {"q", "k"}, {"s"}).node("Add", {"s", name}, {"t"});
    g.node("Softmax", {"t"}, {"w"}, {{"axis", -1}}).node("MatMul", {"w", "v"}, {"y"}).output("y");
    const std::string bytes = onnx_model(g);
    CHECK(parameters_of(import_bytes(bytes).network) == parameters_of(import_bytes(bytes, {}, false).network));
    return parameters_of(import_bytes(bytes).network);
  };
  CHECK(parameters("onnx::Add_7", 3, 49) == 13 * 13 * 3);           // Swin: a window of 7 x 7
  CHECK(parameters("onnx::Add_7", 12, 197) == (27 * 27 + 3) * 12);  // BEiT: 14 x 14 and a class token
  CHECK(parameters("onnx::Add_7", 3, 50) == (13 * 13 + 3) * 3);     // 7 x 7 and a class token
  CHECK(parameters("onnx::Add_7", 3, 48) == 3 * 48 * 48);           // no square
  CHECK(parameters("block.bias_table", 3, 49) == 3 * 49 * 49);      // a parameter of its own
}

TEST_CASE("a frozen norm behind a convolution has no parameters", "[onnx]") {
  const auto parameters = [](const std::string& prefix) {
    OnnxGraph g;
    g.input("x", {1, 3, 8, 8}).weight("conv.weight", {4, 3, 3, 3});
    g.weight(prefix + "1", {1, 4, 1, 1}).weight(prefix + "2", {1, 4, 1, 1});
    g.node("Conv", {"x", "conv.weight"}, {"c"}).node("Mul", {"c", prefix + "1"}, {"m"});
    g.node("Add", {"m", prefix + "2"}, {"y"}).output("y");
    return parameters_of(import_bytes(onnx_model(g)).network);
  };
  CHECK(parameters("onnx::Mul_") == 108);
  CHECK(parameters("affine.scale") == 108 + 8);
}

}  // namespace
}  // namespace ridgepoint
