#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/sweep_rows.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string lines_of(const SweepRows& grid) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < grid.headers.size(); ++c) {
    widths.push_back(display_width(grid.headers[c]));
    for (const auto& row : grid.rows) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c)
      text += (c == 0 ? "" : "  ") + fit(cells[c], widths[c], grid.right[c]);
    return text.erase(text.find_last_not_of(' ') + 1) + "\n";
  };
  std::size_t whole = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) whole += width;
  std::string text = line(grid.headers) + std::string(whole, '-') + "\n";
  for (const auto& row : grid.rows) text += line(row);
  return text;
}

}  // namespace

std::string write_sweep_table(const SweepReport& report) {
  std::string text = sweep_title(report) + "\n\n" + lines_of(sweep_rows(report));
  for (const std::string& sentence : sentences_of(report)) text += "\n" + wrap(printable(sentence), 100, 2);
  return text + (report.curves.empty() ? "" : "\n");
}

std::string write_sweep_markdown(const SweepReport& report) {
  const SweepRows grid = sweep_rows(report);
  std::string names = "|";
  std::string rule = "|";
  for (std::size_t c = 0; c < grid.headers.size(); ++c) {
    names += fmt::format(" {} |", markdown_text(grid.headers[c]));
    rule += grid.right[c] ? " ---: |" : " --- |";
  }
  std::string text = markdown_text(sweep_title(report)) + "\n\n" + names + "\n" + rule + "\n";
  for (const auto& row : grid.rows) {
    text += "|";
    for (const std::string& cell : row) text += " " + markdown_text(cell) + " |";
    text += "\n";
  }
  if (!report.curves.empty()) text += "\n";
  for (const std::string& sentence : sentences_of(report)) text += "* " + markdown_text(sentence) + "\n";
  return text;
}

}  // namespace ridgepoint
