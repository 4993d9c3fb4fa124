#pragma once
// Text in columns.

#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// The number of characters that a UTF-8 text shows.
std::size_t display_width(std::string_view text);

/// The text in exactly `width` characters: padded, or cut with ".." at the end.
std::string fit(std::string_view text, std::size_t width, bool right_aligned);

/// The text as a part of a Markdown document that shows it and does not interpret it: characters that Markdown or HTML
/// read get a backslash or an entity, control characters are shown as \xNN.
std::string markdown_text(std::string_view text);

/// The text broken into lines of at most `width` characters, at spaces where there are any; later lines are indented.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// A column of a grid: its header, and whether its cells stand at the right.
struct GridColumn {
  std::string header;
  bool right = true;
};

/// A table of texts. Every row has a cell for each column.
struct Grid {
  std::vector<GridColumn> columns;
  std::vector<std::vector<std::string>> rows;
};

/// A grid for a terminal: columns as wide as they need, the first one cut where the line would not fit in `width`.
std::string grid_text(const Grid& grid, std::size_t width);

/// A grid as a Markdown table; cells are shown, not interpreted.
std::string grid_markdown(const Grid& grid);

}  // namespace ridgepoint
