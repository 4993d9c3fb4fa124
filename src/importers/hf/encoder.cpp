#include "importers/hf/encoder.hpp"

#include <fmt/format.h>

#include "core/checked.hpp"
#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

// Sizes under the names that configs have for them. DistilBERT's `hidden_dim` is the width of its MLP.
void map_sizes(Config& config, const EncoderTraits& traits, Compact& compact) {
  static const Keys kHeads{"num_attention_heads", "n_heads", "n_head"};
  static const Keys kContext{"max_position_embeddings", "max_seq_len", "n_positions"};
  const bool distilled = traits.type == "distilbert";
  compact.set("layers", config.size_or({"num_hidden_layers", "n_layers", "num_layers", "n_layer"}, traits.layers));
  const Size hidden = distilled ? config.size_or({"dim", "hidden_size"}, traits.hidden)
                                : config.size_or({"hidden_size", "hidden_dim", "n_embd"}, traits.hidden);
  compact.set("hidden", hidden);
  compact.set("vocab", config.size_or({"vocab_size"}, traits.vocab));
  const Size heads = config.size_or(kHeads, traits.heads);
  compact.set("heads", heads);
  expect_heads(config, kHeads, heads.value, hidden.value);
  compact.set("ffn", distilled ? config.size_or({"hidden_dim", "intermediate_size"}, traits.ffn)
                               : config.size_or({"intermediate_size", "ffn_embed_dim", "n_inner"}, traits.ffn));
  const Size rows = config.size_or(kContext, traits.context);
  if (traits.reserved_rows >= rows.value) {
    config.fail(kContext, fmt::format("{} rows of positions", rows.value),
                fmt::format("more than the {} that no token has", traits.reserved_rows));
  }
  compact.set("context", Size{rows.value - traits.reserved_rows, rows.at});
  compact.set("position_rows", rows);
  if (traits.token_types > 0 || config.has("type_vocab_size")) {
    const std::int64_t types = config.count({"type_vocab_size"}, traits.token_types);
    if (types > 0) compact.set("token_types", types);
  }
  if (traits.embedding == 0) return;
  const Size embedding = config.size_or({"embedding_size"}, traits.embedding);
  if (embedding.value != compact.number("hidden")) compact.set("embedding", embedding);
}

// BERT as a decoder: masked, with a cache of keys and values.
bool is_causal(Reading& reading, Config& config) {
  const bool decoder = config.flag({"is_decoder"}, false);
  const bool words = reading.architecture_ends("LMHeadModel") || reading.architecture_ends("ForCausalLM");
  if (config.flag({"add_cross_attention"}, false)) {
    config.fail({"add_cross_attention"}, "attention to an encoder's output is not known here", "false");
  }
  return decoder && words;
}

// What the family has: the pooler, the classes of tokens, the head over the words.
void map_head(Reading& reading, const EncoderTraits& traits, Compact& compact) {
  const bool words = reading.architecture_ends("ForMaskedLM") || reading.architecture_ends("LMHeadModel") ||
                     reading.architecture_ends("ForCausalLM") ||
                     (reading.architecture_ends("ForPreTraining") && reading.type != "electra");
  compact.set("head", words);
  if (words) {
    compact.set("head_transform", true);
    compact.set("head_bias", true);
    compact.set("tied", reading.root.flag({"tie_word_embeddings"}, true));
  }
  const bool classifies =
      reading.architecture_ends("ForSequenceClassification") || reading.architecture_ends("ForMultipleChoice");
  const bool model = reading.architecture.empty() || reading.architecture_ends("Model");
  const bool pooled = model ? traits.pooler && !words
                            : reading.architecture_ends("ForNextSentencePrediction") ||
                                  (classifies && traits.classifier == VectorHead::kPooler) ||
                                  (reading.architecture_ends("ForMultipleChoice") && traits.pooler);
  compact.set("pooler", pooled);
  if (reading.architecture_ends("ForTokenClassification")) compact.set("classes", label_count(reading.root));
  if (reading.architecture_ends("ForQuestionAnswering")) compact.set("classes", std::int64_t{2});
}

