// `quantization_config`: which layers have their weights in which format, and how many bytes those are.

#include <fmt/format.h>

#include <map>

#include "network/description_reader.hpp"
#include "network/description_writer.hpp"
#include "tests/importers/importing.hpp"

namespace ridgepoint {
namespace {

// Two layers of 64 wide attention and an MLP of 128.
std::string config(const std::string& quantization, const std::string& more = "") {
  return R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, )" + more +
         R"("num_attention_heads": 4, "vocab_size": 256, "torch_dtype": "bfloat16", "tie_word_embeddings": false,
 "quantization_config": )" +
         quantization + "}";
}

Description read_text(const std::string& text, ImportOptions options = {}) {
  return imported(TextFile(text).path(), options);
}

// The format and the group of the weights of each layer that has them, "bf16" where none is given.
std::map<std::string, std::string> formats_of(const std::string& text) {
  const Description description = read_text(text);
  CHECK(description.warnings == std::vector<std::string>{});
  const Network network = instantiate(description, {.phase = Phase::kInference});
  std::map<std::string, std::string> formats;
  for (const Layer& layer : network.layers) {
    if (!std::holds_alternative<Linear>(layer.op) && !std::holds_alternative<GroupedLinear>(layer.op)) continue;
    const Precision& p = layer.precision ? *layer.precision : network.precision;
    formats[layer.name] = fmt::format("{}/{} {}", name(p.weights), p.weight_group, name(p.math));
  }
  return formats;
}

TEST_CASE("weights have the format that the method gives them", "[importers][hf]") {
  struct Case {
    const char* quantization;
    const char* format;
  };
  const std::vector<Case> cases{
      {R"({"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [128, 128]})",
       "fp8_e4m3/8192 fp8_e4m3"},
      {R"({"quant_method": "fp8", "activation_scheme": "static"})", "fp8_e4m3/0 fp8_e4m3"},
      {R"({"quant_method": "fbgemm_fp8", "activation_scale_ub": 1200.0})", "fp8_e4m3/32 fp8_e4m3"},
      {R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": false, "sym": true})", "int4/102 bf16"},
      {R"({"quant_method": "gptq", "bits": 8, "group_size": -1})", "int8/43 bf16"},
      {R"({"quant_method": "awq", "bits": 4, "group_size": 64, "version": "gemm", "zero_point": true})",
       "int4/51 bf16"},
      {R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4"})", "int4/32 bf16"},
      {R"({"quant_method": "bitsandbytes", "load_in_8bit": true})", "int8/32 int8"},
      {R"({"quant_method": "modelopt", "quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8"})", "fp4/32 fp4"},
      {R"({"quant_method": "modelopt", "quant_algo": "FP8"})", "fp8_e4m3/0 fp8_e4m3"},
      {R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {"group_0":
          {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 32},
           "input_activations": null}}})",
       "int4/32 bf16"},
      {R"({"quant_method": "compressed-tensors", "format": "float-quantized", "config_groups": {"group_0":
          {"targets": ["Linear"], "weights": {"num_bits": 8, "type": "float", "strategy": "tensor"},
           "input_activations": {"num_bits": 8, "type": "float", "dynamic": true}}}})",
       "fp8_e4m3/0 fp8_e4m3"},
      {R"({"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "config_groups": {"group_0":
          {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "float", "strategy": "tensor_group",
           "group_size": 16}, "input_activations": {"num_bits": 4, "type": "float", "dynamic": "local"}}}})",
       "fp4/32 fp4"},
  };
  for (const Case& c : cases) {
    INFO(c.quantization);
    const auto formats = formats_of(config(c.quantization));
    CHECK(formats.at("layer.attention.q") == c.format);
    CHECK(formats.at("layer.mlp.up") == c.format);
    CHECK(formats.at("head") == "bf16/0 bf16");
  }
}

TEST_CASE("modules that are left out keep the format of the activations", "[importers][hf]") {
  const std::string fp8 = R"({"quant_method": "fp8", "weight_block_size": [128, 128], "modules_to_not_convert": )";
  const char* plain = "bf16/0 bf16";
  const char* quantized = "fp8_e4m3/8192 fp8_e4m3";
  for (const char* names : {R"(["self_attn"])", R"(["model.layers.*.self_attn*"])", R"(["re:.*self_attn.*"])",
                            R"(["model.layers.0.self_attn", "model.layers.1.self_attn.q_proj",
                                "model.layers.1.self_attn.k_proj", "layers.1.self_attn.v_proj",
                                "model.language_model.layers.1.self_attn.o*"])"}) {
    INFO(names);
    const auto formats = formats_of(config(fp8 + names + "}"));
    CHECK(formats.at("layer.attention.q") == plain);
    CHECK(formats.at("layer.attention.o") == plain);
    CHECK(formats.at("layer.mlp.gate") == quantized);
  }
}

