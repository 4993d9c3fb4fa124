// The model types that are encoders of text, one row each: how its class in the transformers library differs from BERT
// where the config does not say (https://huggingface.co/docs/transformers, the page of each model).

#include "importers/hf/encoder.hpp"
#include "importers/hf/rows.hpp"

namespace ridgepoint::hf {
namespace {

using T = EncoderTraits;

constexpr T roberta(std::string_view type) {
  return {.type = type, .classifier = VectorHead::kDense, .vocab = 50265, .reserved_rows = 2};
}

const auto kRows = std::to_array<T>({
    {.type = "bert"},
    roberta("roberta"),
    roberta("xlm-roberta"),
    roberta("camembert"),
    roberta("data2vec-text"),
    {.type = "ernie", .more = map_ernie},
    {.type = "roberta-prelayernorm",
     .classifier = VectorHead::kDense,
     .vocab = 50265,
     .reserved_rows = 2,
     .more = map_prenorm},
    {.type = "xlm-roberta-xl",
     .classifier = VectorHead::kDense,
     .token_types = 1,
     .vocab = 250880,
     .context = 514,
     .hidden = 2560,
     .layers = 36,
     .heads = 32,
     .ffn = 10240,
     .reserved_rows = 2,
     .more = map_prenorm},
    {.type = "megatron-bert",
     .vocab = 29056,
     .hidden = 1024,
     .layers = 24,
     .heads = 16,
     .ffn = 4096,
     .more = map_prenorm},
    {.type = "roformer",
     .classifier = VectorHead::kDense,
     .pooler = false,
     .vocab = 50000,
     .context = 1536,
     .embedding = 768,
     .more = map_roformer,
     .after = add_roformer_table},
    {.type = "esm",
     .classifier = VectorHead::kDense,
     .token_types = 0,
     .context = 1026,
     .reserved_rows = 2,
     .positions = "rotary",
     .more = map_esm,
     .after = add_contact_head},
    {.type = "distilbert", .classifier = VectorHead::kRelu, .pooler = false, .token_types = 0, .layers = 6},
    {.type = "albert",
     .vocab = 30000,
     .hidden = 4096,
     .heads = 64,
     .ffn = 16384,
     .embedding = 128,
     .activation = "gelu_new",
     .more = map_albert},
    {.type = "electra",
     .classifier = VectorHead::kDense,
     .dense_activation = "gelu",
     .pooler = false,
     .hidden = 256,
     .heads = 4,
     .ffn = 1024,
     .embedding = 128},
    {.type = "deberta",
     .classifier = VectorHead::kContext,
     .pooler = false,
     .token_types = 0,
     .vocab = 50265,
     .more = map_deberta},
    {.type = "deberta-v2",
     .classifier = VectorHead::kContext,
     .pooler = false,
     .token_types = 0,
     .vocab = 128100,
     .hidden = 1536,
     .layers = 24,
     .heads = 24,
     .ffn = 6144,
     .more = map_deberta,
     .after = add_deberta_conv},
    {.type = "mpnet",
     .classifier = VectorHead::kDense,
     .token_types = 0,
     .vocab = 30527,
     .reserved_rows = 2,
     .more = map_mpnet},
    {.type = "nomic_bert", .pooler = false, .vocab = 30528, .context = 2048, .activation = "silu", .more = map_nomic},
    {.type = "modernbert",
     .classifier = VectorHead::kMean,
     .pooler = false,
     .token_types = 0,
     .vocab = 50368,
     .context = 8192,
     .layers = 22,
     .ffn = 1152,
     .more = map_modernbert,
     .after = drop_first_norm},
});

std::vector<std::string_view> types() { return types_of(kRows); }

Description read(Reading& reading) {
  const T* traits = find_row(kRows, reading.type);
  Compact compact("transformer", reading.name, reading.root.at());
  map_encoder(reading, reading.root, *traits, compact);
  Description description = reading.expand(compact);
  if (traits->after != nullptr) traits->after(reading.root, description);
  add_encoder_head(reading, reading.root, *traits, description);
  return description;
}

}  // namespace

const Kind kEncoders{types, read, "encoders of text", "transformer"};

}  // namespace ridgepoint::hf
