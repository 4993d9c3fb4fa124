#pragma once
// What stands around the rows of the table.

#include <string>
#include <vector>

#include "report/columns.hpp"
#include "report/report.hpp"

namespace ridgepoint {

/// The columns that fit, and how wide they are. The first takes what is left of the line; a wide line has a bar of the
/// share behind the others.
struct TableLayout {
  std::vector<const Column*> shown;
  std::size_t first = 0;  ///< characters of the first column
  std::size_t bar = 0;    ///< of the bar, or 0
  std::size_t line = 0;   ///< of the whole line
};

/// For lines of `width`, when the longest label of a row has `longest` characters.
TableLayout layout_of(std::size_t width, std::size_t longest);

/// Characters of a column behind the first.
std::size_t width_of(const Column& column);

/// The lines before and behind the rows, each wrapped to the view's width.
std::string table_heading(const Report& report, const View& view);
std::string memory_paragraphs(const Report& report, const View& view);
std::string advice_paragraphs(const Report& report, const View& view);

}  // namespace ridgepoint
