// Decoders that are not of one kind throughout: which layers they have, and where their configs say so.

#include <fmt/format.h>

#include "network/description_reader.hpp"
#include "network/description_writer.hpp"
#include "tests/importers/importing.hpp"

namespace ridgepoint {
namespace {

Description read_text(const std::string& text) { return imported(TextFile(text).path()); }

Network network_of(const std::string& text, Phase phase = Phase::kInference) {
  return instantiate(read_text(text), {.phase = phase});
}

const std::string kSizes = R"("hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
 "intermediate_size": 160, "torch_dtype": "bfloat16", "tie_word_embeddings": false, )";

std::vector<std::string> names_with(const Network& network, std::string_view part) {
  std::vector<std::string> names;
  for (const Layer& layer : network.layers) {
    if (layer.name.find(part) != std::string::npos) names.push_back(layer.name);
  }
  return names;
}

TEST_CASE("a pattern of letters says what each layer of Nemotron-H is", "[importers][hf]") {
  const std::string text = R"({"model_type": "nemotron_h", )" + kSizes + R"("num_hidden_layers": 4,
 "hybrid_override_pattern": "M*-E", "mamba_num_heads": 4, "mamba_head_dim": 32, "ssm_state_size": 16, "n_groups": 2,
 "conv_kernel": 4, "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
 "moe_shared_expert_intermediate_size": 48})";
  const Network network = network_of(text);
  CHECK(names_with(network, "ssd").size() == 1);
  CHECK(names_with(network, "attention.attention").size() == 1);
  CHECK(names_with(network, "router").size() == 1);
  CHECK(names_with(network, "rope").empty());
  const double mamba = 64 * (2 * 128 + 2 * 2 * 16 + 4) + 5 * (128 + 64) + 3 * 4 + 128 + 128 * 64;
  const double attention = 64 * (64 + 2 * 32) + 64 * 64;
  const double experts = 64 * 8 + 8 * 2 * 64 * 32 + 2 * 64 * 48;
  CHECK(parameters_of(network) == mamba + attention + 2 * 64 * 160 + experts + 5 * 64 + 2 * 100 * 64);
}

TEST_CASE("what a search left of each layer is read layer by layer", "[importers][hf]") {
  const auto block = [](const std::string& attention, const std::string& mlp) {
    return R"({"attention": {)" + attention + R"(}, "ffn": {)" + mlp + "}}";
  };
  const std::string wide = block(R"("n_heads_in_group": 2, "no_op": false)", R"("ffn_mult": 4.0, "no_op": false)");
  const std::string narrow = block(R"("n_heads_in_group": 4)", R"("ffn_mult": 12.0)");
  const std::string mlp = block(R"("n_heads_in_group": null, "no_op": true)", R"("ffn_mult": 4.0)");
  const std::string text = R"({"model_type": "nemotron-nas", "hidden_size": 64, "num_attention_heads": 4,
    "num_key_value_heads": null, "intermediate_size": null, "num_hidden_layers": 3, "vocab_size": 100,
    "torch_dtype": "bfloat16", "tie_word_embeddings": false, "block_configs": [)";
  const Network network = network_of(text + wide + ", " + narrow + ", " + mlp + "]}");
  const double attention = 64 * (64 + 2 * 32) + 64 * 64 + 64 * (64 + 2 * 16) + 64 * 64;
  CHECK(parameters_of(network) == attention + 3 * 64 * (256 + 512 + 256) + 6 * 64 + 2 * 100 * 64);
  const std::string linear = block(R"("replace_with_linear": true)", R"("ffn_mult": 4.0)");
  CHECK(message_of([&] {
          return network_of(text + wide + ", " + narrow + ", " + linear + "]}");
        }).find("a linear layer in the place of a branch is not known here") != std::string::npos);
}

TEST_CASE("a pattern that does not fit the layers is named", "[importers][hf]") {
  const auto said = [](const std::string& pattern) {
    return message_of([&] {
      return read_text(R"({"model_type": "nemotron_h", )" + kSizes + R"("num_hidden_layers": 4, "mamba_num_heads": 4,
 "mamba_head_dim": 32, "ssm_state_size": 16, "hybrid_override_pattern": ")" +
                       pattern + "\"}");
    });
  };
  CHECK(said("M*").find("\"hybrid_override_pattern\" has 2 letters for 4 layers") != std::string::npos);
  CHECK(said("M*-X").find("unknown kind of layer \"X\"") != std::string::npos);
}

