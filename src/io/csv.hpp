#pragma once
// Tables of comma-separated values that remember their lines.

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace ridgepoint {

/// One line of a CSV file, split into fields, with the line's number in the file.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// A CSV file: a header and rows of as many fields. Fields may be quoted (RFC 4180); blank lines do not count.
struct CsvTable {
  std::string file;
  std::vector<std::string> header;
  std::size_t header_line = 1;
  std::vector<CsvRow> rows;

  /// The position of a column, or -1.
  [[nodiscard]] int column(std::string_view name) const;
  /// Throws the problem as an InputError at a row and column (from 0) of the table.
  [[noreturn]] void fail(const CsvRow& row, std::size_t column, Problem problem) const;
  /// Throws the problem at the header.
  [[noreturn]] void fail_header(Problem problem) const;
};

/// Reads a CSV file. Throws InputError when it cannot be read, has no header, or a row has another number of fields.
CsvTable read_csv(const std::string& path);

/// The same from text; `file` is for messages.
CsvTable parse_csv(std::string file, std::string_view text);

/// A text as a CSV field: control characters as \xNN, quoted where RFC 4180 asks for it, and with a leading quote where
/// a spreadsheet would take it for a formula.
std::string csv_text(const std::string& text);

}  // namespace ridgepoint