// What files hold besides the class that the config names.
void note_buffers(Reading& reading, const Compact& compact) {
  if (compact.has("position_rows")) {
    reading.notes.push_back(
        fmt::format("files may hold {} numbers of positions (position_ids), which are no parameters",
                    compact.number("position_rows")));
  }
  if (reading.type != "bert" || !reading.architecture_ends("ForMaskedLM")) return;
  const std::int64_t hidden = compact.number("hidden");
  const std::int64_t pooler = checked_add(checked_mul(hidden, hidden), 3 * hidden + 2);
  reading.notes.push_back(
      fmt::format("files of its pretraining may hold {} values of the pooler and of the head for "
                  "pairs of sentences, which {} has not",
                  pooler, reading.architecture));
}

}  // namespace

void map_encoder(Reading& reading, Config& config, const EncoderTraits& traits, Compact& compact) {
  compact.set("kind", is_causal(reading, config) ? "decoder" : "encoder");
  map_sizes(config, traits, compact);
  compact.set("norm", "layer");
  compact.set("norm_placement", "post");
  compact.set("embedding_norm", true);
  compact.set("position", "learned");
  compact.set("activation", activation_word(config, {"hidden_act", "activation"}, traits.activation, false));
  config.ignore({"num_labels", "tie_word_embeddings"});
  if (const std::string kind = config.text({"position_embedding_type"}, "absolute");
      kind != "absolute" && kind != traits.positions) {
    config.fail({"position_embedding_type"}, fmt::format("positions of the kind {}", in_quotes(kind)), "absolute");
  }
  map_head(reading, traits, compact);
  reading.expect_head({"Model", "ForMaskedLM", "ForCausalLM", "ForPreTraining", "ForNextSentencePrediction",
                       "ForSequenceClassification", "ForMultipleChoice", "ForTokenClassification",
                       "ForQuestionAnswering"});
  if (reading.architecture.empty()) {
    reading.notes.emplace_back("the config names no class: the network without a head is taken");
  }
  if (traits.more != nullptr) traits.more(reading, config, compact);
  note_buffers(reading, compact);
}

// Norms before each branch and behind the last layer.
void map_prenorm(Reading& reading, Config&, Compact& compact) {
  compact.set("norm_placement", "pre");
  compact.set("final_norm", true);
  compact.set("embedding_norm", reading.type == "roberta-prelayernorm");
}

// A second table of segments, by task.
void map_ernie(Reading&, Config& config, Compact& compact) {
  const std::int64_t tasks = config.count({"task_type_vocab_size"}, 3);
  if (config.flag({"use_task_id"}, false)) compact.set("token_types", compact.number("token_types") + tasks);
}

void map_roformer(Reading&, Config& config, Compact& compact) {
  compact.set("position", "rope");
  compact.erase("position_rows");
  if (config.flag({"rotary_value"}, false)) config.fail({"rotary_value"}, "values that are rotated", "false");
}

// ESM-2 (Lin et al., Science 379, 2023): rotated positions, norms before each branch.
void map_esm(Reading& reading, Config& config, Compact& compact) {
  compact.set("norm_placement", "pre");
  compact.set("final_norm", true);
  compact.set("embedding_norm", config.flag({"emb_layer_norm_before"}, false));
  if (config.text({"position_embedding_type"}, "absolute") == "rotary") {
    compact.set("position", "rope");
    compact.erase("position_rows");
  }
  if (config.flag({"is_folding_model"}, false)) {
    reading.warnings.emplace_back("of ESMFold only the encoder is read, not what folds");
  }
  config.ignore({"token_dropout", "esmfold_config", "vocab_list"});
}

void map_albert(Reading&, Config& config, Compact& compact) {
  if (config.size_or({"num_hidden_groups"}, 1).value != 1 || config.size_or({"inner_group_num"}, 1).value != 1) {
    config.fail({"num_hidden_groups", "inner_group_num"}, "several groups of layers", "1: all layers are one");
  }
  compact.set("shared_layers", true);
}

