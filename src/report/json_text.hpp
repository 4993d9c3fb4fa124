#pragma once
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "report/columns.hpp"

namespace ridgepoint {

/// A JSON value as text. Characters beyond ASCII are escaped: a terminal would obey some of them. Bytes that are not
/// UTF-8 become U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& value) {
  constexpr bool kAscii = true;
  std::string text = value.dump(2, ' ', kAscii, nlohmann::ordered_json::error_handler_t::replace);
  return text += '\n';
}

/// Puts a member behind the others without looking whether there is one of its name: rows have dozens, each its own.
inline void append_member(nlohmann::ordered_json& object, std::string_view key, nlohmann::ordered_json value) {
  using Members = nlohmann::ordered_json::object_t;
  if (object.is_null()) object = nlohmann::ordered_json::object();
  static_cast<Members::Container&>(object.get_ref<Members&>()).emplace_back(std::string(key), std::move(value));
}

/// Whole numbers are written as integers, so that counts read as counts.
inline nlohmann::ordered_json json_number(double value) {
  constexpr double kExactInteger = 9007199254740992.0;
  if (value == std::floor(value) && std::abs(value) < kExactInteger) return static_cast<std::int64_t>(value);
  return value;
}

/// The seconds that each resource needs alone; those that need none are left out.
template <class Needs>
nlohmann::ordered_json json_needs(const Needs& needs) {
  auto object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    double seconds = 0;
    if constexpr (requires { needs[i].value(); }) {
      seconds = needs[i].value();
    } else {
      seconds = needs[i];
    }
    if (seconds > 0) append_member(object, kBounds[i].name, seconds);
  }
  return object;
}

inline nlohmann::ordered_json json_value(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? nlohmann::ordered_json(*text) : json_number(std::get<double>(cell));
}

}  // namespace ridgepoint
