#pragma once
// Encoders of sound in front of a decoder, and what joins the two.

#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// Puts the encoder of sound that a config of this type describes in front of its decoder: `sounds` of a sequence are
/// encoded in all phases but decode. Whether the type has one that is known; where it has not, nothing changes.
bool add_sound_part(Reading& reading, Config& audio, std::int64_t text_width, Description& description);

}  // namespace ridgepoint::hf
