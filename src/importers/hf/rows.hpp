#pragma once
// Tables of model types: one row for each, found by its `type`.

#include <algorithm>
#include <string_view>
#include <vector>

namespace ridgepoint::hf {

/// The row of that type, or null.
template <class Rows>
const typename Rows::value_type* find_row(const Rows& rows, std::string_view type) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.type == type; });
  return found == rows.end() ? nullptr : &*found;
}

/// The types of tables, in their order.
template <class... Rows>
std::vector<std::string_view> types_of(const Rows&... rows) {
  std::vector<std::string_view> names;
  names.reserve((rows.size() + ...));
  const auto add = [&](const auto& table) {
    for (const auto& row : table) names.push_back(row.type);
  };
  (add(rows), ...);
  return names;
}

}  // namespace ridgepoint::hf
