#include "report/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/pipeline_rows.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

// Whether a column says nothing in any row.
template <class Column, class Rows>
bool says_nothing(const Column& column, const Rows& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
    const Cell cell = column.cell(row);
    const auto* const number = std::get_if<double>(&cell);
    return number != nullptr && *number == 0;
  });
}

// The columns that tables show, over these rows.
template <class Columns, class Rows>
Grid grid_of(const Columns& columns, const Rows& rows) {
  Grid grid;
  grid.rows.resize(rows.size());
  for (const auto& column : columns) {
    if (column.header.empty() || says_nothing(column, rows)) continue;
    grid.columns.push_back({std::string(column.header), column.kind != ColumnKind::kText});
    for (std::size_t i = 0; i < rows.size(); ++i) grid.rows[i].push_back(human_cell(column.kind, column.cell(rows[i])));
  }
  return grid;
}

std::vector<PartRow> part_rows(const Pipeline& run) {
  std::vector<PartRow> rows;
  rows.reserve(run.parts.size());
  for (const PipelinePart& part : run.parts) rows.push_back({run, part});
  return rows;
}

std::string title(const PipelineReport& report) {
  return fmt::format("{} on {}, prepared by {}: training, {}", printable(report.model), printable(report.device),
                     printable(report.host), report.run);
}

// The grids of a report, each under a line of its own.
std::vector<std::pair<std::string, Grid>> grids_of(const PipelineReport& report) {
  if (report.runs.size() > 1) return {{"", grid_of(run_columns(), report.runs)}};
  const Pipeline& run = report.runs.front();
  return {{"a batch, hop by hop", grid_of(hop_columns(), run.planned.batch.hops)},
          {"what it takes", grid_of(part_columns(), part_rows(run))}};
}

std::string counted(std::int64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::vector<std::string> sentences_of(const PipelineReport& report) {
  if (report.runs.size() == 1) return pipeline_sentences(report, report.runs.front());
  const auto best = std::min_element(report.runs.begin(), report.runs.end(), [](const Pipeline& a, const Pipeline& b) {
    return a.schedule.epoch < b.schedule.epoch;
  });
  return {fmt::format("the shortest epoch, {}, is that of {} and {}; the {} set its pace",
                      human_seconds(best->schedule.epoch), counted(best->plan.machine.machines, "machine"),
                      counted(best->plan.machine.workers, "worker"), name(best->schedule.bottleneck))};
}

std::string as_table(const PipelineReport& report, std::size_t width) {
  std::string text = title(report) + "\n" + wrap("graph: " + graph_line(report.runs.front()), width, 2) + "\n" +
                     wrap("sampler: " + sampler_line(report.runs.front().plan.sampler), width, 2) + "\n";
  for (const auto& [name, grid] : grids_of(report)) {
    text += "\n" + (name.empty() ? "" : name + "\n") + grid_text(grid, width);
  }
  text += "\n";
  for (const std::string& sentence : sentences_of(report)) text += wrap(printable(sentence), width, 2) + "\n";
  return text;
}

std::string as_markdown(const PipelineReport& report) {
  std::string text = markdown_text(title(report)) + "\n\n" +
                     markdown_text("graph: " + graph_line(report.runs.front())) + "  \n" +
                     markdown_text("sampler: " + sampler_line(report.runs.front().plan.sampler)) + "\n\n";
  for (const auto& [name, grid] : grids_of(report)) text += grid_markdown(grid) + "\n";
  for (const std::string& sentence : sentences_of(report)) text += "* " + markdown_text(sentence) + "\n";
  return text;
}

template <class Columns, class Rows>
std::string as_csv(const Columns& columns, const Rows& rows) {
  Records records;
  for (const auto& column : columns) records.columns.push_back(column.key);
  for (const auto& row : rows) {
    std::vector<Cell> cells;
    for (const auto& column : columns) cells.push_back(column.cell(row));
    records.rows.push_back(std::move(cells));
  }
  return write_records(records, "csv");
}

}  // namespace

std::string write_pipeline(const PipelineReport& report, std::string_view format, std::size_t width) {
  if (format == "json") return pipeline_json(report);
  if (format == "markdown") return as_markdown(report);
  if (format != "csv") return as_table(report, width);
  return report.runs.size() > 1 ? as_csv(run_columns(), report.runs)
                                : as_csv(part_columns(), part_rows(report.runs.front()));
}

}  // namespace ridgepoint
