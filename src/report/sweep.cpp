#include "report/sweep.hpp"

#include <fmt/format.h>

#include <array>

#include "core/human.hpp"
#include "io/csv.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kFormats{
    SweepFormat{"table", ".txt", write_sweep_table, true}, SweepFormat{"csv", ".csv", write_sweep_csv, false},
    SweepFormat{"json", ".json", write_sweep_json, true},  SweepFormat{"markdown", ".md", write_sweep_markdown, true},
    SweepFormat{"html", ".html", write_sweep_html, true},  SweepFormat{"svg", ".svg", write_sweep_svg, true},
};

/// A column that is read off a point alone. Sizes and what needs a run are "" where there is none.
struct PointColumn {
  std::string_view key;
  std::string_view header;
  ColumnKind kind;
  std::string_view meaning;
  Cell (*cell)(const SweepPoint& p);
};

Cell size(std::int64_t value) { return value > 0 ? Cell(static_cast<double>(value)) : Cell(std::string()); }

using P = SweepPoint;
constexpr std::array kRun{
    PointColumn{"phase", "", ColumnKind::kText, "what the run does",
                [](const P& p) -> Cell { return std::string(name(p.phase)); }},
    PointColumn{"dtype", "", ColumnKind::kText, "format of activations",
                [](const P& p) -> Cell { return p.dtype ? std::string(name(*p.dtype)) : std::string(); }},
    PointColumn{"batch", "", ColumnKind::kCount, "samples or sequences at a time",
                [](const P& p) -> Cell { return size(p.batch); }},
    PointColumn{"seq", "", ColumnKind::kCount, "new tokens of each sequence",
                [](const P& p) -> Cell { return size(p.seq); }},
    PointColumn{"kv_len", "", ColumnKind::kCount, "tokens that attention looks at",
                [](const P& p) -> Cell { return size(p.kv_len); }},
};

constexpr std::array kOutcome{
    PointColumn{"status", "", ColumnKind::kText, "ok, out of memory or impossible",
                [](const P& p) -> Cell { return std::string(kPointStatusNames[static_cast<std::size_t>(p.status)]); }},
    PointColumn{"reason", "", ColumnKind::kText, "why it is not ok", [](const P& p) -> Cell { return p.reason; }},
};

constexpr std::array kNumbers{
    PointColumn{"time_s", "time", ColumnKind::kSeconds, "predicted time",
                [](const P& p) -> Cell { return p.total.time; }},
    PointColumn{"time_p10_s", "", ColumnKind::kSeconds, "one measurement in ten should be below",
                [](const P& p) -> Cell { return p.total.time_p10; }},
    PointColumn{"time_p90_s", "", ColumnKind::kSeconds, "one measurement in ten should be above",
                [](const P& p) -> Cell { return p.total.time_p90; }},
    PointColumn{"roofline_time_s", "", ColumnKind::kSeconds, "time of the plain roofline",
                [](const P& p) -> Cell { return p.total.roofline_time; }},
    PointColumn{"samples_per_s", "samples/s", ColumnKind::kNumber, "batch / time_s",
                [](const P& p) -> Cell { return p.samples_per_second(); }},
    PointColumn{"tokens_per_s", "tokens/s", ColumnKind::kNumber, "batch seq / time_s; 0 without sequences",
                [](const P& p) -> Cell { return p.tokens_per_second(); }},
    PointColumn{"flops", "FLOPs", ColumnKind::kCount, "arithmetic operations",
                [](const P& p) -> Cell { return p.total.flops; }},
    PointColumn{"bytes", "bytes", ColumnKind::kBytes, "bytes read and written",
                [](const P& p) -> Cell { return p.total.bytes(); }},
    PointColumn{"arithmetic_intensity", "FLOP/B", ColumnKind::kNumber, "flops / bytes",
                [](const P& p) -> Cell { return p.total.intensity(); }},
    PointColumn{"ridge_point", "", ColumnKind::kNumber, "FLOP per byte at which products and dram take equally long",
                [](const P& p) -> Cell { return p.ridge_point; }},
    PointColumn{"bound", "bound", ColumnKind::kText, "the resource that sets most of the time",
                [](const P& p) -> Cell { return std::string(name(p.bound)); }},
    PointColumn{"memory_bytes", "memory", ColumnKind::kBytes, "what the run keeps in device memory",
                [](const P& p) -> Cell { return p.memory.value(); }},
};

template <class Columns>
void add(const Columns& list, bool needs_run, std::vector<SweepColumn>& columns) {
  for (const PointColumn& c : list) {
    columns.push_back({std::string(c.key), std::string(c.header), c.kind, std::string(c.meaning),
                       [cell = c.cell, needs_run](const SweepReport& r, std::size_t i) -> Cell {
                         const SweepPoint& point = r.points[i];
                         if (needs_run && point.status == PointStatus::kImpossible) return std::string();
                         return cell(point);
                       }});
  }
}

void add_axes(const SweepReport& report, AxisKind kind, std::string_view meaning, std::vector<SweepColumn>& columns) {
  for (std::size_t axis = 0; axis < report.axes.list().size(); ++axis) {
    const SweepAxis& of = report.axes.list()[axis];
    if (of.kind != kind) continue;
    columns.push_back(
        {of.key, "", ColumnKind::kText, std::string(meaning),
         [axis](const SweepReport& r, std::size_t i) -> Cell { return r.axes.value(r.first + i, axis); }});
  }
}

}  // namespace

std::span<const SweepFormat> sweep_formats() { return kFormats; }

std::vector<SweepColumn> sweep_columns(const SweepReport& report) {
  std::vector<SweepColumn> columns;
  columns.push_back({"model", "", ColumnKind::kText, "name of the network",
                     [](const SweepReport& r, std::size_t) -> Cell { return r.model; }});
  add_axes(report, AxisKind::kDevice, "as --hw names it", columns);
  add_axes(report, AxisKind::kWhatIf, "what --what-if makes of the property", columns);
  add(kRun, false, columns);
  add_axes(report, AxisKind::kSetting, "what --set makes of the parameter", columns);
  add(kOutcome, false, columns);
  add(kNumbers, true, columns);
  return columns;
}

std::string SweepReport::where(const SweepCurve& curve) const {
  std::string text;
  for (std::size_t axis = 0; axis < axes.list().size(); ++axis) {
    if (axes.list()[axis].values.size() < 2 || axis == axes.running()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", axes.list()[axis].key, axes.value(curve.first, axis));
  }
  return text;
}

std::string write_sweep_csv(const SweepReport& report) {
  const std::vector<SweepColumn> columns = sweep_columns(report);
  std::string text;
  for (const SweepColumn& column : columns) text += (text.empty() ? "" : ",") + csv_text(column.key);
  text += '\n';
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (!report.done[i]) continue;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) text += ',';
      const Cell cell = columns[c].cell(report, i);
      const auto* words = std::get_if<std::string>(&cell);
      text += words != nullptr ? csv_text(*words) : exact(cell);
    }
    text += '\n';
  }
  return text;
}

}  // namespace ridgepoint
