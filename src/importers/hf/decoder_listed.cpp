// Decoders whose sizes stand layer by layer, or in members of the config.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

// A width times a factor, to the nearest multiple, but not more than a tenth below it.
std::int64_t near_multiple(double width, std::int64_t multiple) {
  const auto rounded = static_cast<std::int64_t>(width + static_cast<double>(multiple) / 2) / multiple * multiple;
  const std::int64_t result = std::max(multiple, rounded);
  return static_cast<double>(result) < 0.9 * width ? result + multiple : result;
}

double factor_of(Config& config, const Node& node) {
  const bool number = node.kind == Node::Kind::kReal || node.kind == Node::Kind::kInteger;
  if (!number || !(node.real > 0) || node.real > 1e6) {
    config.fail(node, "a factor of an MLP's width is no positive number", "numbers");
  }
  return node.real;
}

}  // namespace

// OpenELM (Mehta et al., arXiv 2404.14619): heads and MLPs widen from layer to layer.
void map_openelm(Reading&, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  const auto lists = {std::pair{"heads", "num_query_heads"}, std::pair{"kv_heads", "num_kv_heads"}};
  for (const auto& [ours, theirs] : lists) {
    const auto values = config.list({theirs}, layers);
    if (!values) (void)config.required({theirs});
    compact.set(ours, *values);
  }
  compact.set("head_dim", config.required({"head_dim"}));
  compact.set("qk_norm", config.flag({"normalize_qk_projections"}, true) ? "head" : "none");
  const Node* factors = config.find({"ffn_multipliers"});
  const std::int64_t multiple = config.size_or({"ffn_dim_divisor"}, 256).value;
  if (factors == nullptr || static_cast<std::int64_t>(factors->items.size()) != layers) {
    config.fail({"ffn_multipliers"}, "\"ffn_multipliers\" does not name all layers", "one for each layer");
  }
  std::vector<std::int64_t> widths;
  for (const Node& factor : factors->items) {
    widths.push_back(
        near_multiple(factor_of(config, factor) * static_cast<double>(compact.number("hidden")), multiple));
  }
  compact.set("ffn", widths, factors->offset);
  if (!config.flag({"ffn_with_glu"}, true)) config.fail({"ffn_with_glu"}, "an MLP without a gate", "true");
  compact.set("tied", config.flag({"share_input_output_layers"}, true));
  config.ignore(
      {"num_gqa_groups", "qkv_multipliers", "normalization_layer_name", "rope_freq_constant", "rope_max_length"});
}

namespace {

/// What a search left of one layer of Llama 3: heads per group, the MLP's factor.
struct SearchedLayer {
  std::int64_t kv_heads;
  std::int64_t ffn;
  bool attends;
  bool has_mlp;
};

SearchedLayer searched_layer(Config& config, const Node& node, std::int64_t heads, std::int64_t hidden) {
  Config layer(config.document(), node, config.named("block_configs"));
  const auto part = [&](const char* key) {
    auto found = layer.child({key});
    if (!found) layer.fail({key}, fmt::format("missing key {} of a layer", in_quotes(key)), "its sizes");
    if (found->flag({"replace_with_linear"}, false)) {
      found->fail({"replace_with_linear"}, "a linear layer in the place of a branch is not known here", "false");
    }
    return *found;
  };
  Config attention = part("attention");
  Config mlp = part("ffn");
  SearchedLayer result{heads, 256, !attention.flag({"no_op"}, false), !mlp.flag({"no_op"}, false)};
  if (result.attends) {
    const Size group = attention.required({"n_heads_in_group"});
    expect_heads(attention, {"n_heads_in_group"}, group.value, heads);
    result.kv_heads = heads / group.value;
  }
  if (const Node* factor = mlp.find({"ffn_mult"}); result.has_mlp) {
    if (factor == nullptr) (void)mlp.required({"ffn_mult"});
    const auto width = static_cast<std::int64_t>(2 * factor_of(mlp, *factor) * static_cast<double>(hidden) / 3);
    result.ffn = (width + 255) / 256 * 256;
  }
  return result;
}

}  // namespace

// Llama-Nemotron (Bercovich et al., arXiv 2505.00949) and DeciLM: what a search left of each layer.
void map_nemotron_nas(Reading&, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  if (const auto groups = config.list({"num_key_value_heads_per_layer"}, layers)) compact.set("kv_heads", *groups);
  const Node* blocks = config.find({"block_configs"});
  config.ignore({"num_key_value_heads", "intermediate_size"});
  if (blocks == nullptr) return;
  if (static_cast<std::int64_t>(blocks->items.size()) != layers) {
    config.fail(*blocks, fmt::format("\"block_configs\" has {} entries for {} layers", blocks->items.size(), layers),
                "one for each layer");
  }
  std::vector<std::int64_t> kv_heads;
  std::vector<std::int64_t> widths;
  std::vector<std::string> mixers;
  std::vector<std::string> mlps;
  for (const Node& block : blocks->items) {
    const SearchedLayer layer = searched_layer(config, block, compact.number("heads"), compact.number("hidden"));
    kv_heads.push_back(layer.kv_heads);
    widths.push_back(layer.ffn);
    mixers.emplace_back(layer.attends ? "full" : "none");
    mlps.emplace_back(layer.has_mlp ? "dense" : "none");
  }
  compact.set("kv_heads", kv_heads, blocks->offset);
  compact.set("ffn", widths, blocks->offset);
  compact.set("layer_types", mixers, blocks->offset);
  compact.set("mlp_types", mlps, blocks->offset);
}

