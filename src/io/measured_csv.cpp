// Tables of kernels as NVIDIA's and our own profilers write them. The columns are those of the tools' manuals: Nsight
// Systems, Post-Collection Analysis Guide (cuda_gpu_kern_sum, cuda_gpu_trace); Nsight Compute CLI (--csv).

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "core/text.hpp"
#include "io/csv.hpp"
#include "io/measured.hpp"

namespace ridgepoint {
namespace {

/// A unit of time as tools write it.
struct TimeUnit {
  std::string_view name;
  double seconds;
};
constexpr std::array kTimeUnits{TimeUnit{"ns", 1e-9}, TimeUnit{"nsecond", 1e-9}, TimeUnit{"nsec", 1e-9},
                                TimeUnit{"us", 1e-6}, TimeUnit{"usecond", 1e-6}, TimeUnit{"usec", 1e-6},
                                TimeUnit{"ms", 1e-3}, TimeUnit{"msecond", 1e-3}, TimeUnit{"msec", 1e-3},
                                TimeUnit{"s", 1},     TimeUnit{"second", 1},     TimeUnit{"sec", 1}};

std::optional<double> seconds_of_unit(std::string_view name) {
  const auto found =
      std::find_if(kTimeUnits.begin(), kTimeUnits.end(), [&](const TimeUnit& u) { return u.name == name; });
  return found == kTimeUnits.end() ? std::nullopt : std::optional(found->seconds);
}

/// A column of times with its unit in brackets: "Duration (ns)".
struct TimeColumn {
  int index = -1;
  double unit = 0;
};

TimeColumn time_column(const CsvTable& table, std::string_view name) {
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const std::string_view header = table.header[i];
    if (!header.starts_with(name) || !header.ends_with(")")) continue;
    const std::string_view rest = header.substr(name.size());
    if (!rest.starts_with(" (")) continue;
    if (const auto unit = seconds_of_unit(rest.substr(2, rest.size() - 3))) return {static_cast<int>(i), *unit};
  }
  return {};
}

// "1,234.5" and "1234.5" alike.
double number_at(const CsvTable& table, const CsvRow& row, int column, std::string_view expected) {
  const auto index = static_cast<std::size_t>(column);
  std::string text = row.fields[index];
  std::erase(text, ',');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) {
    table.fail(row, index, {fmt::format("{} is no number of it", in_quotes(row.fields[index])), std::string(expected)});
  }
  return value;
}

const std::string& text_at(const CsvRow& row, int column) { return row.fields[static_cast<std::size_t>(column)]; }

// A table with a row for each kernel's sum: ours, and cuda_gpu_kern_sum.
MeasuredProfile read_sums(const CsvTable& table, std::string tool, int name, int count, TimeColumn time) {
  MeasuredProfile profile{.file = table.file, .tool = std::move(tool)};
  for (const CsvRow& row : table.rows) {
    profile.kernels.push_back({.name = text_at(row, name),
                               .count = number_at(table, row, count, "how often the kernel ran"),
                               .seconds = number_at(table, row, time.index, "its time") * time.unit});
  }
  return profile;
}

