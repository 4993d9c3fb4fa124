#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/human.hpp"
#include "report/comparison_formats.hpp"

namespace ridgepoint {
namespace {

std::string repeat_text(const MatchedLayers& group, std::size_t first, std::size_t last) {
  const double before = group.parts.front().repeat;
  std::string text = fmt::format("{:.0f}", before);
  for (std::size_t side = first; side < last; ++side) {
    if (group.parts[side].repeat != before) text += fmt::format(" -> {:.0f}", group.parts[side].repeat);
  }
  return text;
}

double largest_change(const Comparison& c, const MatchedLayers& group) {
  double change = 0;
  for (std::size_t side = 1; side < group.parts.size(); ++side) {
    const double before = c.judged(group.parts.front().time, 0);
    change = std::max(change, std::abs(c.judged(group.parts[side].time, side) - before));
  }
  return change;
}

MatchedLayers others_of(const Comparison& c, const std::vector<const MatchedLayers*>& shown) {
  MatchedLayers others{.name = "", .op = "", .parts = std::vector<Part>(c.sides.size())};
  std::size_t count = 0;
  for (const MatchedLayers& group : c.layers) {
    if (!group.complete() || std::find(shown.begin(), shown.end(), &group) != shown.end()) continue;
    ++count;
    for (std::size_t side = 0; side < others.parts.size(); ++side) others.parts[side].time += group.parts[side].time;
  }
  others.name = fmt::format("{} others", count);
  return others;
}

std::vector<std::string> layer_cells(const Comparison& c, const MatchedLayers& group, std::size_t first,
                                     std::size_t last, bool has_bound) {
  std::vector<std::string> cells{group.name, has_bound ? repeat_text(group, first, last) : "",
                                 human_seconds(c.judged(group.parts.front().time, 0))};
  for (std::size_t side = first; side < last; ++side) {
    cells.push_back(human_seconds(c.judged(group.parts[side].time, side)));
    cells.push_back(times_text(c.speed_up(group, side)));
  }
  if (last == first + 1) cells.push_back(human_percent(c.share_of_gain(group, first)));
  cells.push_back(has_bound ? bound_text(group, first, last) : "");
  return cells;
}

}  // namespace

std::string times_text(const std::optional<double>& factor) { return factor ? "x" + human_number(*factor) : "-"; }

std::vector<const MatchedLayers*> shown_groups(const Comparison& c, std::size_t top) {
  std::vector<const MatchedLayers*> shown;
  for (const MatchedLayers& group : c.layers) {
    const bool timed = std::any_of(group.parts.begin(), group.parts.end(), [](const Part& p) { return p.time > 0; });
    if (timed && group.complete()) shown.push_back(&group);
  }
  if (top == 0 || shown.size() <= top) return shown;
  std::stable_sort(shown.begin(), shown.end(), [&](const MatchedLayers* a, const MatchedLayers* b) {
    return largest_change(c, *a) > largest_change(c, *b);
  });
  shown.resize(top);
  return shown;
}

std::string bound_text(const MatchedLayers& group, std::size_t first, std::size_t last) {
  const Bound before = group.parts.front().bound;
  const bool moved = std::any_of(group.parts.begin() + static_cast<std::ptrdiff_t>(first),
                                 group.parts.begin() + static_cast<std::ptrdiff_t>(last),
                                 [&](const Part& part) { return part.bound != before; });
  std::string text(name(before));
  for (std::size_t side = first; side < last && moved; ++side)
    text += fmt::format(" -> {}", name(group.parts[side].bound));
  return text;
}

Grid totals_grid(const Comparison& c) {
  Grid grid{{{"", false}, {"time"}, {"P10 to P90"}, {"speed-up"}, {"FLOP/s"}, {"byte/s"}, {"memory"}, {"rates", false}},
            {}};
  if (c.per_sample) grid.columns.insert(grid.columns.begin() + 2, {"a sample"});
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    const Side& side = c.sides[i];
    const auto rate = [&](double amount) { return side.time > 0 ? human_si(amount / side.time, "") : "-"; };
    std::vector<std::string> row{fmt::format("{} {}", i + 1, c.labels[i]),
                                 human_seconds(side.time),
                                 human_seconds(side.time_p10) + " to " + human_seconds(side.time_p90),
                                 times_text(c.speed_up(i)),
                                 rate(side.flops),
                                 rate(side.bytes),
                                 human_capacity(side.memory),
                                 side.fact("mode")};
    if (c.per_sample) row.insert(row.begin() + 2, human_seconds(c.judged(side.time, i)));
    grid.rows.push_back(std::move(row));
  }
  return grid;
}

Grid layers_grid(const Comparison& c, std::size_t first, std::size_t last, std::size_t top) {
  Grid grid{{{"layer", false}, {"x"}, {"1"}}, {}};
  for (std::size_t side = first; side < last; ++side) {
    grid.columns.push_back({fmt::format("{}", side + 1)});
    grid.columns.push_back({"speed-up"});
  }
  if (last == first + 1) grid.columns.push_back({"of gain"});
  grid.columns.push_back({"bound", false});
  const std::vector<const MatchedLayers*> shown = shown_groups(c, top);
  for (const MatchedLayers* group : shown) grid.rows.push_back(layer_cells(c, *group, first, last, true));
  if (top > 0 && shown.size() == top) {
    const MatchedLayers others = others_of(c, shown);
    if (others.name != "0 others") grid.rows.push_back(layer_cells(c, others, first, last, false));
  }
  return grid;
}

Grid regressions_grid(const ComparisonReport& report) {
  Grid grid{{{"what", false}, {"on"}, {"before"}, {"now"}, {"growth"}}, {}};
  for (const Regression& r : report.regressions) {
    const auto text = [&](double value) { return r.what == "memory" ? human_capacity(value) : human_seconds(value); };
    grid.rows.push_back({r.what, fmt::format("{}", r.side + 1), text(r.before), text(r.after),
                         fmt::format("{:+.1f} %", r.growth() * 100)});
  }
  return grid;
}

}  // namespace ridgepoint