TEST_CASE("layers that keep nothing of their own read what an earlier one left", "[importers][hf]") {
  const std::string text = R"({"model_type": "gemma4_text", )" + kSizes + R"("head_dim": 16, "num_hidden_layers": 4,
 "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
 "sliding_window": 8, "num_kv_shared_layers": 2, "use_double_wide_mlp": true, "hidden_size_per_layer_input": 4,
 "vocab_size_per_layer_input": 100})";
  const Network network = network_of(text, Phase::kDecode);
  const double mixers = 4 * (64 * 64 * 2 + 16) + 2 * (64 * 32 * 2 + 16);
  const double mlps = 2 * 3 * 64 * 160 + 2 * 3 * 64 * 320;
  const double per_layer = 4 * (2 * 64 * 4 + 64) + 100 * 16 + 64 * 16 + 4;
  CHECK(parameters_of(network) == mixers + mlps + per_layer + 4 * 4 * 64 + 64 + 2 * 100 * 64);
  // Two layers have caches, of keys and of values.
  CHECK(names_with(network, "_cache").size() == 4);
}

TEST_CASE("an index is made in some layers and read in the others", "[importers][hf]") {
  const std::string text = R"({"model_type": "glm_moe_dsa", )" + kSizes + R"("num_hidden_layers": 6,
 "q_lora_rank": 32, "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 8,
 "index_topk": 8, "index_n_heads": 2, "index_head_dim": 8, "first_k_dense_replace": 5, "n_routed_experts": 8,
 "num_experts_per_tok": 2, "moe_intermediate_size": 32, "index_topk_freq": 4, "index_skip_topk_offset": 3})";
  const Network network = network_of(text, Phase::kDecode);
  double indexers = 0;
  for (const Layer& layer : network.layers) {
    if (std::holds_alternative<Indexer>(layer.op)) indexers += static_cast<double>(layer.repeat);
  }
  CHECK(indexers == 3);
}

TEST_CASE("states, convolutions and both sides of a layer read back as they were written", "[importers][hf]") {
  const std::string head = "{" + kSizes + "\"num_hidden_layers\": 2, \"head_dim\": 16, ";
  const std::vector<std::string> configs{
      R"({"model_type": "mamba", "hidden_size": 64, "vocab_size": 100, "num_hidden_layers": 2, "state_size": 16})",
      R"({"model_type": "mamba2", "hidden_size": 64, "vocab_size": 100, "num_hidden_layers": 2, "state_size": 16,
        "num_heads": 8, "head_dim": 16, "n_groups": 2})",
      head + R"("model_type": "lfm2", "layer_types": ["conv", "full_attention"], "conv_L_cache": 3})",
      head + R"("model_type": "falcon_h1", "mamba_d_ssm": 64, "mamba_n_heads": 4, "mamba_d_state": 16})",
      head + R"("model_type": "minimax", "attn_type_list": [0, 1], "num_local_experts": 4, "num_experts_per_tok": 2})",
      head + R"("model_type": "minimax_m3", "num_local_experts": 4, "num_experts_per_tok": 2, "sparse_attention_config":
        {"sparse_attention_freq": [0, 1], "sparse_topk_blocks": 2, "sparse_block_size": 4,
         "sparse_num_index_heads": 2, "sparse_index_dim": 8}})",
      head + R"("model_type": "kimi_linear", "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4,
        "v_head_dim": 8, "linear_attn_config": {"full_attn_layers": [2], "kda_layers": [1], "num_heads": 4,
        "head_dim": 16, "short_conv_kernel_size": 4}})",
  };
  for (const std::string& config : configs) {
    INFO(config);
    const Description first = read_text(config);
    CHECK(first.warnings == std::vector<std::string>{});
    const Description second = read_description(Document::parse("written.json", write_description(first)));
    for (const Phase phase : {Phase::kPrefill, Phase::kDecode}) {
      const Network a = instantiate(first, {.phase = phase});
      const Network b = instantiate(second, {.phase = phase});
      CHECK(a.layers.size() == b.layers.size());
      CHECK(parameters_of(a) == parameters_of(b));
      CHECK(macs_of(a) == macs_of(b));
    }
  }
}

