#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace ridgepoint {

/// A JSON value as text. Characters beyond ASCII are escaped: a terminal would obey some of them. Bytes that are not
/// UTF-8 become U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& value) {
  constexpr bool kAscii = true;
  return value.dump(2, ' ', kAscii, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ridgepoint
