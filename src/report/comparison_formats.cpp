#include "report/comparison_formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/static_page.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kSideWidth = 18;   // of a time and its speed-up
constexpr std::size_t kOtherWidth = 48;  // of the name, the first time and the bounds

std::size_t sides_a_table(std::size_t width) {
  return std::max<std::size_t>(1, width > kOtherWidth ? (width - kOtherWidth) / kSideWidth : 1);
}

std::string basis(const Comparison& c) {
  return c.per_sample ? "times of layers and speed-ups are those of a sample, against 1" : "speed-ups are against 1";
}

bool has_layers(const Comparison& c) {
  return std::any_of(c.layers.begin(), c.layers.end(), [](const MatchedLayers& group) { return group.complete(); });
}

std::string regression_heading(const ComparisonReport& report) {
  const std::string limit = human_percent(*report.threshold);
  return report.regressions.empty() ? fmt::format("nothing grew by more than {}", limit)
                                    : fmt::format("grew by more than {}:", limit);
}

std::string as_table(const ComparisonReport& report, const ComparisonView& view) {
  const Comparison& c = report.comparison;
  std::string text = wrap(printable(c.common), view.width, 0) + (c.common.empty() ? "" : "\n");
  text += basis(c) + "\n\n" + grid_text(totals_grid(c), view.width);
  for (std::size_t first = 1; first < c.sides.size() && has_layers(c);) {
    const std::size_t last = std::min(first + sides_a_table(view.width), c.sides.size());
    text += "\n" + grid_text(layers_grid(c, first, last, view.top), view.width);
    first = last;
  }
  if (const std::vector<std::string> list = remarks(c); !list.empty()) {
    text += "\n";
    for (const std::string& remark : list) text += wrap(printable(remark), view.width, 2) + "\n";
  }
  if (!report.threshold) return text;
  text += "\n" + regression_heading(report) + "\n";
  return report.regressions.empty() ? text : text + grid_text(regressions_grid(report), view.width);
}

std::string as_markdown(const ComparisonReport& report, const ComparisonView& view) {
  const Comparison& c = report.comparison;
  std::string text = c.common.empty() ? "## comparison\n\n" : "## " + markdown_text(c.common) + "\n\n";
  text += basis(c) + "\n\n" + grid_markdown(totals_grid(c));
  if (c.sides.size() > 1 && has_layers(c)) text += "\n" + grid_markdown(layers_grid(c, 1, c.sides.size(), view.top));
  text += "\n";
  for (const std::string& remark : remarks(c)) text += "- " + markdown_text(remark) + "\n";
  if (!report.threshold) return text;
  text += "\n" + regression_heading(report) + "\n";
  return report.regressions.empty() ? text : text + "\n" + grid_markdown(regressions_grid(report));
}

std::string as_html(const ComparisonReport& report, const ComparisonView& view) {
  const Comparison& c = report.comparison;
  StaticPage page(c.common.empty() ? "comparison" : c.common, report.command);
  page.paragraph(basis(c));
  page.table(totals_grid(c));
  page.sentences(remarks(c));
  if (has_layers(c)) page.figure(comparison_chart(c, view.top));
  if (c.sides.size() > 1 && has_layers(c)) page.table(layers_grid(c, 1, c.sides.size(), view.top));
  if (!report.threshold) return page.text();
  page.heading(regression_heading(report));
  if (!report.regressions.empty()) page.table(regressions_grid(report));
  return page.text();
}

}  // namespace

std::string write_comparison(const ComparisonReport& report, const ComparisonView& view) {
  if (view.format == "json") return comparison_json(report);
  if (view.format == "csv") return comparison_csv(report.comparison);
  if (view.format == "svg" || view.format == "png") return comparison_chart(report.comparison, view.top);
  if (view.format == "html") return as_html(report, view);
  if (view.format == "markdown") return as_markdown(report, view);
  return as_table(report, view);
}

}  // namespace ridgepoint
