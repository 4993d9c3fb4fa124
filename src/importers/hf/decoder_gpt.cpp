// Decoders of the GPT-2 kind: what each has of its own.

#include <fmt/format.h>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "importers/hf/decoder_more.hpp"

namespace ridgepoint::hf {
namespace {

void one_kv_head(Compact& compact) { compact.set("kv_heads", std::int64_t{1}); }

void all_biases(Compact& compact, bool bias) {
  for (const char* key : {"qkv_bias", "output_bias", "mlp_bias"}) compact.set(key, bias);
}

}  // namespace

// Files of its first years hold the causal mask of each layer.
void map_gpt2(Reading& reading, Config&, Compact& compact) {
  const std::int64_t mask = checked_mul(compact.number("context"), compact.number("context"));
  reading.notes.push_back(fmt::format("files may hold {} values of causal masks, which are no parameters",
                                      checked_mul(compact.number("layers"), mask)));
}

// Multi-query attention (Shazeer, arXiv 1911.02150), on by default.
void map_bigcode(Reading&, Config& config, Compact& compact) {
  config.ignore({"attention_softmax_in_fp32", "scale_attention_softmax_in_fp32"});
  if (config.flag({"multi_query"}, true)) one_kv_head(compact);
}

// "attention_types": [[["global", "local"], 12]] says how often a list of kinds is taken.
void map_gpt_neo(Reading&, Config& config, Compact& compact) {
  config.ignore({"attention_layers"});
  const Node* types = config.find({"attention_types"});
  if (types == nullptr) return;
  std::vector<std::string> mixers;
  for (const Node& group : types->items) {
    const bool fits = group.kind == Node::Kind::kArray && group.items.size() == 2 &&
                      group.items[0].kind == Node::Kind::kArray && group.items[1].kind == Node::Kind::kInteger &&
                      group.items[1].integer >= 0 && group.items[1].integer <= compact.number("layers");
    if (!fits)
      config.fail(group, "\"attention_types\" holds something else", "a list of kinds and how often it is taken");
    for (std::int64_t i = 0; i < group.items[1].integer; ++i) {
      for (const Node& word : group.items[0].items) mixers.push_back(word.text == "local" ? "window" : "full");
    }
  }
  const std::int64_t layers = compact.number("layers");
  if (static_cast<std::int64_t>(mixers.size()) != layers) {
    config.fail(*types, fmt::format("\"attention_types\" names {} layers of {}", mixers.size(), layers),
                "one kind for each layer");
  }
  compact.set("layer_types", mixers, types->offset);
  compact.set("window", config.size_or({"window_size"}, 256));
}

void map_neox(Reading&, Config& config, Compact& compact) {
  if (!config.flag({"use_parallel_residual"}, true)) compact.set("branches", "serial");
}

// Two rows of positions more than tokens; norms before or behind each branch; an embedding of a width of its own.
void map_opt(Reading& reading, Config& config, Compact& compact) {
  map_opt_positions(reading, config, compact);
  const bool before = config.flag({"do_layer_norm_before"}, true);
  compact.set("norm_placement", before ? "pre" : "post");
  compact.set("final_norm", before && !config.flag({"_remove_final_layer_norm"}, false));
  if (!config.flag({"layer_norm_elementwise_affine"}, true)) {
    compact.set("norm_weight", false);
    compact.set("norm_bias", false);
  }
  const auto width = config.size({"word_embed_proj_dim"});
  if (width && width->value != compact.number("hidden")) {
    compact.set("embedding", *width);
    compact.set("embedding_bias", false);
  }
}

void map_opt_positions(Reading&, Config&, Compact& compact) {
  compact.set("position_rows", compact.number("context") + 2);
}

void map_bloom(Reading&, Config& config, Compact&) {
  config.ignore({"apply_residual_connection_post_layernorm", "skip_bias_add", "skip_bias_add_qkv", "unk_token_id",
                 "offset_alibi", "attention_softmax_in_fp32", "masked_softmax_fusion", "hidden_dropout"});
}

// Falcon 7B: one KV head, both branches behind one norm; 40B: groups, a norm each; RW: ALiBi, biases, in series.
void map_falcon(Reading& reading, Config& config, Compact& compact) {
  const bool grouped = config.flag({"new_decoder_architecture"}, reading.type == "RefinedWeb");
  const bool parallel = config.flag({"parallel_attn"}, true);
  const bool multi_query = config.flag({"multi_query"}, true);
  const std::int64_t norms = config.count({"num_ln_in_parallel_attn"}, 2);
  config.ignore({"apply_residual_connection_post_layernorm", "num_kv_heads", "n_head_kv"});
  if (!grouped) {
    compact.erase("kv_heads");
    if (multi_query) one_kv_head(compact);
  }
  const bool two_norms = grouped && norms == 2;
  compact.set("branches", grouped || parallel ? (two_norms ? "parallel_norms" : "parallel") : "serial");
  if (config.flag({"alibi"}, false)) compact.set("position", "alibi");
}

void map_mpt(Reading&, Config& config, Compact& compact) {
  config.ignore({"emb_pdrop", "learned_pos_emb", "norm_type", "resid_pdrop", "verbose", "embedding_fraction",
                 "init_config", "fc_type", "ffn_config", "use_pad_tok_in_ffn"});
  const std::int64_t ratio = config.count({"expansion_ratio"}, 4);
  compact.set("ffn", ratio * compact.number("hidden"));
  all_biases(compact, !config.flag({"no_bias"}, true));
  auto attention = config.child({"attn_config"});
  if (!attention) return;
  attention->ignore({"attn_impl", "attn_pdrop", "attn_type", "attn_uses_sequence_id", "clip_qkv", "prefix_lm",
                     "softmax_scale", "alibi_bias_max", "rope", "rope_theta", "model_type"});
  if (const auto kv = attention->size({"kv_n_heads"})) compact.set("kv_heads", *kv);
  if (attention->text({"attn_type"}, "") == "multiquery_attention") one_kv_head(compact);
  if (attention->flag({"qk_ln"}, false)) compact.set("qk_norm", "full");
}

}  // namespace ridgepoint::hf
