#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/columns.hpp"

namespace ridgepoint {

/// Rows under named columns, for programs and documents.
struct Records {
  std::vector<std::string_view> columns;
  std::vector<std::vector<Cell>> rows;
};

/// Records as a JSON array of objects, as CSV or as Markdown; `format` is "json", "csv" or "markdown".
std::string write_records(const Records& records, std::string_view format);

}  // namespace ridgepoint
