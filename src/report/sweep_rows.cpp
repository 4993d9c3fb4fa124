#include "report/sweep_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/human.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kSizes{"batch", "seq", "kv_len"};  // shown whole

// The text of a cell as people read it.
std::string shown(const SweepColumn& column, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return printable(*text);
  if (std::find(kSizes.begin(), kSizes.end(), column.key) != kSizes.end()) return exact(cell);
  if (column.key == "memory_bytes") return human_capacity(std::get<double>(cell));  // beside the device's
  return human(Column{column.key, column.header, column.kind, "", nullptr}, cell);
}

// Axes with several values, then what has a header, then why a point is not ok.
std::vector<SweepColumn> shown_columns(const SweepReport& report) {
  std::vector<std::string> varied;
  for (const SweepAxis& axis : report.axes.list()) {
    if (axis.values.size() > 1) varied.push_back(axis.key);
  }
  const bool sequences = std::any_of(report.points.begin(), report.points.end(),
                                     [](const SweepPoint& p) { return p.seq > 1 || p.kv_len > 0; });
  std::vector<SweepColumn> list;
  for (SweepColumn& column : sweep_columns(report)) {
    const bool is_varied = std::find(varied.begin(), varied.end(), column.key) != varied.end();
    if (is_varied) column.header = column.key;
    if (column.key == "reason") column.header = "why not";
    if (column.key == "tokens_per_s" && !sequences) column.header.clear();
    if (!column.header.empty()) list.push_back(std::move(column));
  }
  std::stable_partition(list.begin(), list.end(), [](const SweepColumn& c) { return c.key != "reason"; });
  const auto has_reason = [](const SweepPoint& p) { return !p.reason.empty(); };
  if (std::none_of(report.points.begin(), report.points.end(), has_reason)) list.pop_back();
  return list;
}

}  // namespace

Grid sweep_rows(const SweepReport& report) {
  const std::vector<SweepColumn> columns = shown_columns(report);
  Grid grid;
  for (const SweepColumn& column : columns) grid.columns.push_back({column.header, column.kind != ColumnKind::kText});
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (!report.done[i]) continue;
    std::vector<std::string>& row = grid.rows.emplace_back();
    for (const SweepColumn& column : columns) row.push_back(shown(column, column.cell(report, i)));
  }
  return grid;
}

std::string sweep_title(const SweepReport& report) {
  std::string fixed;
  for (const SweepAxis& axis : report.axes.list()) {
    if (axis.values.size() == 1) fixed += fmt::format(", {} {}", axis.key, axis.values.front());
  }
  const auto done = static_cast<std::size_t>(std::count(report.done.begin(), report.done.end(), true));
  const std::string part = done == report.points.size() ? "" : fmt::format("{} of ", done);
  return fmt::format("{}{}: {}{} points", printable(report.model), printable(fixed), part, report.points.size());
}

}  // namespace ridgepoint
