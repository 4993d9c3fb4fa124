// What a run keeps in memory, by hand.

#include "roofline/memory.hpp"

#include "tests/network/networks.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

// 2 x 8 values, widened to 32 and back, with a skip: 64 B, 256 B, 256 B, 64 B, 64 B. 512 weights.
const std::string kSkip = R"(
  {"name": "up", "op": "linear", "out_features": 32, "bias": false}, {"op": "relu"},
  {"name": "down", "op": "linear", "out_features": 8, "bias": false}, {"op": "add", "inputs": ["down", "x"]})";

Footprint footprint_of(const std::string& layers, Fusion fusion, const RunOptions& run = {},
                       Optimizer optimizer = Optimizer::kAdam) {
  const Network network = small_network("[2, 8]", layers, run);
  return footprint(network, plan_fusion(network, fusion), optimizer);
}

TEST_CASE("activations are the most that is alive at one time", "[memory]") {
  // relu runs while x waits for the sum: x + up + relu.
  CHECK(footprint_of(kSkip, Fusion::kNone).activations.value() == 64 + 256 + 256);
  // up and relu are one kernel, down and the sum too: x + relu + add.
  CHECK(footprint_of(kSkip, Fusion::kEpilogue).activations.value() == 64 + 256 + 64);
  CHECK(footprint_of(kSkip, Fusion::kNone).weights.value() == 512 * 4);
  // Without the skip x dies behind the first product.
  const std::string chain = kSkip.substr(0, kSkip.rfind(", {\"op\": \"add\""));
  CHECK(footprint_of(chain, Fusion::kNone).activations.value() == 256 + 256);
}

TEST_CASE("a view takes no memory of its own, and keeps what it shows alive", "[memory]") {
  const std::string view = R"({"name": "v", "op": "reshape", "shape": [16]}, {"name": "r", "op": "relu", "inputs": "x"},
    {"name": "e", "op": "exp", "inputs": "r"}, {"name": "w", "op": "reshape", "shape": [2, 8], "inputs": "v"},
    {"op": "add", "inputs": ["e", "w"]})";
  CHECK(footprint_of(view, Fusion::kNone).activations.value() == 3 * 64);
}

TEST_CASE("training keeps what the backward pass needs, gradients and the optimizer's state", "[memory]") {
  const RunOptions training{.phase = Phase::kTraining};
  // up keeps x, relu its output, which down keeps too: once.
  const Footprint adam = footprint_of(kSkip, Fusion::kEpilogue, training);
  CHECK(adam.activations.value() == 64 + 256);
  CHECK(adam.weights.value() == 512 * 4);
  CHECK(adam.gradients.value() == 512 * 4);
  CHECK(adam.optimizer.value() == 512 * 2 * 4);
  CHECK(footprint_of(kSkip, Fusion::kEpilogue, training, Optimizer::kMomentum).optimizer.value() == 512 * 4);
  CHECK(footprint_of(kSkip, Fusion::kEpilogue, training, Optimizer::kSgd).optimizer.value() == 0);
  // Narrower weights have an fp32 copy beside the two moments.
  const Footprint bf16 = footprint_of(kSkip, Fusion::kEpilogue, {Phase::kTraining, {}, {.activations = DType::kBf16}});
  CHECK(bf16.weights.value() == 512 * 2);
  CHECK(bf16.gradients.value() == 512 * 2);
  CHECK(bf16.optimizer.value() == 512 * 3 * 4);
  CHECK(bf16.activations.value() == 32 + 128);
}

TEST_CASE("a repeated block keeps its activations once a repetition when training", "[memory]") {
  const std::string text = network_text(
      "[2, 8]", R"("blocks": {"b": {"layers": [{"op": "linear", "out_features": 8, "bias": false}, {"op": "relu"}]}},
                   "layers": [{"block": "b", "repeat": 10}])");
  const auto of = [&](Phase phase) {
    const Network network = network_of_text(text, {.phase = phase});
    return footprint(network, plan_fusion(network, Fusion::kNone), Optimizer::kSgd);
  };
  CHECK(of(Phase::kInference).activations.value() == 2 * 64);
  CHECK(of(Phase::kInference).weights.value() == 10 * 64 * 4);
  // Each relu's output is the next product's input, and x is the first's.
  CHECK(of(Phase::kTraining).activations.value() == 64 + 10 * 64);
}

