#pragma once
// A report of several tables, each with named columns, in the formats that rows are written in.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/columns.hpp"

namespace ridgepoint {

/// A column of a section: its key in files, with the unit; its header in tables, "" leaves it out; what it holds.
struct SectionColumn {
  std::string_view key;
  std::string_view header;
  ColumnKind kind;
};

/// One table of a report, under a title for people and a key for programs.
struct Section {
  std::string_view key;
  std::string title;
  std::vector<SectionColumn> columns;
  std::vector<std::vector<Cell>> rows{};
};

/// A report: what it is about, its tables, and sentences behind them. `facts` are single values for programs, by key.
struct SectionedReport {
  std::string title;
  std::string command;
  std::vector<std::pair<std::string, Cell>> facts{};
  std::vector<Section> sections{};
  std::vector<std::string> sentences{};
};

/// As "table", "json", "csv" (the first section alone) or "markdown".
std::string write_sections(const SectionedReport& report, std::string_view format, std::size_t width);

}  // namespace ridgepoint
