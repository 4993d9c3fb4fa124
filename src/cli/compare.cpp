#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <array>
#include <charconv>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/compare_measured.hpp"
#include "cli/output.hpp"
#include "cli/picture.hpp"
#include "cli/run_arguments.hpp"
#include "cli/sides.hpp"
#include "core/text.hpp"
#include "report/comparison_formats.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 7> kCompareFormats{"table", "json", "csv", "markdown", "html", "svg", "png"};

struct CompareArguments {
  SideArguments sides;
  std::string baseline;
  std::string measured;
  std::int64_t runs = 1;
  std::string threshold;
  std::string format;
  std::string output;
  std::int64_t top = 0;
};

// "5%" as 0.05.
double read_threshold(const std::string& text) {
  double percent = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, percent);
  const bool whole = error == std::errc{} && std::string_view(end, last) == "%";
  if (whole && percent >= 0 && percent <= 1e6) return percent / 100;
  throw InputError({fmt::format("--fail-on-regression is {}", in_quotes(text)), "a percentage, such as 5%"});
}

std::vector<Side> all_sides(const CompareArguments& a) {
  std::vector<Side> sides;
  if (!a.baseline.empty()) {
    sides = read_saved(a.baseline);
    if (sides.size() != 1) {
      throw InputError({fmt::format("{} analyses in the baseline", sides.size()), "one"}, {.file = a.baseline});
    }
  }
  for (Side& side : read_sides(a.sides)) sides.push_back(std::move(side));
  if (sides.size() < 2) {
    throw InputError({"there is nothing to compare with",
                      "a second MODEL, saved analysis, --hw, --dtype or --batch, a --baseline, or --measured"});
  }
  return sides;
}

// A baseline of another network would pass every check.
void expect_common_layers(const Comparison& c) {
  constexpr double kMost = 0.5;  // of the time must be that of layers that both have
  for (std::size_t side = 1; side < c.sides.size(); ++side) {
    double before = 0;
    double now = 0;
    for (const MatchedLayers& group : c.layers) {
      if (!group.parts.front().present() || !group.parts[side].present()) continue;
      before += group.parts.front().time;
      now += group.parts[side].time;
    }
    if (before >= kMost * c.sides.front().time && now >= kMost * c.sides[side].time) continue;
    throw InputError({fmt::format("{} and {} have few layers in common: what regressed cannot be said",
                                  in_quotes(c.labels.front()), in_quotes(c.labels[side])),
                      "analyses of the same network"});
  }
}

int compare_sides(const CompareArguments& a) {
  if (a.top < 0) throw InputError({fmt::format("--top is {}", a.top), "0 or more; 0 shows all"});
  const bool profiled = !a.measured.empty();
  const Format& chosen =
      profiled ? choose_format(a.format, a.output) : choose_format(a.format, a.output, kCompareFormats);
  const std::string_view format = chosen.name;
  const std::size_t width = width_for(a.output);
  const auto top = static_cast<std::size_t>(a.top);
  if (profiled) {
    if (!a.baseline.empty() || !a.threshold.empty())
      throw InputError({"--measured has no baseline", "either --measured, or --baseline and --fail-on-regression"});
    emit(a.output, compare_with_profile(a.sides, a.measured, a.runs, format, top, width));
    return 0;
  }
  const Comparison comparison = compare(all_sides(a));
  ComparisonReport report{comparison, std::nullopt, {}, command_line()};
  if (!a.threshold.empty()) {
    report.threshold = read_threshold(a.threshold);
    expect_common_layers(comparison);
    report.regressions = regressions_of(comparison, *report.threshold);
  }
  std::string text = write_comparison(report, {.format = format, .top = top, .width = width});
  emit(a.output, is_figure(chosen) ? as_figure(std::move(text), chosen) : text);
  if (report.regressions.empty()) return 0;
  fmt::print(stderr, "regression: {} of time, memory and layers grew by more than {}\n", report.regressions.size(),
             printable(a.threshold));
  return kRegressed;
}

}  // namespace

Action declare_compare(CLI::App& app) {
  const auto a = std::make_shared<CompareArguments>();
  declare_sides(app, a->sides);
  constexpr const char* kReport = "The report";
  app.add_option("--baseline", a->baseline, "A saved analysis that everything is compared with")
      ->type_name("FILE")
      ->group(kReport);
  app.add_option("--measured", a->measured,
                 "A profile that one prediction is compared with: of `ridgepoint profile`, nsys, ncu or PyTorch")
      ->type_name("FILE")
      ->group(kReport);
  app.add_option("--runs", a->runs, "How often the network ran in that profile")->type_name("N")->group(kReport);
  app.add_option("--fail-on-regression", a->threshold,
                 "End with exit code 4 when the time, the memory or a layer is worse than the first by more than this")
      ->type_name("PERCENT%")
      ->group(kReport);
  app.add_option("--format", a->format, format_help(kCompareFormats))->type_name("NAME")->group(kReport);
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE")->group(kReport);
  app.add_option("--top", a->top, "Only the N layers whose times differ most, and a row for the others")
      ->type_name("N")
      ->group(kReport);
  return [a] { return compare_sides(*a); };
}

}  // namespace ridgepoint
