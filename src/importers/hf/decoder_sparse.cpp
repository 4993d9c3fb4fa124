// Decoders that attend to some of the earlier tokens, which an indexer picks.

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

std::int64_t top_k(Config& config) { return config.required({"num_experts_per_tok"}).value; }

// The layers whose experts a table of the words chooses: those that are named so, or the first ones.
std::int64_t hash_layers(Config& config, Compact& compact) {
  const std::int64_t first = config.count({"num_hash_layers"}, 0);
  if (config.has("mlp_layer_types")) {
    const auto words = config.words({"mlp_layer_types"}, compact.number("layers")).value_or(std::vector<std::string>{});
    return std::count(words.begin(), words.end(), "hash_moe");
  }
  const auto layers = static_cast<std::size_t>(compact.number("layers"));
  if (first == 0) return 0;
  std::vector<std::string> mlps(layers, "moe");
  std::fill_n(mlps.begin(), std::min<std::int64_t>(first, compact.number("layers")), "hash_moe");
  compact.set("mlp_types", mlps);
  return first;
}

}  // namespace

// GLM 5: an indexer in the first layers and in every so many; the others see the keys that the last one picked.
void map_glm_dsa(Reading& reading, Config& config, Compact& compact) {
  map_deepseek(reading, config, compact);
  const std::int64_t layers = compact.number("layers");
  const std::int64_t step = config.count({"index_topk_freq"}, 1);
  const std::int64_t first = config.count({"index_skip_topk_offset"}, 0);
  const auto named = config.words({"indexer_types"}, layers);
  config.ignore({"index_topk_pattern"});
  std::vector<std::string> mixers;
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool own = named ? (*named)[static_cast<std::size_t>(i)] != "shared"
                           : step < 2 || std::max<std::int64_t>(i - first + 1, 0) % step == 0;
    mixers.emplace_back(own ? "full" : "shared_index");
  }
  if (std::find(mixers.begin(), mixers.end(), "shared_index") != mixers.end()) compact.set("layer_types", mixers);
  compact.set("mtp_layer_types", std::vector<std::string>{"full"});
}

// DeepSeek-V4: one head of keys that are the values too, compressed entries of earlier tokens, hyper-connections.
void map_deepseek_v4(Reading& reading, Config& config, Compact& compact) {
  map_mtp(reading, config, compact);
  const std::int64_t layers = compact.number("layers");
  std::vector<std::string> mixers;
  if (const auto ratios = config.list({"compress_ratios"})) {
    if (static_cast<std::int64_t>(ratios->size()) < layers) {
      config.fail({"compress_ratios"}, fmt::format("{} ratios for {} layers", ratios->size(), layers),
                  "one for each layer");
    }
    const std::int64_t heavy = *std::max_element(ratios->begin(), ratios->end());
    for (std::int64_t i = 0; i < layers; ++i) {
      const std::int64_t ratio = (*ratios)[static_cast<std::size_t>(i)];
      mixers.emplace_back(ratio == 0 ? "swa" : ratio == heavy ? "hca" : "csa");
      if (ratio > 0) compact.set(ratio == heavy ? "hca_ratio" : "csa_ratio", ratio);
    }
  } else {
    for (const std::string& word : config.words({"layer_types"}, layers).value_or(std::vector<std::string>{})) {
      mixers.emplace_back(word == "sliding_attention" ? "swa" : word == "compressed_sparse_attention" ? "csa" : "hca");
    }
    config.ignore({"compress_rates"});
  }
  compact.set("layer_types", mixers);
  compact.set("mtp_layer_types", std::vector<std::string>{"swa"});
  compact.set("streams", config.size_or({"hc_mult"}, 4));
  compact.set("q_rank", config.required({"q_lora_rank"}));
  compact.set("o_rank", config.required({"o_lora_rank"}));
  compact.set("o_groups", config.required({"o_groups"}));
  compact.set("rope_dim", config.required({"qk_rope_head_dim"}));
  compact.set("window", config.required({"sliding_window"}));
  compact.set("index_keys", config.required({"index_topk"}));
  compact.set("index_heads", config.required({"index_n_heads"}));
  compact.set("index_dim", config.required({"index_head_dim"}));
  config.ignore({"compress_rope_theta", "expert_dtype", "mlp_layer_types", "partial_rotary_factor"});
  if (const std::int64_t tables = hash_layers(config, compact); tables > 0) {
    reading.notes.push_back(fmt::format("files hold {} numbers of experts by word besides the parameters",
                                        checked_mul(tables, checked_mul(compact.number("vocab"), top_k(config)))));
  }
}

}  // namespace ridgepoint::hf
