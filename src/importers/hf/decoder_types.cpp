// The model types that are decoders: the rows of four tables.

#include "importers/hf/decoder_more.hpp"
#include "importers/hf/quantize.hpp"
#include "importers/hf/rows.hpp"
#include "importers/hf/wrapper.hpp"

namespace ridgepoint::hf {
namespace {

std::vector<std::string_view> types() {
  return types_of(plain_decoders(), gpt_decoders(), expert_decoders(), state_decoders());
}

Description read(Reading& reading) {
  if (text_part(reading.root)) return kWrappers.read(reading);
  Compact compact("transformer", reading.name, reading.root.at());
  map_decoder(reading, reading.root, *find_decoder(reading.type), compact);
  return expand_decoder(reading, compact);
}

}  // namespace

const DecoderTraits* find_decoder(std::string_view type) {
  for (const auto& rows : {plain_decoders(), gpt_decoders(), expert_decoders(), state_decoders()}) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.type == type; });
    if (found != rows.end()) return &*found;
  }
  return nullptr;
}

const Kind kDecoders{types, read, "decoders", "transformer"};

}  // namespace ridgepoint::hf
