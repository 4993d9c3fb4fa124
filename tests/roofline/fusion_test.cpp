// Which layers run as one kernel, and what fusing saves.

#include "roofline/fusion.hpp"

#include "cost/device_file.hpp"
#include "roofline/estimate.hpp"
#include "tests/network/networks.hpp"

namespace ridgepoint {
namespace {

using Groups = std::vector<std::string>;

// "a+b" for each group.
Groups plan(const Network& network, Fusion fusion) {
  Groups groups;
  for (const Group& group : plan_fusion(network, fusion)) {
    std::string text;
    for (const int member : group.members) {
      text += (text.empty() ? "" : "+") + network.layers[static_cast<std::size_t>(member)].name;
    }
    groups.push_back(text);
  }
  return groups;
}

const std::string kLinear = R"({"name": "w", "op": "linear", "out_features": 4, "bias": false})";

std::string op(const std::string& name, const std::string& op, const std::string& inputs = "") {
  return R"({"name": ")" + name + R"(", "op": ")" + op + "\"" + (inputs.empty() ? "" : ", \"inputs\": " + inputs) + "}";
}

Network chain(const std::string& layers, Phase phase = Phase::kInference) {
  return small_network("[2, 8]", layers, {.phase = phase});
}

TEST_CASE("an epilogue joins the product that only it reads", "[fusion]") {
  const Network simple = chain(kLinear + "," + op("r", "relu") + "," + op("t", "tanh"));
  CHECK(plan(simple, Fusion::kNone) == Groups{"w", "r", "t"});
  CHECK(plan(simple, Fusion::kEpilogue) == Groups{"w+r+t"});
  const Network shared = chain(kLinear + "," + op("r", "relu") + "," + op("s", "add", "[\"w\", \"r\"]"));
  CHECK(plan(shared, Fusion::kEpilogue) == Groups{"w", "r", "s"});
  CHECK(plan(shared, Fusion::kFull) == Groups{"w+r+s"});
}

TEST_CASE("a residual sum joins the later of its producers", "[fusion]") {
  const auto two = [](const std::string& inputs) {
    return chain(R"({"name": "a", "op": "linear", "out_features": 8, "inputs": "x"},
                    {"name": "b", "op": "linear", "out_features": 8, "inputs": "x"},)" +
                 op("sum", "add", inputs));
  };
  CHECK(plan(two("[\"a\", \"b\"]"), Fusion::kEpilogue) == Groups{"a", "b+sum"});
  CHECK(plan(two("[\"b\", \"a\"]"), Fusion::kEpilogue) == Groups{"a", "b+sum"});
  CHECK(plan(two("[\"a\", \"x\"]"), Fusion::kEpilogue) == Groups{"a+sum", "b"});
}

TEST_CASE("what hands its input on does not stand between two that fuse", "[fusion]") {
  const std::string layers = kLinear + "," + op("d", "dropout") + "," + op("r", "relu");
  const Network dropped = chain(layers);
  CHECK(plan(dropped, Fusion::kEpilogue) == Groups{"w+r", "d"});
  CHECK(plan(chain(layers, Phase::kTraining), Fusion::kEpilogue) == Groups{"w+d+r"});
  // Another reader of the other name is a reader of the tensor.
  CHECK(plan(chain(layers + "," + op("t", "tanh", "\"d\"")), Fusion::kEpilogue) == Groups{"w", "d", "r", "t"});
}

TEST_CASE("row ops join element-wise ones, one a group, when all is fused", "[fusion]") {
  const Network rows =
      chain(op("a", "relu") + "," + op("n", "layer_norm") + "," + op("t", "tanh") + "," + op("m", "softmax"));
  CHECK(plan(rows, Fusion::kEpilogue) == Groups{"a", "n", "t", "m"});
  CHECK(plan(rows, Fusion::kFull) == Groups{"a+n+t", "m"});
  const Network product = chain(kLinear + "," + op("m", "softmax") + "," + op("t", "tanh"));
  CHECK(plan(product, Fusion::kFull) == Groups{"w", "m+t"});
}