TEST_CASE("a decoder in a config of several parts is read with the defaults of its class", "[importers][hf]") {
  const Description llava = read_text(R"({"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
 "text_config": {"model_type": "llama", "vocab_size": 32064}, "vision_config": {"hidden_size": 64, "image_size": 28,
 "patch_size": 14, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 128},
 "torch_dtype": "float16"})");
  CHECK(llava.warnings.empty());
  const double patches = 3 * 14 * 14 * 64 + 64 + 5 * 64 + 2 * 128;
  const double layer = 4 * (64 * 64 + 64) + 2 * 64 * 128 + 64 + 128 + 4 * 64;
  const double joint = 64 * 4096 + 4096 * 4096 + 2 * 4096;
  CHECK(parameters_of(instantiate(llava, {.phase = Phase::kInference})) ==
        6738415616.0 + 2 * 64 * 4096.0 + patches + layer + joint);
  CHECK(llava.notes.front() ==
        "left out of the config, and taken as the class of llama has them: hidden_size (4096), intermediate_size "
        "(11008), max_position_embeddings (2048), num_attention_heads (32), num_hidden_layers (32)");
}

TEST_CASE("images are encoded where a prompt is read, as many as the run says, and not while decoding",
          "[importers][hf]") {
  const std::string text = R"({"model_type": "qwen3_vl", "text_config": {)" + kSizes + R"("num_hidden_layers": 2,
 "head_dim": 16, "model_type": "qwen3_vl_text"}, "vision_config": {"depth": 1, "hidden_size": 32, "num_heads": 2,
 "intermediate_size": 64, "patch_size": 16, "temporal_patch_size": 2, "spatial_merge_size": 2, "out_hidden_size": 64,
 "num_position_embeddings": 16, "deepstack_visual_indexes": [0]}})";
  const Description description = read_text(text);
  CHECK(description.warnings.empty());
  const auto macs = [&](Phase phase, Attributes set) {
    set.push_back({"seq", phase == Phase::kDecode ? 1 : 32});
    Network network = instantiate(description, {.phase = phase, .parameters = std::move(set)});
    std::erase_if(network.layers, [](const Layer& layer) { return layer.idle; });
    return macs_of(network);
  };
  const double none = macs(Phase::kPrefill, {{"images", 0}});
  const double one = macs(Phase::kPrefill, {});
  CHECK(one > none);
  CHECK(macs(Phase::kPrefill, {{"images", 3}}) == none + 3 * (one - none));
  CHECK(macs(Phase::kPrefill, {{"vision_image", 224}}) < one);
  CHECK(macs(Phase::kDecode, {}) == macs(Phase::kDecode, {{"images", 0}}));
}

TEST_CASE("a config without a model_type is known by its class, its name or its keys", "[importers][hf]") {
  const auto warning = [](const std::string& begin) {
    return read_text(begin + kSizes + R"("num_hidden_layers": 2})").warnings.front();
  };
  CHECK(warning(R"({"architectures": ["Qwen3ForCausalLM"], )") ==
        "the config has no model_type: qwen3 is taken from architectures");
  CHECK(warning(R"({"name": "my-mistral-7b", )") == "the config has no model_type: mistral is taken from its name");
  CHECK(warning("{") == "the config has no model_type: its keys are those of llama");
}

TEST_CASE("what is nearest to an unknown type follows from its keys where its name says nothing", "[importers][hf]") {
  const auto nearest = [](const std::string& keys) {
    const std::string said = message_of(
        [&] { return read_text(R"({"model_type": "zzyzx", )" + keys + kSizes + R"("num_hidden_layers": 2})"); });
    const std::size_t at = said.find("a known type; ");
    return at == std::string::npos ? said : said.substr(at + 14, said.find(" is the nearest") - at - 14);
  };
  CHECK(nearest("") == "llama");
  CHECK(nearest("\"kv_lora_rank\": 16, ") == "deepseek_v3");
  CHECK(nearest("\"num_local_experts\": 8, ") == "mixtral");
  CHECK(nearest("\"hybrid_override_pattern\": \"M*\", ") == "nemotron_h");
}

