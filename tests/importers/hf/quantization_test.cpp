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

const std::string kSmall = R"({"model_type": "llama", "hidden_size": 256, "intermediate_size": 512,
 "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
 "tie_word_embeddings": false, "torch_dtype": "float16")";

bool notes_have(const Description& description, const std::string& words) {
  return std::any_of(description.notes.begin(), description.notes.end(),
                     [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

// Of each matrix [out, in]: a scale and a four-bit zero point for 128 inputs, eight of which are one number; with GPTQ
// the number of its group for each input besides.
TEST_CASE("files of GPTQ and AWQ hold scales, zero points and packed weights", "[importers][hf]") {
  const double weights = 256 * (256 + 2 * 128) + 256 * 256 + 3 * 256 * 512;
  const double groups = weights / 128;
  const double inputs = 4 * 256 + 2 * 256 + 512;
  const auto read = [](const std::string& method, const std::string& bits) {
    return imported(TextFile(kSmall + R"(, "quantization_config": {"quant_method": ")" + method + "\", \"" + bits +
                             R"(": 4, "group_size": 128, "zero_point": true}})")
                        .path());
  };
  const Description gptq = read("gptq", "bits");
  const Description awq = read("awq", "bits");
  CHECK(notes_have(gptq, fmt::format("hold {:.0f} scales, zero points, numbers of groups", groups * 1.125 + inputs)));
  CHECK(notes_have(awq, fmt::format("hold {:.0f} scales, zero points besides", groups * 1.125)));
  CHECK(notes_have(awq, fmt::format("hold {:.0f} values less than parameters", weights * 7 / 8)));
}

TEST_CASE("what the Model Optimizer writes beside a config is read", "[importers][hf]") {
  const TextFile file(kSmall + "}");
  CHECK_FALSE(imported(file.path()).precision.weights.has_value());
  write_file(file.folder().file("hf_quant_config.json"),
             R"({"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8",
                 "exclude_modules": ["lm_head"]}})");
  const Description description = imported(file.path());
  CHECK(description.warnings.empty());
  CHECK(description.precision.weights == DType::kFp8E4m3);
  CHECK(description.precision.kv_cache == DType::kFp8E4m3);
}

TEST_CASE("a name that promises quantized weights of which the config says nothing is a warning", "[importers][hf]") {
  const TextFile file(kSmall + "}", "small-NVFP4.json");
  const auto warnings = imported(file.path()).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front().find("the name says NVFP4 and the config has no quantization_config") == 0);
}

// One matrix of all heads [4 * (48 + 64), 64] has 4 x 1 blocks of 128 x 128; head by head it would be 4 x 1 x 1.
TEST_CASE("scales of latent attention are those of one matrix for all heads", "[importers][hf]") {
  const Description description = imported(TextFile(R"({"model_type": "deepseek_v3", "hidden_size": 256,
    "intermediate_size": 256, "num_hidden_layers": 1, "num_attention_heads": 4, "kv_lora_rank": 64,
    "qk_nope_head_dim": 48, "qk_rope_head_dim": 16, "v_head_dim": 144, "vocab_size": 100, "torch_dtype": "bfloat16",
    "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}})")
                                               .path());
  // q 256 x 256, kv down 80 x 256, kv up 768 x 64, o 256 x 576, three of 256 x 256
  CHECK(notes_have(description, "hold 34 scales besides"));
}

}  // namespace
}  // namespace ridgepoint
