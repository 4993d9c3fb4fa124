#pragma once
#include <string_view>

namespace ridgepoint {

/// The tool's version, as the build system states it.
std::string_view version();

}  // namespace ridgepoint
