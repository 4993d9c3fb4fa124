#include "importers/hf/encoder_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

// A size that encoder and decoder have keys of their own for: one for both.
Size common_size(Config& config, std::string_view encoder, std::string_view decoder, std::int64_t fallback) {
  const Size first = config.size_or({encoder}, fallback);
  const Size second = config.size_or({decoder}, fallback);
  if (first.value != second.value) {
    config.fail({decoder},
                fmt::format("{} is {} and {} is {}", in_quotes(decoder), second.value, in_quotes(encoder), first.value),
                "the same number: an encoder and a decoder of other widths are not known here");
  }
  return second;
}

// The classes that end in the last layer, and those that go on to the words.
void map_words(Reading& reading, Compact& compact) {
  const bool headless = (reading.architecture_ends("Model") && !reading.architecture_ends("MTModel")) ||
                        reading.architecture_has("Classification");
  compact.set("head", !headless);
  if (!headless) compact.set("tied", reading.root.flag({"tie_word_embeddings"}, true));
  if (reading.architecture_ends("ForCausalLM")) {
    reading.root.fail({"architectures"}, fmt::format("{} is the decoder alone", reading.architecture),
                      "the class of encoder and decoder");
  }
  reading.expect_head({"Model", "ForSequenceClassification", "ConditionalGeneration"});
}

void map_audio(Config& config, Compact& compact) {
  compact.set("encoder_input", "audio");
  compact.set("k_bias", false);
  compact.set("mels", config.size_or({"num_mel_bins"}, 80));
  const Size positions = config.size_or({"max_source_positions"}, 1500);
  compact.set("frames", Size{2 * positions.value, positions.at});
}

void map_bart(Reading& reading, const BartTraits& traits, Compact& compact) {
  Config& config = reading.root;
  compact.set("kind", "encoder_decoder");
  compact.set("hidden", config.size_or({"d_model"}, traits.hidden));
  compact.set("encoder_layers", config.size_or({"encoder_layers"}, traits.encoder_layers));
  compact.set("layers", config.size_or({"decoder_layers"}, traits.layers));
  compact.set("heads", common_size(config, "encoder_attention_heads", "decoder_attention_heads", traits.heads));
  compact.set("ffn", common_size(config, "encoder_ffn_dim", "decoder_ffn_dim", traits.ffn));
  compact.set("vocab", config.size_or({"vocab_size"}, traits.vocab));
  expect_heads(config, {"encoder_attention_heads"}, compact.number("heads"), compact.number("hidden"));
  const Size context =
      config.size_or({traits.audio ? "max_target_positions" : "max_position_embeddings"}, traits.context);
  compact.set("context", context);
  if (traits.position == "learned") compact.set("position_rows", context.value + traits.reserved_rows);
  compact.set("norm", "layer");
  compact.set("norm_placement", traits.placement);
  compact.set("position", traits.position);
  compact.set("embedding_norm", traits.embedding_norm);
  compact.set("activation", activation_word(config, {"activation_function"}, traits.activation, false));
  if (config.flag({"use_prompt"}, false)) config.fail({"use_prompt"}, "learned prompts are not known here", "false");
  config.ignore({"prompt_length", "prompt_mid_dim", "num_hidden_layers", "decoder_vocab_size",
                 "share_encoder_decoder_embeddings"});
  if (traits.audio) map_audio(config, compact);
  map_words(reading, compact);
}

// Marian's decoder may have words of its own.
void give_decoder_words(Reading& reading, Description& description) {
  const auto words = reading.root.size({"decoder_vocab_size"});
  if (!words || reading.root.flag({"share_encoder_decoder_embeddings"}, true)) return;
  const bool tied = reading.root.flag({"tie_word_embeddings"}, true);
  description.parameters.push_back({"decoder_vocab", words->value});
  for (Item& item : description.items) {
    if (item.name == "embed") {
      item.tied = {};
      item.attributes.front().value = "decoder_vocab";
    } else if (item.name == "head") {
      item.attributes.front().value = "decoder_vocab";
      item.tied = tied ? Reference("embed") : Reference();
    }
  }
}

}  // namespace

Description read_bart(Reading& reading, const BartTraits& traits) {
  Compact compact("transformer", reading.name, reading.root.at());
  map_bart(reading, traits, compact);
  Description description = reading.expand(compact);
  give_decoder_words(reading, description);
  if (reading.architecture_ends("ForSequenceClassification")) {
    add_vector_layers({.name = "classification_head", .width = "hidden", .classes = label_count(reading.root).value},
                      description);
  }
  return description;
}

// Raffel et al., arXiv 1910.10683, and its version 1.1: gated MLPs and a head of its own.
Description read_t5(Reading& reading, const T5Traits& traits) {
  Config& config = reading.root;
  const bool alone = reading.architecture_ends("EncoderModel");
  Compact compact("transformer", reading.name, config.at());
  compact.set("kind", alone ? "encoder" : "encoder_decoder");
  const Size layers = config.size_or({"num_layers"}, traits.layers);
  compact.set("layers", alone ? layers : config.size_or({"num_decoder_layers"}, layers.value));
  if (!alone) compact.set("encoder_layers", layers);
  compact.set("hidden", config.size_or({"d_model"}, 512));
  compact.set("heads", config.size_or({"num_heads"}, traits.heads));
  compact.set("head_dim", config.size_or({"d_kv"}, 64));
  compact.set("ffn", config.size_or({"d_ff"}, traits.ffn));
  compact.set("vocab", config.size_or({"vocab_size"}, traits.vocab));
  compact.set("context", config.size_or({"n_positions"}, 512));
  compact.set("position", "relative");
  compact.set("buckets", config.size_or({"relative_attention_num_buckets"}, 32));
  if (traits.own_tables) compact.set("relative_tables", "own");
  compact.set("norm", "rms");
  const std::string forward = config.text({"feed_forward_proj"}, traits.feed_forward);
  const bool gated = forward.starts_with("gated-");
  // "gated-gelu" has always been the approximation with tanh.
  const std::string function = forward == "gated-gelu" ? "gelu_new" : gated ? forward.substr(6) : forward;
  compact.set("activation", activation_word(config, {}, function, gated));
  config.ignore({"num_decoder_layers", "dense_act_fn", "is_gated_act", "relative_attention_max_distance",
                 "tie_word_embeddings", "scalable_attention"});
  if (alone) {
    compact.set("head", false);
  } else {
    map_words(reading, compact);
  }
  return reading.expand(compact);
}

}  // namespace ridgepoint::hf
