#include "report/measured_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/analysis_context.hpp"
#include "report/json_text.hpp"
#include "report/records.hpp"
#include "report/report.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kUncut = 480;  // width of a line in which names stand whole
constexpr std::size_t kListed = 12;  // unmatched kernels and layers in tables

/// What the matches come to.
struct Summary {
  double predicted = 0;  ///< seconds, of layers with kernels
  double measured = 0;
  double mean_error = 0;  ///< mean of the layers' absolute errors
  std::size_t inside = 0;
};

Summary summary_of(const MeasuredComparison& c) {
  Summary sum;
  std::size_t counted = 0;
  for (const MeasuredMatch& match : c.matches) {
    sum.predicted += match.predicted;
    sum.measured += match.measured;
    sum.inside += match.inside() ? 1 : 0;
    if (const auto error = match.error()) {
      sum.mean_error += std::abs(*error);
      ++counted;
    }
  }
  if (counted > 0) sum.mean_error /= static_cast<double>(counted);
  return sum;
}

std::string error_text(double predicted, double measured) {
  return measured > 0 ? fmt::format("{:+.1f} %", (predicted / measured - 1) * 100) : "-";
}

std::string name_of(const MeasuredReport& r, const MeasuredMatch& match) {
  const std::string& first = r.estimate.rows[match.rows.front()].name;
  return match.rows.size() == 1 ? first : fmt::format("{} and {} more", first, match.rows.size() - 1);
}

// The name of the first kernel in about a quarter of the line, and how many more there are.
std::string kernels_text(const MeasuredMatch& match, std::size_t width) {
  const std::size_t room = std::max<std::size_t>(width / 4, 16);
  const KernelSum& first = match.kernels.front();
  const std::string more = match.kernels.size() > 1 ? fmt::format(" +{}", match.kernels.size() - 1) : "";
  const std::string name = printable(first.name);
  return display_width(name) + more.size() > room ? fit(name, room - more.size(), false) + more : name + more;
}

std::vector<const MeasuredMatch*> shown_matches(const MeasuredComparison& c, std::size_t top) {
  std::vector<const MeasuredMatch*> shown;
  for (const MeasuredMatch& match : c.matches) shown.push_back(&match);
  if (top == 0 || shown.size() <= top) return shown;
  std::stable_sort(shown.begin(), shown.end(), [](const MeasuredMatch* a, const MeasuredMatch* b) {
    return std::abs(a->predicted - a->measured) > std::abs(b->predicted - b->measured);
  });
  shown.resize(top);
  return shown;
}

Grid matches_grid(const MeasuredReport& r, std::size_t top, std::size_t width) {
  Grid grid{{{"layer", false}, {"x"}, {"predicted"}, {"measured"}, {"error"}, {"P10-P90", false}, {"kernels", false}},
            {}};
  const std::vector<const MeasuredMatch*> shown = shown_matches(r.comparison, top);
  for (const MeasuredMatch* match : shown) {
    grid.rows.push_back({name_of(r, *match), std::to_string(r.estimate.rows[match->rows.front()].repeat),
                         human_seconds(match->predicted), human_seconds(match->measured),
                         error_text(match->predicted, match->measured), match->inside() ? "inside" : "outside",
                         kernels_text(*match, width)});
  }
  const std::size_t others = r.comparison.matches.size() - shown.size();
  if (others == 0) return grid;
  double predicted = 0;
  double measured = 0;
  for (const MeasuredMatch& match : r.comparison.matches) {
    if (std::find(shown.begin(), shown.end(), &match) != shown.end()) continue;
    predicted += match.predicted;
    measured += match.measured;
  }
  grid.rows.push_back({fmt::format("{} others", others), "", human_seconds(predicted), human_seconds(measured),
                       error_text(predicted, measured), "", ""});
  return grid;
}

