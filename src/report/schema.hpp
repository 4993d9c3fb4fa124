#pragma once
// JSON Schemas (draft 7) of what the tool reads and writes, for editors and other programs.

#include <span>
#include <string>
#include <string_view>

namespace ridgepoint {

/// Of `analyze --format json`.
std::string analysis_schema();

/// Of a network's description, explicit or compact; `families` are the names that a compact one may have.
std::string network_schema(std::span<const std::string_view> families);

/// Of a device file.
std::string device_schema();

}  // namespace ridgepoint
