#pragma once
#include <string>

namespace ridgepoint::cpu {

/// The version of the library that is loaded.
std::string onednn_version();

}  // namespace ridgepoint::cpu
