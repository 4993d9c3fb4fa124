#include <fmt/format.h>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/columns.hpp"
#include "report/report.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string cells(const LayerEstimate& row, bool summary) {
  std::string line = "|";
  for (const Column& column : columns()) {
    if (column.header.empty()) continue;
    const bool of_layer = column.key != "name" && (column.kind == ColumnKind::kText || column.key == "repeat");
    line += " " + (summary && of_layer ? "" : markdown_text(human(column, column.cell(row)))) + " |";
  }
  return line + "\n";
}

std::string header() {
  std::string names = "|";
  std::string rule = "|";
  for (const Column& column : columns()) {
    if (column.header.empty()) continue;
    names += fmt::format(" {} |", column.header);
    rule += column.kind == ColumnKind::kText ? " --- |" : " ---: |";
  }
  return names + "\n" + rule + "\n";
}

LayerEstimate summary(std::string name, const Amounts& amounts, const Amounts& total) {
  LayerEstimate row{.name = std::move(name)};
  row.total = amounts;
  row.share = total.time > 0 ? amounts.time / total.time : 0;
  return row;
}

}  // namespace

std::string write_markdown(const Report& report, const View& view) {
  const Estimate& e = report.estimate;
  std::string text =
      fmt::format("## {} on {}\n\n{}\n\n", markdown_text(e.model), markdown_text(e.device), markdown_text(run_line(e)));
  text += header();
  for (const LayerEstimate& row : rows_of(e, view)) text += cells(row, false);
  text += cells(summary("total", e.total, e.total), true);
  for (std::size_t i = 0; i < kCategoryNames.size() && view.by != By::kCategory; ++i) {
    if (e.by_category[i].bytes() > 0)
      text += cells(summary(std::string(kCategoryNames[i]), e.by_category[i], e.total), true);
  }
  text += "\n";
  for (const std::string_view convention : conventions()) text += fmt::format("- {}\n", convention);
  for (const std::string& warning : e.warnings) text += fmt::format("- warning: {}\n", markdown_text(warning));
  for (const Unmodelled& item : e.unmodelled) {
    text += fmt::format("- not modelled: {} ({}), {} of it\n", markdown_text(item.name), markdown_text(item.type),
                        item.count);
  }
  if (!e.importer.empty()) {
    for (const std::string& note : e.notes) text += fmt::format("- note: {}\n", markdown_text(note));
  }
  for (const Advice& item : report.advice) {
    text += fmt::format("- {} ({}): {}", markdown_text(item.layer), human_percent(item.share), markdown_text(item.why));
    for (const Change& change : item.changes) {
      text += fmt::format("; {} x{}{}", markdown_text(change.what), human_number(change.time_ratio),
                          change.whole_network ? " for all" : "");
    }
    text += "\n";
  }
  return text;
}

}  // namespace ridgepoint
