#include "report/sections.hpp"

#include <algorithm>

#include "report/analysis_context.hpp"
#include "report/json_text.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

constexpr int kVersion = 1;

std::string shown(const SectionColumn& column, const Cell& cell) {
  return human({column.key, column.header, column.kind, "", nullptr}, cell);
}

Grid grid_of(const Section& section) {
  Grid grid;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < section.columns.size(); ++i) {
    const SectionColumn& column = section.columns[i];
    if (column.header.empty()) continue;
    places.push_back(i);
    grid.columns.push_back({std::string(column.header), column.kind != ColumnKind::kText});
  }
  for (const std::vector<Cell>& row : section.rows) {
    grid.rows.emplace_back();
    for (const std::size_t i : places) grid.rows.back().push_back(shown(section.columns[i], row[i]));
  }
  return grid;
}

std::string as_text(const SectionedReport& report, std::size_t width) {
  std::string text = wrap(report.title, width, 2) + "\n";
  for (const Section& section : report.sections) {
    if (section.rows.empty()) continue;
    text +=
        "\n" + (section.title.empty() ? "" : wrap(section.title, width, 2) + "\n") + grid_text(grid_of(section), width);
  }
  if (!report.sentences.empty()) text += "\n";
  for (const std::string& sentence : report.sentences) text += wrap(sentence, width, 2) + "\n";
  return text;
}

std::string as_markdown(const SectionedReport& report) {
  std::string text = "# " + markdown_text(report.title) + "\n";
  for (const Section& section : report.sections) {
    if (section.rows.empty()) continue;
    text +=
        "\n" + (section.title.empty() ? "" : markdown_text(section.title) + "\n\n") + grid_markdown(grid_of(section));
  }
  if (!report.sentences.empty()) text += "\n";
  for (const std::string& sentence : report.sentences) text += "* " + markdown_text(sentence) + "\n";
  return text;
}

Json rows_json(const Section& section) {
  Json array = Json::array();
  for (const std::vector<Cell>& row : section.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[std::string(section.columns[i].key)] = json_value(row[i]);
    array.push_back(std::move(object));
  }
  return array;
}

std::string as_json(const SectionedReport& report) {
  Json object{{"schema_version", kVersion}, {"tool", tool_json()}, {"command", report.command}};
  for (const auto& [key, value] : report.facts) object[key] = json_value(value);
  for (const Section& section : report.sections) object[std::string(section.key)] = rows_json(section);
  object["notes"] = report.sentences;
  return json_text(object);
}

std::string as_csv(const Section& section) {
  Records records;
  for (const SectionColumn& column : section.columns) records.columns.push_back(column.key);
  records.rows = section.rows;
  return write_records(records, "csv");
}

}  // namespace

std::string write_sections(const SectionedReport& report, std::string_view format, std::size_t width) {
  if (format == "json") return as_json(report);
  if (format == "csv") return as_csv(report.sections.front());
  if (format == "markdown") return as_markdown(report);
  return as_text(report, width);
}

}  // namespace ridgepoint