std::vector<std::string> summary_lines(const MeasuredReport& r) {
  const MeasuredComparison& c = r.comparison;
  const Summary sum = summary_of(c);
  const double predicted = r.estimate.total.time;
  std::vector<std::string> lines{
      fmt::format("predicted {} ({} to {}), measured {}: error {}", human_seconds(predicted),
                  human_seconds(r.estimate.total.time_p10), human_seconds(r.estimate.total.time_p90),
                  human_seconds(c.measured), error_text(predicted, c.measured)),
      fmt::format("matched {}: predicted {}, measured {}, error {}", c.how.empty() ? "nothing" : c.how,
                  human_seconds(sum.predicted), human_seconds(sum.measured), error_text(sum.predicted, sum.measured)),
      fmt::format("mean absolute error of a layer {}; {} of {} inside their interval (P10 to P90)",
                  human_percent(sum.mean_error), sum.inside, c.matches.size())};
  double launches = 0;
  for (const LayerEstimate& row : r.estimate.rows) launches += row.kernels;
  double ran = 0;
  for (const ProfiledKernel& kernel : r.profile.kernels) ran += kernel.count / static_cast<double>(r.runs);
  if (ran > 1.8 * launches) {
    lines.push_back(
        fmt::format("{:.0f} kernels ran where {:.0f} were predicted: if the network ran several times, --runs says so; "
                    "--fusion none predicts a kernel for each layer",
                    ran, launches));
  }
  return lines;
}

std::vector<std::string> unmatched_lines(const MeasuredReport& r) {
  const MeasuredComparison& c = r.comparison;
  std::vector<std::string> lines;
  double time = 0;
  for (const std::size_t row : c.unmatched_rows) time += r.estimate.rows[row].total.time;
  if (!c.unmatched_rows.empty())
    lines.push_back(fmt::format("layers without a kernel: {}, {}", c.unmatched_rows.size(), human_seconds(time)));
  for (std::size_t i = 0; i < std::min(c.unmatched_rows.size(), kListed); ++i) {
    const LayerEstimate& row = r.estimate.rows[c.unmatched_rows[i]];
    lines.push_back(fmt::format("  {:>8} {}", human_seconds(row.total.time), row.name));
  }
  time = 0;
  for (const KernelSum& kernel : c.unmatched_kernels) time += kernel.seconds;
  if (!c.unmatched_kernels.empty())
    lines.push_back(fmt::format("kernels without a layer: {}, {}", c.unmatched_kernels.size(), human_seconds(time)));
  for (std::size_t i = 0; i < std::min(c.unmatched_kernels.size(), kListed); ++i) {
    const KernelSum& kernel = c.unmatched_kernels[i];
    lines.push_back(fmt::format("  {:>8} x{:.0f} {}", human_seconds(kernel.seconds), kernel.count, kernel.name));
  }
  return lines;
}

std::string heading(const MeasuredReport& r) {
  return fmt::format("{} on {}: {}, against {} of {}", r.estimate.model, r.estimate.device, run_line(r.estimate),
                     r.profile.tool, r.profile.file);
}

std::string as_table(const MeasuredReport& r, std::size_t top, std::size_t width) {
  std::string text = wrap(printable(heading(r)), width, 0) + "\n";
  for (const std::string& line : summary_lines(r)) text += wrap(line, width, 2) + "\n";
  text += "\n" + grid_text(matches_grid(r, top, width), width);
  const std::vector<std::string> unmatched = unmatched_lines(r);
  if (!unmatched.empty()) text += "\n";
  for (const std::string& line : unmatched) {
    const std::string shown = printable(line);
    text += (display_width(shown) > width ? fit(shown, width, false) : shown) + "\n";
  }
  return text;
}

std::string as_markdown(const MeasuredReport& r, std::size_t top) {
  std::string text = "## " + markdown_text(heading(r)) + "\n\n";
  for (const std::string& line : summary_lines(r)) text += "- " + markdown_text(line) + "\n";
  text += "\n" + grid_markdown(matches_grid(r, top, kUncut)) + "\n";
  for (const std::string& line : unmatched_lines(r)) {
    const bool item = line.starts_with(" ");
    text += (item ? "  - " : "- ") + markdown_text(line.substr(line.find_first_not_of(' '))) + "\n";
  }
  return text;
}

