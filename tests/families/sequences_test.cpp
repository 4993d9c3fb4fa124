// What the transformer, vision and recurrent families promise beyond their published counts.

#include "tests/catch.hpp"
#include "tests/families/counting.hpp"

namespace ridgepoint {
namespace {

Network network_from(const std::string& text, Phase phase = Phase::kInference, Attributes set = {}) {
  RunOptions run{.phase = phase};
  const Description description = load_model(Document::parse("model.json", text), set);
  run.parameters = set;
  return instantiate(description, run);
}

std::string complaint(const std::string& text, Phase phase = Phase::kInference) {
  try {
    (void)network_from(text, phase);
  } catch (const InputError& error) {
    return error.problem().what + " | " + error.problem().expected;
  }
  return "";
}

// A decoder of two layers, with more keys.
std::string tiny(const std::string& keys) {
  return R"({"name": "tiny", "family": "transformer", "layers": 4, "hidden": 64, "heads": 4, "vocab": 100,
             "position": "rope", "norm": "rms", "activation": "swiglu", "ffn": 96, )" +
         keys + "}";
}

double state_of(const Network& network) {
  double state = 0;
  for (const Layer& layer : network.layers) {
    const SiteStorage place(network, layer);
    state += std::visit([&](const auto& op) { return op.state(place.site()); }, layer.op).value() *
             static_cast<double>(layer.repeat);
  }
  return state;
}

double active_of(const Network& network) {
  double count = 0;
  for (const Layer& layer : network.layers) count += active_parameter_count(layer) * static_cast<double>(layer.copies);
  return count;
}

TEST_CASE("DeepSeek-V3: active parameters, routed experts and cache as published", "[families]") {
  const Network v3 = network_of("deepseek-v3", {{"kv_len", 1}}, Phase::kDecode);
  CHECK(active_of(v3) == 37552282624.0);
  CHECK(state_of(v3) == 70272);
  double routed = 0;
  for (const Layer& layer : v3.layers) {
    if (std::holds_alternative<GroupedLinear>(layer.op))
      routed += parameter_count(layer) * static_cast<double>(layer.repeat);
  }
  CHECK(routed == 653908770816.0);
}

TEST_CASE("one token reads the experts that it takes, many tokens read all", "[families]") {
  const auto expert_bytes = [](std::int64_t batch) {
    return work_of(network_of("mixtral-8x7b", {{"batch", batch}}, Phase::kDecode), "layer.mlp.up").read.value();
  };
  const double matrix = 2.0 * 4096 * 14336;
  CHECK(expert_bytes(1) == Approx(2 * matrix + 2 * 2 * 4096));
  CHECK(expert_bytes(3) == Approx(8 * (1 - 0.75 * 0.75 * 0.75) * matrix + 2 * 6 * 4096));
  CHECK(expert_bytes(4096) == Approx(8 * matrix + 2 * 8192.0 * 4096));
}

TEST_CASE("a window keeps its own cache, and layers without one the whole", "[families]") {
  const double all = state_of(network_of("gemma-3-1b", {{"kv_len", 32768}}, Phase::kDecode));
  const double token = 2.0 * 2 * 256;  // keys and values of one head of 256 in bf16
  CHECK(all == token * (22 * 512 + 4 * 32768));
}

TEST_CASE("layers of several kinds become repetitions", "[families]") {
  const Network network = network_from(tiny(R"("layer_types": ["window", "full"], "window": 8)"));
  CHECK(layer_named(network, "layer.window1.attention.q").repeat == 2);
  CHECK(layer_named(network, "layer.full2.attention.q").repeat == 2);
  const Network dense_first = network_from(tiny(R"("dense_layers": 1, "experts": 8, "top_k": 2)"));
  CHECK(layer_named(dense_first, "layers1.mlp.up").repeat == 1);
  CHECK(layer_named(dense_first, "layers2.mlp.up").repeat == 3);
  CHECK(std::holds_alternative<GroupedLinear>(layer_named(dense_first, "layers2.mlp.up").op));
  // Other ways to say the same.
  const Network listed = network_from(tiny(R"("mlp_types": ["dense", "moe", "moe", "moe"], "experts": 8, "top_k": 2)"));
  CHECK(parameters_of(listed) == parameters_of(dense_first));
  CHECK(parameters_of(network_from(tiny(R"("tied": false)"))) == parameters_of(network));
}

TEST_CASE("sizes may differ from layer to layer", "[families]") {
  const Network lists = network_from(tiny(R"("kv_heads": [4, 2, 2, 1], "tied": false)"));
  // 4 keys and values of 16 columns fewer or more than one head for all: 64 x 16 x 2 per KV head.
  const Network same = network_from(tiny(R"("kv_heads": 1)"));
  CHECK(parameters_of(lists) - parameters_of(same) == 64.0 * 16 * 2 * (3 + 1 + 1));
  CHECK(complaint(tiny(R"("kv_heads": [4, 2])")).find("2 numbers for 4 layers") != std::string::npos);
}

TEST_CASE("an encoder runs nothing while its decoder generates, and stays in memory", "[families]") {
  for (const char* const name : {"t5-base", "whisper-small", "bart-large"}) {
    CAPTURE(name);
    const Network decode = network_of(name, {}, Phase::kDecode);
    const Network prefill = network_of(name, {}, Phase::kPrefill);
    CHECK(parameters_of(decode) == parameters_of(prefill));
    CHECK(layer_named(decode, "encoder_layer.mlp.up").idle);
    CHECK(layer_named(decode, "layer.cross.k").idle);
    CHECK(!layer_named(decode, "layer.cross.q").idle);
    CHECK(!layer_named(prefill, "encoder_layer.mlp.up").idle);
  }
}

TEST_CASE("MTP layers are trained, and do not run otherwise", "[families]") {
  const std::string text = tiny(R"("mtp_layers": 1)");
  const Network training = network_from(text, Phase::kTraining);
  const Network inference = network_from(text);
  CHECK(!layer_named(training, "mtp.project").idle);
  CHECK(layer_named(inference, "mtp.project").idle);
  CHECK(parameters_of(training) == parameters_of(inference));
  // Its projection, three norms and one layer.
  const double layer = 4.0 * 64 * 64 + 3 * 64 * 96 + 2 * 64;
  CHECK(parameters_of(training) - parameters_of(network_from(tiny(R"("tied": false)"))) ==
        2.0 * 64 * 64 + 3 * 64 + layer);
}

TEST_CASE("absorbed and materialized latent attention have the same parameters", "[families]") {
  const Network decode = network_of("deepseek-v2-lite", {}, Phase::kDecode);
  const Network prefill = network_of("deepseek-v2-lite", {}, Phase::kPrefill);
  CHECK(parameters_of(decode) == parameters_of(prefill));
  // A token against a long past: absorbed it reads the latents alone.
  const Network far = network_of("deepseek-v2-lite", {{"kv_len", 100000}}, Phase::kDecode);
  const double per_layer = work_of(far, "layers2.attention.attention").read.value();
  CHECK(per_layer < 1.2 * 2 * 100000 * 576);
}

TEST_CASE("what does not fit is said", "[families]") {
  CHECK(complaint(tiny(R"("layer_types": ["window"])")) ==
        "missing key \"window\" in network | a member \"window\" here");
  CHECK(complaint(tiny(R"("layer_types": ["ful"])")).find("\"ful\"") != std::string::npos);
  CHECK(complaint(tiny(R"("experts": 4, "top_k": 8)")).find("\"top_k\" of 8") != std::string::npos);
  CHECK(complaint(tiny(R"("dense_layers": 5, "experts": 4, "top_k": 2)")).find("more than the 4 layers") !=
        std::string::npos);
  CHECK(complaint(tiny(R"("layer_types": "none", "mlp_types": "none")")) != "");
  CHECK(complaint(tiny(R"("layer_types": [])")).find("empty list") != std::string::npos);
  CHECK(complaint(tiny(R"("capacity_factor": -1, "experts": 4, "top_k": 2)")).find("capacity_factor") !=
        std::string::npos);
  CHECK(complaint(tiny(R"("kv_rank": 16)")).find("nope_dim") != std::string::npos);
  const std::string disentangled = R"({"name": "d", "family": "transformer", "layers": 4, "hidden": 64, "heads": 4,
    "vocab": 100, "position": "disentangled")";
  CHECK(complaint(disentangled + "}").find("look both ways") != std::string::npos);
  CHECK(complaint(disentangled + R"(, "kind": "encoder", "qkv": "fused"})").find("one by one") != std::string::npos);
  CHECK(complaint(tiny(R"("shared_layers": true, "layer_types": ["full", "nope"])")).find("cannot share") !=
        std::string::npos);
}

TEST_CASE("recurrent networks: what their parts have", "[families]") {
  const Network ds2 = network_from(
      R"({"name": "ds2", "family": "rnn", "architecture": "deepspeech2", "cell": "gru", "hidden": 800, "layers": 5,
          "vocab": 29, "frames": 100})");
  // 161 frequencies halve twice, to 41; 32 channels of each enter the first layer.
  CHECK(parameter_count(layer_named(ds2, "layer1")) == 2.0 * 3 * 800 * (32 * 41 + 800 + 2));
  CHECK(layer_named(ds2, "layers.gru").repeat == 4);
  const Network rnnt = network_from(
      R"({"name": "rnnt", "family": "rnn", "architecture": "rnnt", "features": 240, "hidden": 1024, "predictor": 320,
          "joint": 512, "vocab": 29, "batch": 2, "frames": 100, "characters": 20})");
  CHECK(parameter_count(layer_named(rnnt, "encoder_pre")) == 4.0 * 1024 * (240 + 1024 + 2) + 4.0 * 1024 * (2048 + 2));
  CHECK(work_of(rnnt, "joint_out").macs == 2.0 * 50 * 20 * 512 * 29);
}

}  // namespace
}  // namespace ridgepoint
