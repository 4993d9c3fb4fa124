// The model types that are encoders with decoders, one row each
// (https://huggingface.co/docs/transformers, the page of each model).

#include <algorithm>
#include <array>

#include "importers/hf/encoder_decoder.hpp"

namespace ridgepoint::hf {
namespace {

const auto kBarts = std::to_array<BartTraits>({
    {.type = "bart", .placement = "post", .embedding_norm = true, .reserved_rows = 2},
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

std::vector<std::string_view> types() {
  std::vector<std::string_view> names;
  names.reserve(kBarts.size() + kT5s.size());
  for (const BartTraits& row : kBarts) names.push_back(row.type);
  for (const T5Traits& row : kT5s) names.push_back(row.type);
  return names;
}

Description read(Reading& reading) {
  const auto named = [&](const auto& row) { return row.type == reading.type; };
  const auto* bart = std::find_if(kBarts.begin(), kBarts.end(), named);
  return bart != kBarts.end() ? read_bart(reading, *bart)
                              : read_t5(reading, *std::find_if(kT5s.begin(), kT5s.end(), named));
}

}  // namespace

const Kind kEncoderDecoders{types, read, "encoders with decoders"};

}  // namespace ridgepoint::hf
