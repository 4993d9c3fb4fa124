#pragma once
// The decoder of a config that has other parts too.

#include <optional>

#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// The config of the decoder, under whichever name it has; nothing where the root is that itself.
std::optional<Config> text_part(Config& root);

}  // namespace ridgepoint::hf