TEST_CASE("what changes the extents does not join", "[fusion]") {
  const Network stretched = small_network(
      "[2, 4]", R"({"name": "w", "op": "linear", "out_features": 1},)" + op("s", "add", "[\"w\", \"x\"]"));
  CHECK(plan(stretched, Fusion::kFull) == Groups{"w", "s"});
  const Network view = chain(kLinear + R"(, {"name": "v", "op": "reshape", "shape": [8]},)" + op("r", "relu"));
  CHECK(plan(view, Fusion::kFull) == Groups{"w", "v", "r"});
}

TEST_CASE("a batch norm joins its convolution at inference, not in training", "[fusion]") {
  const std::string layers =
      R"({"name": "c", "op": "conv", "out_channels": 4, "kernel": 1},)" + op("b", "batch_norm") + "," + op("r", "relu");
  CHECK(plan(small_network("[2, 3, 5, 5]", layers), Fusion::kEpilogue) == Groups{"c+b+r"});
  CHECK(plan(small_network("[2, 3, 5, 5]", layers, {.phase = Phase::kTraining}), Fusion::kEpilogue) ==
        Groups{"c", "b", "r"});
}

TEST_CASE("repetitions of a block are not crossed", "[fusion]") {
  const Network network = network_of_text(network_text("[2, 4]", R"("blocks": {"b": {"layers": [)" + kLinear +
                                                                     R"(]}}, "layers": [{"block": "b", "repeat": 3},)" +
                                                                     op("r", "relu") + "]"));
  CHECK(plan(network, Fusion::kFull) == Groups{"b.w", "r"});
}

Device simple_device() {
  Device device;
  device.name = "d";
  device.vector[static_cast<std::size_t>(DType::kFp32)] = Peak{.rate = FlopRate{1e12}};
  device.dram.bandwidth = Bandwidth{1e12};
  return device;
}

Amounts forward_of(const Network& network, Fusion fusion, std::size_t row = 0) {
  return estimate(network, simple_device(), {.fusion = fusion}).rows[row].passes.front();
}

// x is 2 x 8, W is 8 x 4, y is 2 x 4; all fp32.
constexpr double kX = 64;
constexpr double kW = 128;
constexpr double kY = 32;

TEST_CASE("a fused tensor is neither written nor read", "[fusion]") {
  const Network network = chain(kLinear + "," + op("r", "relu"));
  const Amounts product = forward_of(network, Fusion::kNone);
  CHECK(product.bytes_read == kX + kW);
  CHECK(product.bytes_written == kY);
  const Amounts fused = forward_of(network, Fusion::kEpilogue);
  CHECK(fused.bytes_read == kX + kW);
  CHECK(fused.bytes_written == kY);
  CHECK(fused.flops == 2 * 2 * 8 * 4 + 8);
}

TEST_CASE("what only hands its input on moves nothing", "[fusion]") {
  const Network dropped = chain(kLinear + "," + op("d", "dropout") + "," + op("r", "relu"));
  CHECK(forward_of(dropped, Fusion::kEpilogue).bytes_read == kX + kW);
  CHECK(forward_of(dropped, Fusion::kEpilogue).bytes_written == kY);
  CHECK(forward_of(dropped, Fusion::kEpilogue, 1).bytes_read == 0);
}

TEST_CASE("in training what the backward pass needs is written all the same", "[fusion]") {
  // relu needs its output, gelu its input: the product's.
  CHECK(forward_of(chain(kLinear + "," + op("r", "relu"), Phase::kTraining), Fusion::kEpilogue).bytes_written == kY);
  CHECK(forward_of(chain(kLinear + "," + op("g", "gelu"), Phase::kTraining), Fusion::kEpilogue).bytes_written ==
        2 * kY);
  CHECK(forward_of(chain(kLinear + "," + op("g", "gelu")), Fusion::kEpilogue).bytes_written == kY);
}