// Three handovers within each of four, and three between those.
TEST_CASE("what repetitions of repetitions hand on is kept once", "[memory]") {
  const std::string text =
      network_text("[2, 8]", R"("blocks": {"inner": {"layers": [{"op": "linear", "out_features": 8, "bias": false}]},
                              "outer": {"layers": [{"block": "inner", "repeat": 4}]}},
                   "layers": [{"op": "linear", "out_features": 8}, {"block": "outer", "repeat": 4}])");
  const Network network = network_of_text(text, {.phase = Phase::kTraining});
  const Footprint kept = footprint(network, plan_fusion(network, Fusion::kNone), Optimizer::kSgd);
  CHECK(kept.activations.value() == 64 + 16 * 64);  // each of 17 products keeps its input
}

// The mask is one tensor for all repetitions; each keeps it and its own h.
TEST_CASE("what every repetition reads is kept once", "[memory]") {
  const std::string text = network_text(
      "[2, 8]", R"("blocks": {"b": {"inputs": ["h", "mask"], "layers": [{"op": "mul", "inputs": ["h", "mask"]}]}},
                   "layers": [{"name": "mask", "op": "linear", "out_features": 8},
                              {"name": "h", "op": "linear", "out_features": 8},
                              {"block": "b", "inputs": ["h", "mask"], "repeat": 10}])");
  const Network network = network_of_text(text, {.phase = Phase::kTraining});
  const Footprint kept = footprint(network, plan_fusion(network, Fusion::kNone), Optimizer::kSgd);
  // x for the first product, mask for the second and all repetitions, ten values of h.
  CHECK(kept.activations.value() == 64 + 64 + 10 * 64);
}

TEST_CASE("quantized weights bring their scales", "[memory]") {
  const RunOptions int4{.precision = {.activations = DType::kFp16, .weights = DType::kInt4, .weight_group = 32}};
  CHECK(footprint_of(kSkip, Fusion::kNone, int4).weights.value() == 256 + 16 * 2);
}

Footprint of(const Run& run) { return estimate_of(run, device_named("h100-sxm5")).memory; }

// 32 layers, keys and values, 8 heads of 128, 2 bytes: 131,072 bytes a token.
TEST_CASE("llama-3.1-8b keeps 131,072 bytes a token in bf16", "[memory]") {
  const auto cache = [](int batch, int length, PrecisionItem precision = {}) {
    return of({"llama-3.1-8b", Phase::kDecode, {{"batch", batch}, {"kv_len", length}}, precision}).kv_cache.value();
  };
  CHECK(cache(1, 1) == 131072);
  CHECK(cache(3, 1000) == 3000.0 * 131072);
  CHECK(cache(1, 1000, {.kv_cache = DType::kFp8E4m3}) == 500.0 * 131072);
  CHECK(of({"llama-3.1-8b"}).kv_cache.value() == 0);
  CHECK(of({"llama-3.1-8b", Phase::kPrefill, {{"seq", 512}}}).kv_cache.value() == 512.0 * 131072);
}

TEST_CASE("weights and tables of real models are parameters times their width", "[memory]") {
  CHECK(of({"llama-3.1-8b"}).weights.value() == 8030261248.0 * 2);
  const Footprint dlrm = of({"dlrm"});
  CHECK(dlrm.tables.value() == 24034227072.0 * 4);
  CHECK(dlrm.weights.value() == (171392.0 + 2197505.0) * 4);
  CHECK(of({"gpt2"}).weights.value() == 124439808.0 * 2);  // a tied head has no weights of its own
}

}  // namespace
}  // namespace ridgepoint
