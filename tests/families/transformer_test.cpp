#include "tests/catch.hpp"
#include "tests/families/counting.hpp"

namespace ridgepoint {
namespace {

// Layer by layer: the same kernels with the same numbers.
void expect_same_work(const Network& a, const Network& b) {
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    INFO(a.layers[i].name);
    CHECK(a.layers[i].name == b.layers[i].name);
    CHECK(a.layers[i].repeat == b.layers[i].repeat);
    CHECK((kernels_of(a, a.layers[i]) == kernels_of(b, b.layers[i])));
  }
}

// github.com/karpathy/nanoGPT, transformer_sizing.ipynb: FLOPs of one block of GPT-2 at batch 1, T = 1024.
TEST_CASE("gpt2 matches its worked example to the last FLOP", "[families]") {
  const Network gpt2 = network_of("gpt2");
  const auto flops = [&](const char* name) { return 2 * work_of(gpt2, name).macs; };
  CHECK(flops("layer.attention.qkv") == 3623878656.0);
  CHECK(flops("layer.attention.scores") == 1610612736.0);
  CHECK(flops("layer.attention.context") == 1610612736.0);
  CHECK(flops("layer.attention.o") == 1207959552.0);
  CHECK(flops("layer.mlp.up") == 4831838208.0);
  CHECK(flops("layer.mlp.down") == 4831838208.0);
  CHECK(flops("head") == 79047426048.0);
  CHECK(layer_named(gpt2, "layer.attention.qkv").repeat == 12);
  CHECK(2 * macs_of(gpt2) == 291648307200.0);
  CHECK(2 * macs_of(network_of("gpt2", {}, Phase::kTraining)) == 874944921600.0);
}

TEST_CASE("gpt2 has the worked example's parameters", "[families]") {
  const Network gpt2 = network_of("gpt2");
  CHECK(parameter_count(layer_named(gpt2, "embed")) == 38597376);
  CHECK(parameter_count(layer_named(gpt2, "position_embed")) == 786432);
  CHECK(parameter_count(layer_named(gpt2, "head")) == 0);
  CHECK(parameters_of(network_of("gpt2", {{"tied", "false"}})) == 124439808.0 + 38597376.0);
}

TEST_CASE("decode reads the whole cache of every layer", "[families]") {
  const Network llama = network_of("llama-3.1-8b", {}, Phase::kDecode);
  const Work attention = work_of(llama, "layer.attention.attention");
  const double query_bytes = 32 * 128 * 2;
  CHECK(attention.read.value() - query_bytes == 8388608);
  CHECK(layer_named(llama, "layer.attention.attention").repeat == 32);
  // The cache takes the new token's keys: 8 heads of 128 values.
  CHECK(work_of(llama, "layer.attention.k_cache").written.value() == 8 * 128 * 2);
}

TEST_CASE("the cache is as long as the model's context allows", "[families]") {
  const auto length = [](const Network& network) {
    return network.tensors[static_cast<std::size_t>(layer_named(network, "layer.attention.k_cache").outputs[0])]
        .type.shape[1];
  };
  CHECK(length(network_of("gpt2", {}, Phase::kDecode)) == 1024);
  CHECK(length(network_of("llama-3.1-8b", {}, Phase::kDecode)) == 2048);
  CHECK(length(network_of("llama-3.1-8b", {{"kv_len", 32768}}, Phase::kDecode)) == 32768);
}

TEST_CASE("prefill of one token is decode with an empty past", "[families]") {
  for (const char* name : {"llama-3.1-8b", "gpt2", "gpt3-175b"}) {
    INFO(name);
    Network decode = network_of(name, {{"kv_len", 1}}, Phase::kDecode);
    const Network prefill = network_of(name, {{"seq", 1}}, Phase::kPrefill);
    expect_same_work(prefill, decode);
  }
}

TEST_CASE("prefill computes the logits of the last token only", "[families]") {
  const double all = work_of(network_of("llama-3.1-8b"), "head").macs;
  const double last = work_of(network_of("llama-3.1-8b", {}, Phase::kPrefill), "head").macs;
  CHECK(last * 2048 == all);
}

TEST_CASE("fused and unfused attention multiply the same without a causal mask", "[families]") {
  for (const char* name : {"gpt2", "llama-3.1-8b", "bert-large"}) {
    INFO(name);
    const Network fused = network_of(name, {{"attention", "fused"}, {"causal", "false"}});
    const Network unfused = network_of(name, {{"attention", "unfused"}, {"causal", "false"}});
    CHECK(macs_of(fused) == macs_of(unfused));
    CHECK(parameters_of(fused) == parameters_of(unfused));
  }
}

// What a layer's scores go through, by name: unfused attention of a decoder with all that can be added to them.
const std::string kScores = R"({"name": "n", "family": "transformer", "layers": 2, "hidden": 32, "heads": 4,
  "kv_heads": 2, "vocab": 100, "context": 64, "attention": "unfused", )";

Network scores_network(const std::string& keys, Phase phase, Attributes set) {
  Attributes nothing;
  const Description description = load_model(Document::parse("n.json", kScores + keys + "}"), nothing);
  return instantiate(description, {.phase = phase, .parameters = std::move(set)});
}

