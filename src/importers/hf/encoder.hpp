#pragma once
// Encoders of text of the BERT kind: one reader for all, with a row of traits for each model type, and the heads that
// the classes of the transformers library put on them.

#include "importers/hf/decoder.hpp"

namespace ridgepoint::hf {

/// How a type classifies a text.
enum class VectorHead : std::uint8_t {
  kPooler,   ///< BERT's pooler, then the classes
  kDense,    ///< a linear layer with tanh on the first token, then the classes
  kContext,  ///< DeBERTa's pooler: the same with the pooler's own function
  kRelu,     ///< DistilBERT's
  kMean,     ///< ModernBERT's: a linear layer, its function and a norm, over the mean
};

/// What a model type is where its config has no key for it; words are those of the family `transformer`.
struct EncoderTraits {
  std::string_view type;
  VectorHead classifier = VectorHead::kPooler;
  std::string_view dense_activation = "tanh";  ///< of kDense
  bool pooler = true;                          ///< the class "...Model" has BERT's
  std::int64_t token_types = 2;                ///< where the config does not say; 0 for a type that has none
  std::int64_t vocab = 30522;
  std::int64_t context = 512;
  std::int64_t hidden = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t ffn = 3072;
  std::int64_t embedding = 0;      ///< a width of its own
  std::int64_t reserved_rows = 0;  ///< rows of positions that no token has
  std::string_view activation = "gelu";
  std::string_view positions = "absolute";  ///< what `position_embedding_type` may say besides
  void (*more)(Reading& reading, Config& config, Compact& compact) = nullptr;  ///< what only this type has
  void (*after)(Config& config, Description& description) = nullptr;           ///< layers that only this type has
};

/// Fills a compact description of the family `transformer`, up to the last layer and what the family has of heads.
void map_encoder(Reading& reading, Config& config, const EncoderTraits& traits, Compact& compact);
/// The rest of the head that the class has.
void add_encoder_head(Reading& reading, Config& config, const EncoderTraits& traits, Description& description);

/// A linear layer, a function and the classes (none: 0) on the vector of the token `first`, or of the whole where it is
/// one already; the block is named `name`.
struct VectorLayers {
  std::string name = "classifier";
  Value width;
  std::string activation = "tanh";  ///< an op, or ""
  std::int64_t classes = 0;
  bool takes_token = true;
};
void add_vector_layers(const VectorLayers& head, Description& description);

/// What single types have.
void map_albert(Reading& reading, Config& config, Compact& compact);
void map_deberta(Reading& reading, Config& config, Compact& compact);
void map_modernbert(Reading& reading, Config& config, Compact& compact);
void map_nomic(Reading& reading, Config& config, Compact& compact);
void map_mpnet(Reading& reading, Config& config, Compact& compact);
void map_prenorm(Reading& reading, Config& config, Compact& compact);
void map_ernie(Reading& reading, Config& config, Compact& compact);
void map_roformer(Reading& reading, Config& config, Compact& compact);
void map_esm(Reading& reading, Config& config, Compact& compact);
void add_deberta_conv(Config& config, Description& description);
void drop_first_norm(Config& config, Description& description);
void add_roformer_table(Config& config, Description& description);
void add_contact_head(Config& config, Description& description);

}  // namespace ridgepoint::hf
