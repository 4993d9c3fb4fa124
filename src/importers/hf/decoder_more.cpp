// Decoders of the Llama kind: what each has of its own.

#include "importers/hf/decoder_more.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

// Layers of these numbers do not rotate queries and keys.
void without_rope(const std::function<bool(std::int64_t)>& plain, Compact& compact) {
  std::vector<std::string> mixers;
  const Node* types = compact.root().find("layer_types");
  for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
    const auto& items = types->items;
    const std::string word = items[static_cast<std::size_t>(i) % items.size()].text;
    mixers.push_back(plain(i) && word == "full" ? "nope" : word);
  }
  compact.set("layer_types", mixers);
}

}  // namespace

std::vector<std::string> listed_mixers(const Compact& compact) {
  std::vector<std::string> mixers;
  const auto& items = compact.root().find("layer_types")->items;
  for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
    mixers.push_back(items[static_cast<std::size_t>(i) % items.size()].text);
  }
  return mixers;
}

void map_qwen1(Reading&, Config& config, Compact& compact) {
  config.ignore({"rotary_pct", "seq_length", "softmax_in_fp32", "use_cache_kernel", "use_cache_quantization"});
  compact.set("ffn", Size{compact.number("ffn") / 2, config.required({"intermediate_size"}).at});
}

void map_gemma(Reading&, Config& config, Compact&) {
  config.ignore({"use_bidirectional_attention", "query_pre_attn_scalar", "rope_local_base_freq", "hybrid_cache"});
}

void map_phimoe(Reading&, Config& config, Compact& compact) {
  config.ignore({"input_jitter_noise"});
  const bool bias = config.flag({"attention_bias"}, false);
  compact.set("qkv_bias", bias);
  compact.set("output_bias", bias);
}

// Multi-token prediction: layers beside the network that are used in training and in speculative decoding.
void map_mtp(Reading& reading, Config& config, Compact&) {
  const std::int64_t layers = config.count(
      {"num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules", "mtp_transformer_layers"}, 0);
  config.ignore({"mtp_use_dedicated_embeddings", "use_mtp", "num_mtp_modules", "mtp_hybrid_override_pattern",
                 "mtp_layers_block_type"});
  reading.mtp.layers = layers;
}

void map_deepseek(Reading& reading, Config& config, Compact& compact) {
  config.ignore({"ep_size", "rope_interleave", "pretraining_tp", "head_dim", "qk_head_dim"});
  map_mtp(reading, config, compact);
  reading.mtp.own_tables = true;
}

// GLM of 2023: grouped queries where `multi_query_attention` says so.
void map_chatglm(Reading&, Config& config, Compact& compact) {
  config.ignore({"apply_query_key_layer_scaling", "multi_query_group_num", "post_layer_norm", "rmsnorm", "rope_ratio",
                 "pre_seq_len", "prefix_projection", "kv_channels", "quantization_bit"});
  if (!config.flag({"multi_query_attention"}, false)) compact.erase("kv_heads");
  if (!config.flag({"rmsnorm"}, true)) compact.set("norm", "layer");
  compact.set("final_norm", config.flag({"post_layer_norm"}, true));
  compact.set("head", true);  // the class "ChatGLMModel" of these configs holds the head
}

void map_gpt_oss(Reading&, Config& config, Compact& compact) {
  config.ignore({"initial_context_length", "experts_per_token", "router_aux_loss_coef", "swiglu_limit"});
  compact.set("sinks", true);
  compact.set("router_bias", true);
  compact.set("expert_bias", true);
}

// Norms of queries and keys have factors for each head; layers that see everything do not rotate.
void map_cohere(Reading& reading, Config& config, Compact& compact) {
  config.ignore({"use_embedding_sharing", "use_parallel_block", "use_parallel_embedding", "use_gated_activation",
                 "layer_switch", "prefix_dense_sliding_window_pattern", "shared_expert_combination_strategy",
                 "order_of_interleaved_layers", "position_embedding_type", "rotary_pct"});
  if (compact.word("qk_norm") != "none") compact.set("qk_norm", "full");
  if (reading.type.starts_with("cohere2")) without_rope([](std::int64_t) { return true; }, compact);
}

void map_internlm(Reading&, Config& config, Compact& compact) {
  config.ignore({"rotary", "attn_implementation"});
  compact.set("mlp_bias", false);
}

void map_stablelm(Reading&, Config& config, Compact& compact) {
  if (config.flag({"use_parallel_residual"}, false)) compact.set("branches", "parallel");
  if (compact.word("qk_norm") == "none") return;
  compact.set("qk_norm", "full");  // factors for each head
}

void map_exaone4(Reading&, Config& config, Compact& compact) {
  const Node* pattern = config.find({"sliding_window_pattern"});
  const Node* types = compact.root().find("layer_types");
  if (pattern != nullptr && pattern->kind == Node::Kind::kString && types->items.size() == 1 && compact.has("window")) {
    std::vector<std::string> mixers;
    for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
      const char letter = pattern->text[static_cast<std::size_t>(i) % pattern->text.size()];
      mixers.emplace_back(letter == 'L' ? "window" : "full");
    }
    compact.set("layer_types", mixers);
  }
  if (compact.has("window")) without_rope([](std::int64_t) { return true; }, compact);
}

void map_smollm3(Reading&, Config& config, Compact& compact) {
  const auto rotated = config.list({"no_rope_layers"}, compact.number("layers"));
  const std::int64_t step = std::max<std::int64_t>(config.count({"no_rope_layer_interval"}, 4), 1);
  without_rope(
      [&](std::int64_t i) { return rotated ? (*rotated)[static_cast<std::size_t>(i)] == 0 : (i + 1) % step == 0; },
      compact);
}

}  // namespace ridgepoint::hf
