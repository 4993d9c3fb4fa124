// The model types that are encoders with decoders, one row each
// (https://huggingface.co/docs/transformers, the page of each model).

#include <array>

#include "importers/hf/encoder_decoder.hpp"
#include "importers/hf/rows.hpp"

namespace ridgepoint::hf {
namespace {

const auto kBarts = std::to_array<BartTraits>({
    {.type = "bart", .placement = "post", .embedding_norm = true, .reserved_rows = 2},
    {.type = "mvp", .placement = "post", .embedding_norm = true, .reserved_rows = 2},
    {.type = "plbart",
     .placement = "post",
     .embedding_norm = true,
     .reserved_rows = 2,
     .vocab = 50005,
     .hidden = 768,
     .encoder_layers = 6,
     .layers = 6,
     .heads = 12,
     .ffn = 3072},
    {.type = "blenderbot-small",
     .placement = "post",
     .embedding_norm = true,
     .hidden = 512,
     .encoder_layers = 8,
     .layers = 8,
     .ffn = 2048,
     .context = 512},
    {.type = "mbart", .embedding_norm = true, .reserved_rows = 2},
    {.type = "pegasus"},
    {.type = "marian", .placement = "post", .vocab = 58101},
    {.type = "m2m_100", .position = "sinusoidal", .vocab = 128112, .activation = "relu"},
    {.type = "blenderbot",
     .vocab = 8008,
     .hidden = 2560,
     .encoder_layers = 2,
     .heads = 32,
     .ffn = 10240,
     .context = 128},
    {.type = "whisper",
     .audio = true,
     .vocab = 51865,
     .hidden = 384,
     .encoder_layers = 4,
     .layers = 4,
     .heads = 6,
     .ffn = 1536,
     .context = 448},
});

const auto kT5s = std::to_array<T5Traits>({
    {.type = "t5"},
    {.type = "mt5", .feed_forward = "gated-gelu", .vocab = 250112, .ffn = 1024, .layers = 8, .heads = 6},
    {.type = "umt5",
     .feed_forward = "gated-gelu",
     .vocab = 250112,
     .ffn = 1024,
     .layers = 8,
     .heads = 6,
     .own_tables = true},
});

std::vector<std::string_view> types() { return types_of(kBarts, kT5s); }

Description read(Reading& reading) {
  if (const BartTraits* bart = find_row(kBarts, reading.type)) return read_bart(reading, *bart);
  return read_t5(reading, *find_row(kT5s, reading.type));
}

}  // namespace

const Kind kEncoderDecoders{types, read, "encoders with decoders", "transformer"};

}  // namespace ridgepoint::hf