Json kernels_json(const std::vector<KernelSum>& kernels) {
  Json array = Json::array();
  for (const KernelSum& kernel : kernels)
    array.push_back({{"name", kernel.name}, {"count", json_number(kernel.count)}, {"time_s", kernel.seconds}});
  return array;
}

Json match_json(const MeasuredReport& r, const MeasuredMatch& match) {
  Json names = Json::array();
  for (const std::size_t row : match.rows) names.push_back(r.estimate.rows[row].name);
  const auto error = match.error();
  return {{"layers", names},
          {"predicted_s", match.predicted},
          {"predicted_p10_s", match.predicted_p10},
          {"predicted_p90_s", match.predicted_p90},
          {"measured_s", match.measured},
          {"error", error ? Json(*error) : Json(nullptr)},
          {"inside_interval", match.inside()},
          {"kernels", kernels_json(match.kernels)}};
}

std::string as_json(const MeasuredReport& r) {
  const MeasuredComparison& c = r.comparison;
  const Summary sum = summary_of(c);
  const auto error = [](double predicted, double measured) {
    return measured > 0 ? Json(predicted / measured - 1) : Json(nullptr);
  };
  Json document{{"schema_version", 1}, {"tool", tool_json()}};
  document["context"] = {{"command", r.command}};
  document["model"] = r.estimate.model;
  document["device"] = r.estimate.device;
  document["profile"] = {{"file", r.profile.file}, {"tool", r.profile.tool}, {"runs", r.runs}, {"matched", c.how}};
  document["totals"] = {{"predicted_s", r.estimate.total.time},
                        {"predicted_p10_s", r.estimate.total.time_p10},
                        {"predicted_p90_s", r.estimate.total.time_p90},
                        {"measured_s", c.measured},
                        {"error", error(r.estimate.total.time, c.measured)},
                        {"matched_predicted_s", sum.predicted},
                        {"matched_measured_s", sum.measured},
                        {"matched_error", error(sum.predicted, sum.measured)},
                        {"mean_absolute_error", sum.mean_error},
                        {"inside_interval", sum.inside}};
  document["matches"] = Json::array();
  for (const MeasuredMatch& match : c.matches) document["matches"].push_back(match_json(r, match));
  document["unmatched_layers"] = Json::array();
  for (const std::size_t row : c.unmatched_rows) {
    const LayerEstimate& e = r.estimate.rows[row];
    document["unmatched_layers"].push_back({{"name", e.name}, {"predicted_s", e.total.time}});
  }
  document["unmatched_kernels"] = kernels_json(c.unmatched_kernels);
  return json_text(document);
}

// Layers with their kernels, then layers without, then kernels without; empty cells where there is nothing.
std::string as_csv(const MeasuredReport& r) {
  Records records{.columns = {"layer", "layers", "kernel", "kernels", "predicted_s", "predicted_p10_s",
                              "predicted_p90_s", "measured_s", "error"},
                  .rows = {}};
  const auto text = [](std::size_t count) { return Cell(static_cast<double>(count)); };
  for (const MeasuredMatch& match : r.comparison.matches) {
    const auto error = match.error();
    records.rows.push_back({r.estimate.rows[match.rows.front()].name, text(match.rows.size()),
                            match.kernels.front().name, text(match.kernels.size()), match.predicted,
                            match.predicted_p10, match.predicted_p90, match.measured, error ? Cell(*error) : Cell("")});
  }
  for (const std::size_t row : r.comparison.unmatched_rows) {
    const Amounts& a = r.estimate.rows[row].total;
    records.rows.push_back({r.estimate.rows[row].name, text(1), "", text(0), a.time, a.time_p10, a.time_p90, "", ""});
  }
  for (const KernelSum& kernel : r.comparison.unmatched_kernels)
    records.rows.push_back({"", text(0), kernel.name, text(1), "", "", "", kernel.seconds, ""});
  return write_records(records, "csv");
}

}  // namespace

std::string write_measured(const MeasuredReport& report, std::string_view format, std::size_t top, std::size_t width) {
  if (format == "json") return as_json(report);
  if (format == "csv") return as_csv(report);
  return format == "markdown" ? as_markdown(report, top) : as_table(report, top, width);
}

}  // namespace ridgepoint
