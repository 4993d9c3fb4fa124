#pragma once
// Encoders with decoders, of texts and of speech: one reader for those of the T5 kind, one for those of the BART kind.

#include "importers/hf/encoder.hpp"

namespace ridgepoint::hf {

/// What a model type of the BART kind is where its config has no key for it; words are those of the family
/// `transformer`.
struct BartTraits {
  std::string_view type;
  std::string_view placement = "pre";  ///< of the norms
  std::string_view position = "learned";
  bool embedding_norm = false;
  bool audio = false;              ///< the encoder reads a spectrogram (Whisper)
  std::int64_t reserved_rows = 0;  ///< rows of positions that no token has
  std::int64_t vocab = 50265;
  std::int64_t hidden = 1024;
  std::int64_t encoder_layers = 12;
  std::int64_t layers = 12;
  std::int64_t heads = 16;
  std::int64_t ffn = 4096;
  std::int64_t context = 1024;
  std::string_view activation = "gelu";
};

/// The same for the T5 kind.
struct T5Traits {
  std::string_view type;
  std::string_view feed_forward = "relu";  ///< as in `feed_forward_proj`
  std::int64_t vocab = 32128;
  std::int64_t ffn = 2048;
  std::int64_t layers = 6;
  std::int64_t heads = 8;
  bool own_tables = false;  ///< each layer has a table of relative positions
};

Description read_bart(Reading& reading, const BartTraits& traits);
Description read_t5(Reading& reading, const T5Traits& traits);

}  // namespace ridgepoint::hf
