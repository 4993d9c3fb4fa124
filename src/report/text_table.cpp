#include "report/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "core/text.hpp"

namespace ridgepoint {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// The bytes of the first `count` characters.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && seen++ == count) return text.substr(0, i);
  }
  return text;
}

std::vector<std::size_t> widths_of(const Grid& grid, std::size_t width) {
  constexpr std::size_t kLeast = 12;
  std::vector<std::size_t> widths;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    std::size_t widest = display_width(grid.columns[i].header);
    for (const auto& row : grid.rows) widest = std::max(widest, display_width(row[i]));
    widths.push_back(widest);
    if (i > 0) behind += widest + 1;
  }
  const std::size_t left = width > behind ? width - behind : 0;
  widths.front() = std::min(widths.front(), std::max(left, kLeast));
  return widths;
}

std::string trimmed(std::string line) { return line.erase(line.find_last_not_of(' ') + 1) + "\n"; }

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string fit(std::string_view text, std::size_t width, bool right_aligned) {
  const std::size_t shown = display_width(text);
  if (shown > width) return std::string(first_characters(text, width - 2)) + "..";
  const std::string padding(width - shown, ' ');
  return right_aligned ? padding + std::string(text) : std::string(text) + padding;
}

std::string markdown_text(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_{}[]()#+!|~").find(c) != std::string_view::npos) safe += '\\';
    if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string grid_text(const Grid& grid, std::size_t width) {
  const std::vector<std::size_t> widths = widths_of(grid, width);
  const auto line = [&](auto&& cell) {
    std::string text;
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += (i == 0 ? "" : " ") + fit(cell(i), widths[i], grid.columns[i].right);
    return trimmed(std::move(text));
  };
  std::string text = line([&](std::size_t i) { return grid.columns[i].header; });
  text += std::string(std::min(width, std::accumulate(widths.begin(), widths.end(), widths.size() - 1)), '-') + "\n";
  for (const auto& row : grid.rows) text += line([&](std::size_t i) { return printable(row[i]); });
  return text;
}

std::string grid_markdown(const Grid& grid) {
  std::string names = "|";
  std::string rule = "|";
  for (const GridColumn& column : grid.columns) {
    names += " " + markdown_text(column.header) + " |";
    rule += column.right ? " ---: |" : " --- |";
  }
  std::string text = names + "\n" + rule + "\n";
  for (const auto& row : grid.rows) {
    text += "|";
    for (const std::string& cell : row) text += " " + markdown_text(cell) + " |";
    text += "\n";
  }
  return text;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view whole = text.substr(0, text.find(' '));
    const std::string_view word = first_characters(whole, width - indent);  // a longer one is cut
    const std::size_t length = display_width(word);
    if (column > indent && column + 1 + length > width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > 0 && !result.ends_with(' ')) {
      result += ' ';
      ++column;
    }
    result += word;
    column += length;
    text.remove_prefix(std::min(text.size(), word.size() + (word.size() == whole.size() ? 1 : 0)));
  }
  return result;
}

}  // namespace ridgepoint