// Rotated positions, gated MLPs, no biases within the layers (Nussbaum et al., arXiv 2402.01613).
void map_nomic(Reading&, Config& config, Compact& compact) {
  compact.set("position", "rope");
  compact.erase("position_rows");
  const std::string given = config.text({"activation_function"}, "");
  if (given != "" && given != "swiglu") config.fail({"activation_function"}, "another MLP", "swiglu");
  compact.set("activation", "swiglu");
  compact.set("attention_bias", false);
  compact.set("mlp_bias", false);
}

// T5's bias beside learned positions.
void map_mpnet(Reading&, Config& config, Compact& compact) {
  compact.set("relative_bias", true);
  compact.erase("token_types");  // a key that these configs have from BERT's
  compact.set("buckets", config.size_or({"relative_attention_num_buckets"}, 32));
}

// Disentangled positions; v2 and v3 take them through the projections of the words.
void map_deberta(Reading& reading, Config& config, Compact& compact) {
  const bool second = reading.type == "deberta-v2";
  if (!config.flag({"relative_attention"}, false)) {
    compact.set("position_table", config.flag({"position_biased_input"}, true));
    if (config.flag({"position_biased_input"}, true)) return;
    config.fail({"relative_attention"}, "neither relative nor absolute positions", "true");
  }
  if (const Node* kinds = config.find({"pos_att_type"}); kinds != nullptr) {
    const bool both = kinds->kind == Node::Kind::kString
                          ? kinds->text.find('|') != std::string::npos && kinds->text.find("p2p") == std::string::npos
                          : kinds->items.size() == 2;
    if (!both) config.fail(*kinds, "other positions than these two are not known here", R"(["p2c", "c2p"])");
  }
  const std::int64_t context = compact.number("context");
  const Node* given = config.find({"max_relative_positions"});
  std::int64_t span = given != nullptr && given->integer > 0 ? given->integer : context;
  const Node* buckets = config.find({"position_buckets"});
  if (second && buckets != nullptr && buckets->integer > 0) span = buckets->integer;
  compact.set("position", "disentangled");
  compact.set("attention", "unfused");
  compact.set("buckets", span);
  compact.set("position_table", config.flag({"position_biased_input"}, true));
  if (!config.flag({"position_biased_input"}, true)) compact.erase("position_rows");
  if (second) {
    if (!config.flag({"share_att_key"}, false)) {
      config.fail({"share_att_key"}, "projections of positions of their own are not known here", "true");
    }
    compact.set("position_norm", config.text({"norm_rel_ebd"}, "none").find("layer_norm") != std::string::npos);
  } else {
    compact.set("position_projections", "own");
    compact.set("k_bias", false);
    config.ignore({"talking_head"});
  }
  config.ignore({"attention_head_size", "conv_act", "conv_groups", "legacy"});
}

// Warner et al., arXiv 2412.13663: rotated positions, gated MLPs, every third layer sees everything.
void map_modernbert(Reading&, Config& config, Compact& compact) {
  compact.set("norm_placement", "pre");
  compact.set("norm_bias", config.flag({"norm_bias"}, false));
  compact.set("position", "rope");
  compact.erase("position_rows");
  const std::string activation = activation_word(config, {"hidden_activation"}, "gelu", true);
  compact.set("activation", activation);
  compact.set("attention_bias", config.flag({"attention_bias"}, false));
  compact.set("mlp_bias", config.flag({"mlp_bias"}, false));
  for (const char* key : {"head", "head_transform", "head_bias", "tied", "classes"}) compact.erase(key);
  compact.set("head", false);  // its layers have no biases
  const std::int64_t layers = compact.number("layers");
  expect_layers(config, {"num_hidden_layers"}, layers);
  std::vector<std::string> mixers;
  if (const auto types = config.words({"layer_types"}, layers)) {
    for (const std::string& type : *types) mixers.emplace_back(type == "sliding_attention" ? "window" : "full");
  } else {
    const std::int64_t step = config.size_or({"global_attn_every_n_layers"}, 3).value;
    for (std::int64_t i = 0; i < layers; ++i) mixers.emplace_back(i % step == 0 ? "full" : "window");
  }
  compact.set("layer_types", mixers);
  compact.set("window", config.size_or({"local_attention"}, 128));
  config.ignore({"classifier_activation", "classifier_bias", "classifier_pooling"});
}

}  // namespace ridgepoint::hf
