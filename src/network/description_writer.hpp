#pragma once
#include <string>

#include "network/description.hpp"

namespace ridgepoint {

/// The description as an explicit file: reading it gives the same network, layer by layer. What an importer said of the
/// file that it came from stays as notes.
std::string write_description(const Description& description);

}  // namespace ridgepoint
