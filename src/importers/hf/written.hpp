#pragma once
// Networks of single types, written down as explicit descriptions (docs/network.md) whose sizes a config gives.

#include <string_view>
#include <utility>
#include <vector>

#include "families/build.hpp"
#include "importers/hf/encoder.hpp"

namespace ridgepoint::hf {

/// The description that `text` writes, with these values of its parameters.
Description written(Reading& reading, std::string_view text,
                    const std::vector<std::pair<std::string, std::int64_t>>& sizes);

/// Puts `items` in the place of the item `name`; what reads that reads the last of them, which gets its name.
void replace_item(Description& description, std::string_view name, std::vector<Item> items);

}  // namespace ridgepoint::hf
