// Hugging Face configs: what is recognised, what is said, what is wrong.

#include <fmt/format.h>

#include <filesystem>

#include "tests/importers/importing.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
const fs::path kConfigs = fs::path(RIDGEPOINT_TEST_SOURCE_DIR) / "tests" / "importers" / "hf";

const std::string kLlama = R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"],
 "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2,
 "num_attention_heads": 4, "num_key_value_heads": 2,
 "vocab_size": 100, "tie_word_embeddings": false, "torch_dtype": "bfloat16"})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Description read_text(const std::string& text, ImportOptions options = {}) {
  return imported(TextFile(text).path(), options);
}

// The first line of the message, from the line number on, and what was expected.
std::string message(const std::string& text, ImportOptions options = {}) {
  const TextFile file(text);
  std::string said = message_of([&] {
    const Description description = imported(file.path(), options);
    return instantiate(description, {.phase = Phase::kInference});
  });
  if (const std::size_t at = said.find(file.path()); at != std::string::npos) said.erase(at, file.path().size());
  return said.substr(0, said.find('\n'));
}

TEST_CASE("Llama 3.1 8B has the parameters that its files have", "[importers][hf]") {
  const Description llama = imported((kConfigs / "llama-3.1-8b.json").string());
  CHECK(llama.importer == "hugging_face");
  CHECK(llama.warnings.empty());
  CHECK(llama.name == "llama-3.1-8b");
  CHECK(llama.precision.activations == DType::kBf16);
  // 8,030,261,248: total of the safetensors index of meta-llama/Llama-3.1-8B, in two bytes each.
  CHECK(parameters_of(instantiate(llama, {.phase = Phase::kInference})) == 8030261248.0);
}

TEST_CASE("a config is found by its folder and by its keys", "[importers][hf]") {
  const TextFile file(kLlama);
  CHECK(imported(file.folder().path().string()).importer == "hugging_face");
  const TemporaryFolder empty;
  CHECK(
      message_of([&] { return imported(empty.path().string()); }) ==
      fmt::format("error: \"{}\" is a folder without a config.json\n  expected a file, or a folder with a config.json "
                  "in it\n",
                  empty.path().string()));
}

TEST_CASE("what is not understood is a warning with its key, under --strict an error", "[importers][hf]") {
  const std::string text = replaced(kLlama, "\"vocab_size\"", "\"extra_experts\": 3, \"vocab_size\"");
  CHECK(read_text(text).warnings ==
        std::vector<std::string>{"the key \"extra_experts\" is not understood and could matter"});
  CHECK(message(text, {.strict = true}) == ": error: the key \"extra_experts\" is not understood and could matter");
  CHECK(read_text(kLlama, {.strict = true}).warnings.empty());
}

TEST_CASE("what is wrong in a config is named with its key", "[importers][hf]") {
  struct Case {
    std::string from;
    std::string to;
    std::string message;
  };
  const std::vector<Case> cases{
      {"\"hidden_size\": 64", "\"hidden_size\": \"64\"", ":2:17: error: \"hidden_size\" is a string"},
      {"\"hidden_size\": 64", "\"hidden_size\": null", ":2:17: error: \"hidden_size\" is null"},
      {"\"hidden_size\": 64", "\"hidden_size\": 0", ":2:17: error: \"hidden_size\" is 0"},
      {"\"hidden_size\": 64", "\"hidden_size\": -64", ":2:17: error: \"hidden_size\" is -64"},
      {"\"hidden_size\": 64", "\"hidden_size\": 64.5", ":2:17: error: \"hidden_size\" is a number"},
      {"\"hidden_size\": 64", "\"hidden_size\": [64]", ":2:17: error: \"hidden_size\" is an array"},
      {"\"num_hidden_layers\": 2,", "", ":1:1: error: missing key \"num_hidden_layers\" in the config"},
      {"\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000000", ":2:68: error: 1000000000 layers"},
      {"\"num_attention_heads\": 4", "\"num_attention_heads\": 0", ":3:25: error: \"num_attention_heads\" is 0"},
      {"\"num_attention_heads\": 4", "\"num_attention_heads\": 5", ":3:25: error: 5 heads do not divide a width of 64"},
      {"\"tie_word_embeddings\": false", "\"tie_word_embeddings\": \"no\"",
       ":4:44: error: \"tie_word_embeddings\" is a string"},
      {"\"torch_dtype\": \"bfloat16\"", "\"torch_dtype\": \"bfloat17\"", ":4:66: error: unknown dtype \"bfloat17\""},
      {"\"vocab_size\": 100", "\"vocab_size\": 100, \"hidden_act\": \"sillu\"",
       ":4:35: error: unknown activation \"sillu\""},
      {"\"vocab_size\": 100", "\"vocab_size\": 100, \"layer_types\": [\"full_attention\"]",
       ":4:36: error: \"layer_types\" has 1 entries for 2 layers"},
      {"\"vocab_size\": 100", "\"vocab_size\": 100, \"layer_types\": [\"full_attention\", \"hyena\"]",
       ":4:36: error: unknown kind of layer \"hyena\""},
      {"\"vocab_size\": 100", "\"vocab_size\": 100, \"layer_types\": [\"full_attention\", \"sliding_attention\"]",
       ":1:1: error: missing key \"sliding_window\" in the config"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.to);
    CHECK(message(replaced(kLlama, c.from, c.to)) == c.message);
  }
}