TEST_CASE("layers whose formats differ stand apart", "[importers][hf]") {
  const auto formats = formats_of(
      config(R"({"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["model.layers.1*", "lm_head"]})"));
  CHECK(formats.at("layers1.attention.q") == "fp4/32 fp4");
  CHECK(formats.at("layers2.attention.q") == "bf16/0 bf16");
  CHECK(formats.at("layers2.mlp.down") == "bf16/0 bf16");
}

TEST_CASE("layers that a mixed config names have the format that it gives them", "[importers][hf]") {
  const auto formats = formats_of(config(R"({"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION",
    "quantized_layers": {"model.layers.0.self_attn.q_proj": {"quant_algo": "FP8"},
                         "model.layers.1.self_attn.q_proj": {"quant_algo": "FP8"},
                         "model.layers.0.mlp.up_proj": {"quant_algo": "W4A16_NVFP4", "group_size": 16},
                         "model.layers.1.mlp.up_proj": {"quant_algo": "W4A16_NVFP4", "group_size": 16},
                         "lm_head": {"quant_algo": "W4A16_NVFP4", "group_size": 16}}})"));
  CHECK(formats.at("layer.attention.q") == "fp8_e4m3/0 fp8_e4m3");
  CHECK(formats.at("layer.attention.k") == "bf16/0 bf16");
  CHECK(formats.at("layer.mlp.up") == "fp4/32 bf16");
  CHECK(formats.at("layer.mlp.down") == "bf16/0 bf16");
  CHECK(formats.at("head") == "fp4/32 bf16");
}

TEST_CASE("of gpt-oss the experts alone are quantized", "[importers][hf]") {
  const auto formats = formats_of(R"({"model_type": "gpt_oss", "hidden_size": 64, "intermediate_size": 64,
 "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 256,
 "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 8, "torch_dtype": "bfloat16",
 "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn",
 "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]}})");
  CHECK(formats.at("layers1.mlp.gate") == "fp4/64 bf16");
  CHECK(formats.at("layers1.mlp.router") == "bf16/0 bf16");
  CHECK(formats.at("layers1.attention.q") == "bf16/0 bf16");
}

TEST_CASE("a quantized network is the same when it is written and read back", "[importers][hf]") {
  const Description first = read_text(config(
      R"({"quant_method": "fp8", "weight_block_size": [128, 128], "modules_to_not_convert": ["model.layers.1.mlp"]})"));
  const Description second = read_description(Document::parse("written.json", write_description(first)));
  const Network a = instantiate(first, {.phase = Phase::kDecode});
  const Network b = instantiate(second, {.phase = Phase::kDecode});
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    CHECK(a.layers[i].precision == b.layers[i].precision);
    CHECK(a.layers[i].name == b.layers[i].name);
  }
}

TEST_CASE("what is wrong in a quantization_config is named, and an unknown method a warning", "[importers][hf]") {
  const auto said = [](const std::string& quantization, ImportOptions options = {}) {
    return message_of([&] { return read_text(config(quantization), options); });
  };
  const auto has = [&](const std::string& quantization, std::string_view words) {
    const std::string text = said(quantization);
    INFO(text);
    CHECK(text.find(words) != std::string::npos);
  };
  has(R"({"quant_method": "gptq", "bits": 3})", "weights of 3 bits are not known here");
  has(R"({"quant_method": "gptq"})", "missing key \"quantization_config.bits\"");
  has(R"({"quant_method": "fp8", "weight_block_size": [128]})", "blocks of another form");
  has(R"({"quant_method": "fp8", "weight_block_size": "128"})", "is a string");
  has(R"({"quant_method": "modelopt", "quant_algo": "FP6"})", "unknown format of weights \"FP6\"");
  has(R"({"quant_method": "fp8", "modules_to_not_convert": [1]})", "holds an integer");
  has(R"({"quant_method": "compressed-tensors", "ignore": ["re:(", "lm_head"]})", "is no regular expression");
  has(R"({"quant_method": "bitsandbytes"})", "neither 4 nor 8 bits");
  const std::string unknown = R"({"quant_method": "q9"})";
  CHECK(read_text(config(unknown)).warnings.front().starts_with("the method \"q9\" of \"quantization_config\""));
  CHECK(said(unknown, {.strict = true}).find("the method \"q9\"") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
