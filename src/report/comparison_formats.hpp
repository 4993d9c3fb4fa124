#pragma once
#include <string>

#include "report/regression.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {

/// A comparison ready to be written. With a threshold, what regressed by more is a table of its own.
struct ComparisonReport {
  const Comparison& comparison;
  std::optional<double> threshold;
  std::vector<Regression> regressions;
  std::string command;
};

/// How a comparison is shown; `top` cuts the layers to those whose times differ most, 0 shows all.
struct ComparisonView {
  std::string_view format = "table";
  std::size_t top = 0;
  std::size_t width = 100;
};

/// A comparison as a table, JSON, CSV (a row for each layer and side), Markdown, a page or, for figures, SVG.
std::string write_comparison(const ComparisonReport& report, const ComparisonView& view);

/// For other files of this format family: grids of the table and of Markdown.
Grid totals_grid(const Comparison& comparison);
Grid layers_grid(const Comparison& comparison, std::size_t first, std::size_t last, std::size_t top);
Grid regressions_grid(const ComparisonReport& report);
/// Groups that take time on some side and that all sides have; with `top`, those that change most, and 0 shows all.
std::vector<const MatchedLayers*> shown_groups(const Comparison& comparison, std::size_t top);
/// "x1.69", or "-" where there is no factor.
std::string times_text(const std::optional<double>& factor);
/// "dram", or "dram -> matrix" where it moves between the first side and those from `first` to before `last`.
std::string bound_text(const MatchedLayers& group, std::size_t first, std::size_t last);

/// A figure: bars of each layer's time on every side, coloured by what bounds it. `top` as above; 0 shows the 24 that
/// change most.
std::string comparison_chart(const Comparison& comparison, std::size_t top);

/// What to know of the totals, and the layers that changed most with the resources behind it: one sentence each.
std::vector<std::string> remarks(const Comparison& comparison);
std::string comparison_json(const ComparisonReport& report);
std::string comparison_csv(const Comparison& comparison);

}  // namespace ridgepoint
