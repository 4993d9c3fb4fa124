#include "io/csv.hpp"
#include "report/columns.hpp"
#include "report/report.hpp"

namespace ridgepoint {
namespace {

std::string csv_cell(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? csv_text(*text) : exact(cell);
}

}  // namespace

std::string write_csv(const Report& report, const View& view) {
  std::string text;
  for (const Column& column : columns()) text += (text.empty() ? "" : ",") + std::string(column.key);
  text += '\n';
  for (const LayerEstimate& row : rows_of(report.estimate, view)) {
    bool first = true;
    for (const Column& column : columns()) {
      if (!first) text += ',';
      text += csv_cell(column.cell(row));
      first = false;
    }
    text += '\n';
  }
  return text;
}

}  // namespace ridgepoint