bool notes_have(const Description& description, const std::string& words) {
  return std::any_of(description.notes.begin(), description.notes.end(),
                     [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST_CASE("DeepSeek-V4's MTP layer has streams of its own, and a note its parameters", "[importers][hf]") {
  const std::string path =
      std::string(RIDGEPOINT_TEST_SOURCE_DIR) + "/tests/importers/hf/fixtures/decoders/deepseek_v4.json";
  CHECK(notes_have(imported(path), "the layer that predicts further tokens (MTP) is not counted: "));
  Attributes set{{"mtp_layers", 1}};
  const Network with = instantiate(read_model(path, set, {}), {.phase = Phase::kInference});
  CHECK(set.empty());
  CHECK(parameters_of(with) > parameters_of(instantiate(imported(path), {.phase = Phase::kInference})) + 1e9);
  CHECK(names_with(with, "mtp.project").size() == 1);
  CHECK_FALSE(names_with(with, "mtp.streams_equal").empty());
}

TEST_CASE("versions 4, 5 and 6 of RWKV have their parameters", "[importers][hf]") {
  const auto text = [](const std::string& type) {
    return R"({"model_type": ")" + type + R"(", "architectures": ["RwkvForCausalLM"], "hidden_size": 128,
      "num_hidden_layers": 2, "vocab_size": 100, "tie_word_embeddings": false, "torch_dtype": "float16"})";
  };
  const double h = 128;
  const double around = 2 * 100 * h + 4 * h;
  const double norms = 4 * h;
  const double four = norms + 3 * h + 2 * h + 4 * h * h + 2 * h + 2 * h * 4 * h + h * h;
  CHECK(parameters_of(network_of(text("rwkv"))) == around + 2 * four);
  const double later = norms + 2 * h + 5 * h * h + 2 * h + 2 * h * 448 + h * h;
  CHECK(parameters_of(network_of(text("rwkv5"))) == around + 2 * (later + 4 * h + 2 * h));
  const double mixes = 6 * h + 2 * h * 5 * 32;
  const double decay = 2 * h * 64 + h;
  CHECK(parameters_of(network_of(text("rwkv6"))) == around + 2 * (later + mixes + decay + h));
  for (const char* type : {"rwkv", "rwkv5", "rwkv6"}) CHECK(network_of(text(type), Phase::kDecode).layers.size() > 10);
}

TEST_CASE("of a model that speaks the part that thinks is read, and what it leaves out is a warning",
          "[importers][hf]") {
  const std::string path =
      std::string(RIDGEPOINT_TEST_SOURCE_DIR) + "/tests/importers/hf/fixtures/more/qwen2_5_omni.json";
  const TextFile file(R"({"model_type": "qwen2_5_omni", "thinker_config": )" + read_file(path) + "}");
  const Description whole = imported(file.path());
  REQUIRE_FALSE(whole.warnings.empty());
  CHECK(whole.warnings.front() == "of qwen2_5_omni only the part that thinks is read, not what speaks");
  CHECK(parameters_of(instantiate(whole, {.phase = Phase::kInference})) ==
        parameters_of(instantiate(imported(path), {.phase = Phase::kInference})));
}

TEST_CASE("what is counted in another way than it is computed is a note", "[importers][hf]") {
  const Description description = read_text(R"({"model_type": "minimax_m3", )" + kSizes + R"("num_hidden_layers": 2,
    "num_local_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "sparse_attention_config":
    {"sparse_topk_blocks": 2, "sparse_block_size": 8, "sparse_num_index_heads": 2, "sparse_index_dim": 16}})");
  CHECK(notes_have(description, "sparse attention picks blocks of keys"));
  CHECK(notes_have(read_text(R"({"model_type": "dinov2"})"),
                   "768 of the parameters are read in pretraining alone (mask_token)"));
  CHECK(notes_have(read_text(R"({"model_type": "wav2vec2"})"),
                   "768 of the parameters are read in training alone (masked_spec_embed)"));
}

}  // namespace
}  // namespace ridgepoint