TEST_CASE("layers that are looked at one by one have an end, in encoders too", "[importers][hf]") {
  CHECK(message(R"({"model_type": "modernbert", "num_hidden_layers": 1000000000000})") ==
        ":1:51: error: 1000000000000 layers");
}

TEST_CASE("an unknown type names the nearest that is known", "[importers][hf]") {
  const TextFile file(replaced(kLlama, "\"model_type\": \"llama\"", "\"model_type\": \"llamma\""));
  const std::string said = message_of([&] { return imported(file.path()); });
  CHECK(said.find("error: unknown model_type \"llamma\"") != std::string::npos);
  CHECK(said.find("with \"model_type\": \"llama\" the file is read as that") != std::string::npos);
  CHECK(said.find("did you mean \"llama\"?") != std::string::npos);
}

std::string expected_of(const std::string& text) {
  const TextFile file(text);
  const std::string said = message_of([&] { return imported(file.path()); });
  const std::size_t at = said.find("  expected ");
  REQUIRE(at != std::string::npos);
  return said.substr(at + 11, said.find('\n', at) - at - 11);
}

TEST_CASE("there is a nearest type for every unknown one, and what says so", "[importers][hf]") {
  const auto begins = [](const std::string& text, const std::string& with) {
    const std::string said = expected_of(text);
    CHECK(said.substr(0, with.size()) == with);
  };
  begins(R"({"model_type": "llama7"})",
         "a known type; llama is the nearest by its name: but the file cannot be read as that (missing key "
         "\"num_hidden_layers\" in the config); or describe the network with the family transformer");
  begins(R"({"model_type": "x", "architectures": ["Qwen9MoeForCausalLM"]})", "a known type; qwen2_moe is the nearest");
  begins(R"({"model_type": "x", "kv_lora_rank": 512})", "a known type; deepseek_v3 is the nearest by its keys: but");
  begins(R"({"model_type": "x"})", "a known type; llama is the nearest by its keys, which say little: but");
  begins(R"({"model_type": "x", "patch_size": 16})",
         "a known type; vit is the nearest by its keys, which say little: with \"model_type\": \"vit\" the file is "
         "read as that; or describe the network with the family vision_transformer (docs/network.md)");
}

TEST_CASE("a config without a type says what its keys are like", "[importers][hf]") {
  const std::string text = R"({"name": "mt-nlg-530b", "n_head": 128, "hidden_dim": 20480, "num_layers": 105,
    "max_seq_len": 2048, "vocab_size": 50272, "ffn_embed_dim": 81920})";
  CHECK(message(text) == ":1:1: error: missing key \"model_type\" in the config");
  CHECK(expected_of(text).find("gpt2 is the nearest by its keys, which say little: with") != std::string::npos);
}

TEST_CASE("a head that is not known is a warning", "[importers][hf]") {
  const auto warnings = [](const std::string& type, const std::string& architecture) {
    return read_text(fmt::format(R"({{"model_type": "{}", "architectures": ["{}"], "hidden_size": 64,
      "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}})",
                                 type, architecture))
        .warnings;
  };
  for (const auto& [type, architecture] :
       std::vector<std::pair<std::string, std::string>>{{"bert", "BertForTagging"},
                                                        {"llama", "LlamaForTagging"},
                                                        {"qwen2", "Qwen2ForRewardModel"},
                                                        {"vit", "ViTForTagging"},
                                                        {"wav2vec2", "Wav2Vec2ForTagging"}}) {
    const auto said = warnings(type, architecture);
    CHECK(std::find(said.begin(), said.end(), "the head of " + architecture + " is not read") != said.end());
  }
  CHECK(warnings("llama", "LlamaForQuestionAnswering").empty());
}

TEST_CASE("BERT as a decoder is causal and keeps keys and values", "[importers][hf]") {
  const auto text = [](const std::string& more) {
    return R"({"model_type": "bert", "architectures": ["BertLMHeadModel"], "hidden_size": 64, "intermediate_size": 160,
      "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100)" +
           more + "}";
  };
  const Network decoder = instantiate(read_text(text(", \"is_decoder\": true")), {.phase = Phase::kDecode});
  const Network encoder = instantiate(read_text(text("")), {.phase = Phase::kInference});
  CHECK(parameters_of(decoder) == parameters_of(encoder));
  const auto cached = [](const Network& network) {
    return std::any_of(network.layers.begin(), network.layers.end(),
                       [](const Layer& layer) { return std::holds_alternative<KvCache>(layer.op); });
  };
  CHECK(cached(decoder));
  CHECK_FALSE(cached(encoder));
}

TEST_CASE("what Python writes for infinity is read", "[importers][hf]") {
  CHECK(read_text(replaced(kLlama, "\"vocab_size\"", "\"time_step_limit\": [0.0, Infinity], \"vocab_size\""))
            .warnings.empty());
}

}  // namespace
}  // namespace ridgepoint
