#pragma once
// Encoders of images in front of a decoder, and what joins the two.

#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// Puts the encoder of images that a config of this type describes in front of its decoder: `images` of a sequence are
/// encoded in all phases but decode. Whether the type has one that is known; where it has not, nothing changes.
bool add_image_part(Reading& reading, Config& vision, std::int64_t text_width, Description& description);

/// Puts a part in front of a decoder, under names that begin with `prefix`; `count` of it are encoded for each
/// sequence.
void put_in_front(const std::string& prefix, const std::string& count, Description part, Description& description);

}  // namespace ridgepoint::hf
