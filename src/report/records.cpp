#include "report/records.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/csv.hpp"
#include "report/json_text.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string as_json(const Records& records) {
  auto array = nlohmann::ordered_json::array();
  for (const std::vector<Cell>& row : records.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < records.columns.size(); ++i)
      object[std::string(records.columns[i])] = json_value(row[i]);
    array.push_back(std::move(object));
  }
  return json_text(array);
}

// Only text can be taken for a formula: a negative number is a number.
std::string csv_cell(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? csv_text(*text) : exact(cell);
}

std::string as_csv(const Records& records) {
  std::string text = fmt::format("{}\n", fmt::join(records.columns, ","));
  for (const std::vector<Cell>& row : records.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + csv_cell(row[i]);
    text += "\n";
  }
  return text;
}

std::string as_markdown(const Records& records) {
  std::string names = "|";
  std::string rule = "|";
  for (const std::string_view column : records.columns) {
    names += " " + std::string(column) + " |";
    rule += " --- |";
  }
  std::string text = names + "\n" + rule + "\n";
  for (const std::vector<Cell>& row : records.rows) {
    text += "|";
    for (const Cell& cell : row) text += " " + markdown_text(exact(cell)) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string write_records(const Records& records, std::string_view format) {
  if (format == "json") return as_json(records);
  if (format == "csv") return as_csv(records);
  return as_markdown(records);
}

}  // namespace ridgepoint
