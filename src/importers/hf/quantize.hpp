#pragma once
// Formats of weights in a description.

#include "importers/hf/compact.hpp"
#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// The description that a compact one of the family `transformer` stands for, its weights in the formats that the
/// config's `quantization_config` gives them, layer by layer. `--set` sees the sizes as always.
Description expand_decoder(Reading& reading, Compact& compact);

}  // namespace ridgepoint::hf
