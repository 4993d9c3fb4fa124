// Mixtures of experts of decoders: how many, which layers have them, what stands beside them.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/hf/decoder.hpp"

namespace ridgepoint::hf {
namespace {

const Keys kExperts{"num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"};

// What a network without a layer of experts has no use for.
const Keys kExpertKeys{"num_experts_per_tok", "moe_intermediate_size", "n_shared_experts",  "scoring_func",
                       "topk_method",         "use_routing_bias",      "num_shared_experts"};

std::vector<std::string> mlp_words(std::int64_t layers, const std::function<bool(std::int64_t)>& sparse) {
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < layers; ++i) words.emplace_back(sparse(i) ? "moe" : "dense");
  return words;
}

// "mlp_layer_types": ["dense", "sparse", ...], one for each layer.
std::optional<std::vector<std::string>> named_mlps(Config& config, std::int64_t layers) {
  auto types = config.words({"mlp_layer_types"}, layers);
  if (!types) return std::nullopt;
  for (std::string& type : *types) {
    if (type != "dense" && type != "sparse" && type != "moe" && type != "hash_moe") {
      config.fail({"mlp_layer_types"}, fmt::format("unknown kind of MLP {}", in_quotes(type)),
                  "dense, sparse or hash_moe");
    }
    if (type == "sparse") type = "moe";
  }
  return types;
}

// Which layers have experts, from whichever of the many keys the config has.
std::vector<std::string> mlps_of(Config& config, const DecoderTraits& traits, std::int64_t layers) {
  if (auto named = named_mlps(config, layers)) {
    config.ignore({"first_k_dense_replace", "moe_layer_freq", "decoder_sparse_step", "mlp_only_layers"});
    return *named;
  }
  const Node* frequency = config.find({"moe_layer_freq"});
  if (frequency != nullptr && frequency->kind == Node::Kind::kArray) {
    config.ignore({"first_k_dense_replace"});
    const auto list = *config.list({"moe_layer_freq"}, layers);
    return mlp_words(layers, [&](std::int64_t i) { return list[static_cast<std::size_t>(i)] != 0; });
  }
  const std::int64_t first = config.count({"first_k_dense_replace", "num_dense_layers", "moe_layer_start_index"}, 0);
  const std::int64_t last = config.count({"moe_layer_end_index"}, layers - 1);
  const std::int64_t step =
      std::max<std::int64_t>(config.count({"decoder_sparse_step", "moe_layer_freq", "interleave_moe_layer_step",
                                           "expert_layer_period", "moe_layer_interval"},
                                          1),
                             1);
  const std::int64_t offset = config.count({"expert_layer_offset"}, traits.expert_offset ? 0 : step - 1);
  const auto listed = config.list({"moe_layers"});
  const auto excepted = config.list({"mlp_only_layers"});
  const auto in = [](const auto& list, std::int64_t i) {
    return list && std::find(list->begin(), list->end(), i) != list->end();
  };
  if (first > layers) {
    config.fail({"first_k_dense_replace"}, fmt::format("{} dense layers of {}", first, layers), "at most all layers");
  }
  return mlp_words(layers, [&](std::int64_t i) {
    if (listed && !listed->empty()) return in(listed, i);
    return i >= first && i <= last && (step == 1 || i % step == offset) && !in(excepted, i);
  });
}

void map_shared_expert(Config& config, const DecoderTraits& traits, Compact& compact) {
  const std::int64_t width = compact.number("expert_ffn");
  static const Keys kCounts{"n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert"};
  std::int64_t shared = config.count(
      {"shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size"}, 0);
  const Node* listed = config.find(kCounts);
  const std::int64_t count = listed != nullptr && listed->kind == Node::Kind::kArray
                                 ? config.uniform(kCounts, compact.number("layers"))->value
                                 : config.count(kCounts, traits.shared_experts);
  if (shared == 0) shared = count * width;
  if (shared == 0) return;
  compact.set("shared_ffn", shared);
  compact.set("shared_gate", traits.shared_gate);
}

}  // namespace

void map_experts(Config& config, const DecoderTraits& traits, Compact& compact) {
  const std::int64_t experts = config.count(kExperts, 0);
  if (experts == 0 || (experts == 1 && !config.has("moe_intermediate_size"))) return;
  const std::int64_t layers = compact.number("layers");
  std::vector<std::string> mlps = mlps_of(config, traits, layers);
  const auto all = [&](std::string_view kind) {
    return std::all_of(mlps.begin(), mlps.end(), [&](const auto& m) { return m == kind; });
  };
  if (all("dense")) {
    config.ignore(kExpertKeys);
    return;
  }
  compact.set("experts", *config.size(kExperts));
  static const Keys kChosen{"num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_k", "top_k_experts",
                            "moe_top_k",           "num_experts_top_k"};
  const auto chosen = config.uniform(kChosen, layers);
  compact.set("top_k", chosen ? *chosen : config.required(kChosen));
  const auto width = config.uniform({"moe_intermediate_size", "expert_intermediate_size", "ffn_hidden_size"}, layers);
  compact.set("expert_ffn", width ? *width : Size{compact.number("ffn"), 0});
  if (all("moe")) mlps.resize(1);
  compact.set("mlp_types", mlps);
  map_shared_expert(config, traits, compact);
  const std::string scoring = config.text({"scoring_func", "expert_selection_fn"}, traits.router);
  compact.set("router", scoring == "sigmoid" || scoring == "softmax_of_top" ? scoring : "softmax");
  const bool balanced = config.text({"topk_method"}, traits.choice_bias ? "noaux_tc" : "") == "noaux_tc";
  compact.set("choice_bias", config.flag({"use_routing_bias", "moe_router_enable_expert_bias"}, balanced));
  if (const auto latent = config.size({"moe_latent_size"})) compact.set("moe_latent", *latent);
}

}  // namespace ridgepoint::hf