MeasuredProfile read_launches(const CsvTable& table, int name, TimeColumn start, TimeColumn duration) {
  std::vector<std::pair<double, ProfiledKernel>> kernels;
  for (const CsvRow& row : table.rows) {
    kernels.emplace_back(number_at(table, row, start.index, "when it started"),
                         ProfiledKernel{.name = text_at(row, name),
                                        .seconds = number_at(table, row, duration.index, "its time") * duration.unit});
  }
  std::stable_sort(kernels.begin(), kernels.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  MeasuredProfile profile{.file = table.file, .tool = "nsys, cuda_gpu_trace", .in_order = true};
  for (auto& [when, kernel] : kernels) profile.kernels.push_back(std::move(kernel));
  return profile;
}

constexpr std::string_view kNcuTime = "gpu__time_duration.sum";

// A row for each metric of each launch.
MeasuredProfile read_metrics(const CsvTable& table) {
  const int id = table.column("ID");
  const int name = table.column("Kernel Name");
  const int metric = table.column("Metric Name");
  const int unit = table.column("Metric Unit");
  const int value = table.column("Metric Value");
  if (id < 0 || unit < 0 || value < 0)
    table.fail_header({"columns are missing", "ID, Kernel Name, Metric Name, Metric Unit, Metric Value"});
  MeasuredProfile profile{.file = table.file, .tool = "ncu", .in_order = true};
  std::map<std::string, bool> seen;  // a metric may stand in several sections
  for (const CsvRow& row : table.rows) {
    const std::string& what = text_at(row, metric);
    if ((what != "Duration" && what != kNcuTime) || seen[text_at(row, id)]) continue;
    seen[text_at(row, id)] = true;
    const auto scale = seconds_of_unit(text_at(row, unit));
    if (!scale)
      table.fail(row, static_cast<std::size_t>(unit),
                 {fmt::format("{} is no unit of time", in_quotes(text_at(row, unit))), "ns, us, ms or s"});
    profile.kernels.push_back(
        {.name = text_at(row, name), .seconds = number_at(table, row, value, "its time") * *scale});
  }
  if (profile.kernels.empty())
    table.fail_header({"no kernel has its duration", "the section SpeedOfLight, or --metrics gpu__time_duration.sum"});
  return profile;
}

// A row for each launch and a column for each metric; the first row has the units.
MeasuredProfile read_raw(const CsvTable& table) {
  const int name = table.column("Kernel Name");
  const int time = table.column(kNcuTime);
  if (table.rows.empty()) table.fail_header({"there is no kernel", "a row of units, then a row for each kernel"});
  const CsvRow& units = table.rows.front();
  const auto unit = seconds_of_unit(text_at(units, time));
  if (!unit) {
    table.fail(
        units, static_cast<std::size_t>(time),
        {fmt::format("{} is no unit of time", in_quotes(text_at(units, time))), "a row of units behind the header"});
  }
  MeasuredProfile profile{.file = table.file, .tool = "ncu, raw page", .in_order = true};
  for (auto row = table.rows.begin() + 1; row != table.rows.end(); ++row) {
    profile.kernels.push_back(
        {.name = text_at(*row, name), .seconds = number_at(table, *row, time, "its time") * *unit});
  }
  return profile;
}

MeasuredProfile read_table(const CsvTable& table) {
  const int kernel = table.column("Kernel Name");
  if (kernel >= 0 && table.column("Metric Name") >= 0) return read_metrics(table);
  if (kernel >= 0 && table.column(kNcuTime) >= 0) return read_raw(table);
  const int name = table.column("Name");
  const TimeColumn total = time_column(table, "Total Time");
  if (const int count = table.column("Instances"); name >= 0 && count >= 0 && total.index >= 0)
    return read_sums(table, "nsys, cuda_gpu_kern_sum", name, count, total);
  const TimeColumn start = time_column(table, "Start");
  const TimeColumn duration = time_column(table, "Duration");
  if (name >= 0 && start.index >= 0 && duration.index >= 0) return read_launches(table, name, start, duration);
  const int ours = table.column("name");
  const int count = table.column("count");
  const int time = table.column("time_s");
  if (ours >= 0 && count >= 0 && time >= 0) return read_sums(table, "ridgepoint profile", ours, count, {time, 1});
  table.fail_header(
      {"this is no table of kernels",
       "the CSV of `ridgepoint profile`, of `nsys stats` (cuda_gpu_kern_sum or cuda_gpu_trace), or of `ncu`"});
}

bool is_header(std::string_view line) {
  constexpr std::array<std::string_view, 4> kMarks{"Kernel Name", "Instances", "Duration (", "name,count,"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

// What the tools print around their table is made blank, so that lines keep their numbers. nsys ends it by a blank
// line.
std::string only_table(std::string_view text) {
  std::string table;
  bool inside = false;
  bool done = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    const bool blank = line.find_first_not_of("\r\n") == std::string_view::npos;
    if (!inside && is_header(line)) inside = true;
    if (inside && blank) done = true;
    table += inside && !done && !line.starts_with("==") ? line : std::string_view("\n");
    text.remove_prefix(end);
  }
  return table;
}

}  // namespace

MeasuredProfile parse_measured_csv(const std::string& file, std::string text) {
  const std::string table = only_table(text);
  const bool found = table.find_first_not_of('\n') != std::string::npos;
  MeasuredProfile profile = read_table(parse_csv(file, found ? table : text));
  if (profile.kernels.empty())
    throw InputError({"there is no kernel in this file", "a profile of a run"}, {.file = file});
  return profile;
}

}  // namespace ridgepoint