TEST_CASE("what others read, or the next repetition, is written", "[fusion]") {
  const Network shared = chain(kLinear + "," + op("r", "relu") + R"(, {"name": "v", "op": "linear", "out_features": 4,
    "inputs": "w"})");
  CHECK(plan(shared, Fusion::kFull) == Groups{"w+r", "v"});
  CHECK(forward_of(shared, Fusion::kFull).bytes_written == 2 * kY);
  const std::string block = R"("blocks": {"b": {"layers": [)" + kLinear + "," + op("r", "relu") + R"(],
    "outputs": ["w"]}}, "layers": [{"block": "b"}])";
  const Network escaping = network_of_text(network_text("[2, 8]", block));
  CHECK(plan(escaping, Fusion::kEpilogue) == Groups{"b.w", "b.r"});
  CHECK(plan(escaping, Fusion::kFull) == Groups{"b.w+b.r"});
  CHECK(forward_of(escaping, Fusion::kFull).bytes_written == 2 * kY);
}

TEST_CASE("a tensor that two members of a group read is saved twice", "[fusion]") {
  const Network network = chain(kLinear + "," + op("r", "relu") + "," + op("s", "add", "[\"w\", \"r\"]"));
  const Amounts fused = forward_of(network, Fusion::kFull);
  CHECK(fused.bytes_read == kX + kW);
  CHECK(fused.bytes_written == kY);
}

TEST_CASE("rows that fuse keep the names of their layers", "[fusion]") {
  const Network network = chain(kLinear + "," + op("r", "relu") + "," + op("n", "layer_norm"));
  const Estimate e = estimate(network, simple_device(), {.fusion = Fusion::kEpilogue});
  REQUIRE(e.rows.size() == 2);
  CHECK(e.rows[0].name == "w");
  CHECK(e.rows[0].fused_from == std::vector<std::string>{"w", "r"});
  CHECK(e.rows[1].fused_from.empty());
}

// dY of relu: reads dY and y, writes dX; then dX and dW of the product. relu and tanh ride on one kernel.
TEST_CASE("neighbouring element-wise gradients are one kernel", "[fusion]") {
  const std::string layers =
      R"({"name": "a", "op": "linear", "out_features": 8},)" + kLinear + "," + op("r", "relu") + "," + op("t", "tanh");
  const Network network = chain(layers, Phase::kTraining);
  const auto dgrad = [&](Fusion fusion) {
    Amounts sum;
    for (const LayerEstimate& row : estimate(network, simple_device(), {.fusion = fusion}).rows) {
      if (row.name != "a") sum += row.passes[static_cast<std::size_t>(Pass::kDgrad)];
    }
    return sum;
  };
  const double product_read = kY + kW;
  const double product_written = kX;
  CHECK(dgrad(Fusion::kNone).bytes_read == 4 * kY + product_read);
  CHECK(dgrad(Fusion::kNone).bytes_written == 2 * kY + product_written);
  CHECK(dgrad(Fusion::kEpilogue).bytes_read == 3 * kY + product_read);
  CHECK(dgrad(Fusion::kEpilogue).bytes_written == kY + product_written);
}

// 8 x 4 weights: read in 32 bits, written in 16, and read by the product; so is their gradient on the way back.
TEST_CASE("mixed precision converts weights and their gradients", "[fusion]") {
  const auto run = [](DType weights, Phase phase) {
    const PrecisionItem precision{.activations = DType::kFp16, .weights = weights};
    const Network network = small_network("[2, 8]", kLinear, {.phase = phase, .precision = precision});
    return estimate(network, load_device("v100-sxm2-16gb"), {}).rows.front();
  };
  const LayerEstimate half = run(DType::kFp16, Phase::kInference);
  const LayerEstimate mixed = run(DType::kFp32, Phase::kInference);
  CHECK(mixed.kernels == half.kernels + 1);
  CHECK(mixed.total.bytes_read == half.total.bytes_read + 4 * 32);
  CHECK(mixed.total.bytes_written == half.total.bytes_written + 2 * 32);
  const auto wgrad = static_cast<std::size_t>(Pass::kWgrad);
  const LayerEstimate trained = run(DType::kFp32, Phase::kTraining);
  CHECK(trained.passes[wgrad].bytes_read == run(DType::kFp16, Phase::kTraining).passes[wgrad].bytes_read + 2 * 32);
}

}  // namespace
}  // namespace ridgepoint
