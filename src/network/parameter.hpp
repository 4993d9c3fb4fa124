#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ridgepoint {

/// The size of this name among those of a network or an estimate; nothing where there is none.
inline std::optional<std::int64_t> find_parameter(const std::vector<std::pair<std::string, std::int64_t>>& parameters,
                                                  std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace ridgepoint