TEST_CASE("a window leaves unfused decoding the scores that fused decoding has", "[families]") {
  for (const char* name : {"mistral-7b", "gpt-oss-20b", "gemma-3-1b"}) {
    INFO(name);
    const Network fused = network_of(name, {{"kv_len", 8192}}, Phase::kDecode);
    const Network unfused = network_of(name, {{"kv_len", 8192}, {"attention", "unfused"}}, Phase::kDecode);
    CHECK(macs_of(fused) == macs_of(unfused));
    CHECK(parameters_of(fused) == parameters_of(unfused));
  }
  // Two sequences of 5 new tokens over what the cache keeps: 8 + 5 - 1 keys, all scores computed and masked.
  const Network prefill = scores_network(R"("layer_types": ["window"], "window": 8)", Phase::kPrefill,
                                         {{"batch", 2}, {"seq", 5}, {"kv_len", 40}});
  CHECK(output_of(prefill, "layer.attention.scores").shape == Shape{2, 2, 10, 12});
  CHECK(output_of(prefill, "layer.attention.masked").shape == Shape{2, 4, 5, 12});
  CHECK_THROWS_AS(layer_named(scores_network(R"("causal": false)", Phase::kPrefill, {}), "layer.attention.masked"),
                  std::out_of_range);
}

TEST_CASE("sinks are one key more in an unfused softmax, alibi and a cap are passes over the scores", "[families]") {
  const Attributes run{{"batch", 2}, {"seq", 5}, {"kv_len", 9}};
  const Network sinks = scores_network(R"("sinks": true)", Phase::kPrefill, run);
  CHECK(output_of(sinks, "layer.attention.softmax").shape == Shape{2, 2, 10, 10});
  CHECK(output_of(sinks, "layer.attention.without_sinks").shape == Shape{2, 2, 10, 9});
  CHECK(parameter_count(layer_named(sinks, "layer.attention.sinks")) == 4);
  const Network alibi = scores_network(R"("position": "alibi")", Phase::kPrefill, run);
  CHECK(work_of(alibi, "layer.attention.alibi_add").vector.value() == 2 * 4 * 5 * 9);
  const Network capped = scores_network(R"("attention_softcap": true)", Phase::kPrefill, run);
  CHECK(work_of(capped, "layer.attention.cap_tanh").special.value() == 2 * 4 * 5 * 9);
}

TEST_CASE("shared layers compute each and have their parameters once", "[families]") {
  const Network shared = network_of("albert-base-v2");
  const Network apart = network_of("albert-base-v2", {{"shared_layers", "false"}});
  const double layer = 4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768;
  CHECK(parameters_of(apart) - parameters_of(shared) == 11 * layer);
  CHECK(macs_of(apart) == macs_of(shared));
  CHECK(parameters_of(network_of("albert-base-v2", {}, Phase::kTraining)) == parameters_of(shared));
}

TEST_CASE("disentangled attention adds two products with the table of positions", "[families]") {
  const Network network = network_of("deberta-v3-base");
  const double scores = 12.0 * 512 * 512 * 64;  // per layer: heads, queries, keys, their width
  CHECK(work_of(network, "layer.attention.scores").macs == scores);
  CHECK(work_of(network, "layer.attention.content_to_position_scores").macs == scores);  // of 2 x 256 positions
  CHECK(work_of(network, "layer.attention.position_k").macs == 512.0 * 768 * 768);
  CHECK(parameter_count(layer_named(network, "layer.attention.position_k")) == 0);
  const Network fused = network_of("deberta-v3-base", {{"attention", "fused"}});
  CHECK(macs_of(fused) == macs_of(network));
  CHECK(parameters_of(fused) == parameters_of(network));
  // The first DeBERTa has a matrix for each of the two, and a bias for one.
  const Network first = network_of("deberta-base");
  CHECK(parameter_count(layer_named(first, "layer.attention.position_k")) == 768 * 768);
  CHECK(parameter_count(layer_named(first, "layer.attention.position_q")) == 768 * 768 + 768);
}

TEST_CASE("unfused grouped-query attention does not copy keys", "[families]") {
  const Network llama = network_of("llama-3.1-8b", {{"attention", "unfused"}}, Phase::kDecode);
  const double query_bytes = 32 * 128 * 2;
  CHECK(work_of(llama, "layer.attention.scores").read.value() - query_bytes == 4194304);
}

TEST_CASE("sizes follow what the run sets", "[families]") {
  const double per_layer = 218112000;  // of llama-3.1-8b: (2 * 4096 + 2 * 1024 + 3 * 14336 + 2) * 4096
  CHECK(parameters_of(network_of("llama-3.1-8b")) - parameters_of(network_of("llama-3.1-8b", {{"layers", 16}})) ==
        16 * per_layer);
  CHECK(macs_of(network_of("llama-3.1-8b", {{"batch", 8}})) == 8 * macs_of(network_of("llama-3.1-8b")));
  // BERT's head_dim and ffn follow from its other sizes where it does not give them.
  CHECK(work_of(network_of("bert-large", {{"hidden", 2048}}), "layer.attention.q").macs == 512.0 * 2048 * 2048);
}

TEST_CASE("fused and separate projections count the same", "[families]") {
  const Network fused = network_of("llama-3.1-8b", {{"qkv", "fused"}});
  const Network separate = network_of("llama-3.1-8b");
  CHECK(macs_of(fused) == macs_of(separate));
  CHECK(parameters_of(fused) == parameters_of(separate));
}

TEST_CASE("encoders and decoders know their phases", "[families]") {
  Attributes none;
  CHECK(phases_of(load_model(model_document("gpt2"), none)).size() == 4);
  CHECK(phases_of(load_model(model_document("bert-large"), none)) == std::vector{Phase::kInference, Phase::kTraining});
}

}  // namespace
}  // namespace ridgepoint
