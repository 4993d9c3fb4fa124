#pragma once
// One table of columns, from which every format is written.

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// What kind of value a column holds: how people read it, and its unit. A share is 0 to 1; an intensity is FLOP per
/// byte.
enum class ColumnKind : std::uint8_t { kText, kCount, kFlops, kBytes, kSeconds, kShare, kNumber };

/// The unit of a kind of column in files, or "".
std::string_view unit_of(ColumnKind kind);

/// A value of a column in base units.
using Cell = std::variant<std::string, double>;

/// One column of a report on layers. `key` is its name in files, with the unit; `header` its name in tables, or "" when
/// tables leave it out.
struct Column {
  std::string_view key;
  std::string_view header;
  ColumnKind kind;
  std::string_view meaning;
  Cell (*cell)(const LayerEstimate& row);
};

/// All columns, in the order of files.
std::span<const Column> columns();

/// The column with this key, or null.
const Column* find_column(std::string_view key);

/// A cell as people read it.
std::string human(const Column& column, const Cell& cell);

/// A cell as programs read it: all digits, no prefix.
std::string exact(const Cell& cell);

}  // namespace ridgepoint