// DBRX: experts in every layer; heads and experts in members of their own.
void map_dbrx(Reading& reading, Config& config, Compact& compact) {
  auto attention = config.child({"attn_config"});
  auto experts = config.child({"ffn_config"});
  if (!attention || !experts) (void)config.required({!attention ? "attn_config" : "ffn_config"});
  compact.set("kv_heads", attention->size_or({"kv_n_heads"}, 1));
  attention->ignore({"attn_pdrop", "model_type"});
  compact.set("experts", experts->required({"moe_num_experts"}));
  compact.set("top_k", experts->required({"moe_top_k"}));
  compact.set("expert_ffn", experts->required({"ffn_hidden_size"}));
  compact.set("mlp_types", std::vector<std::string>{"moe"});
  experts->ignore({"ffn_act_fn", "moe_jitter_eps", "moe_loss_weight", "moe_normalize_expert_weights", "model_type",
                   "uniform_expert_assignment", "hidden_size"});
  reading.warn_of_strangers(*attention);
  reading.warn_of_strangers(*experts);
}

// Hunyuan's experts: sizes as lists, one for each layer.
void map_hunyuan_moe(Reading&, Config& config, Compact&) {
  if (config.flag({"use_cla"}, false)) config.fail({"use_cla"}, "layers that share keys and values", "false");
  config.ignore({"moe_drop_tokens",
                 "moe_layer_num_skipped",
                 "moe_random_routing_dropped_token",
                 "use_mixed_mlp_moe",
                 "group_limited_greedy",
                 "cla_share_factor",
                 "attention_head_dim",
                 "num_media_embeds",
                 "mask_init_id",
                 "position_embedding_xdrope",
                 "use_rotary_pos_emb",
                 "norm_type",
                 "mlp_bias",
                 "add_classification_head",
                 "class_num",
                 "pool_type",
                 "capacity_factor",
                 "dense_list",
                 "eod_token_id",
                 "im_end_id",
                 "im_newline_id",
                 "im_start_id",
                 "image_token_id",
                 "text_start_id",
                 "text_end_id",
                 "video_end_id",
                 "video_start_id",
                 "vit_type",
                 "anyres_vit_max_image_size",
                 "anyres_vit_two_views",
                 "vit_path"});
}

// Heads that differ from layer to layer, and a gate for each.
void map_laguna(Reading&, Config& config, Compact& compact) {
  compact.set("head_gate", config.flag({"gating"}, true));
  if (const auto heads = config.list({"num_attention_heads_per_layer"}, compact.number("layers"))) {
    const bool alike = std::all_of(heads->begin(), heads->end(), [&](auto head) { return head == heads->front(); });
    if (!alike) compact.set("heads", *heads);
  }
  config.ignore({"moe_apply_router_weight_on_input", "moe_router_logit_softcapping", "moe_routed_scaling_factor",
                 "swa_attention_sink_enabled", "swa_rope_parameters"});
}

// Phi-3-small: every other layer sees blocks of the keys alone, which are counted as if it saw all.
void map_phi3small(Reading& reading, Config& config, Compact&) {
  if (config.has("blocksparse_block_size")) {
    reading.notes.emplace_back("attention to blocks of the keys is counted as attention to all of them");
  }
  config.ignore({"blocksparse_block_size", "blocksparse_homo_head_pattern", "blocksparse_num_local_blocks",
                 "blocksparse_triton_kernel_block_size", "blocksparse_vert_stride", "dense_attention_every_n_layers",
                 "dummy_token_indices", "gegelu_limit", "gegelu_pad_to_256", "mup_attn_multiplier",
                 "mup_embedding_multiplier", "mup_use_scaling", "mup_width_multiplier", "ff_dim_multiplier",
                 "reorder_and_upcast_attn"});
}

// OLMo Hybrid: gated delta-nets, and attention without a gate.
void map_olmo_hybrid(Reading& reading, Config& config, Compact& compact) {
  map_delta_hybrid(reading, config, compact);
  compact.set("attention_gate", false);
  config.ignore({"linear_a_log_max", "linear_a_log_min", "linear_allow_neg_eigval", "linear_dt_init_floor",
                 "linear_dt_max", "linear_dt_min"});
}

// Llama 3.2 Vision: some layers attend to the tokens of images in the place of earlier ones.
void map_mllama(Reading& reading, Config& config, Compact& compact) {
  const std::int64_t layers = compact.number("layers");
  std::vector<std::string> mixers(static_cast<std::size_t>(layers), "full");
  for (const std::int64_t layer :
       config.list({"cross_attention_layers"}).value_or(std::vector<std::int64_t>{3, 8, 13, 18, 23, 28, 33, 38})) {
    if (layer < 0 || layer >= layers) {
      config.fail({"cross_attention_layers"}, fmt::format("there is no layer {}", layer),
                  fmt::format("at most {}", layers - 1));
    }
    mixers[static_cast<std::size_t>(layer)] = "cross";
  }
  compact.set("layer_types", mixers);
  compact.set("embed_rows", compact.number("vocab") + 8);
  std::int64_t tokens = 4 * 1601;
  if (auto vision = reading.root.child({"vision_config"})) {
    const std::int64_t side = vision->size_or({"image_size"}, 448).value / vision->size_or({"patch_size"}, 14).value;
    tokens = vision->size_or({"max_num_tiles"}, 4).value * (side * side + 1);
  }
  compact.set("source_len", tokens);
}

}  // namespace ridgepoint::hf
