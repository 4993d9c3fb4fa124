#include "report/records.hpp"

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

std::string as_csv(const Records& records) {
  std::string text;
  for (const std::string_view column : records.columns) text += (text.empty() ? "" : ",") + std::string(column);
  text += "\n";
  for (const std::vector<Cell>& row : records.rows) {
    std::string line;
    for (const Cell& cell : row) line += (line.empty() ? "" : ",") + csv_text(exact(cell));
    text += line + "\n";
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
