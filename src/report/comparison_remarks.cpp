#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "report/comparison_formats.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kExplained = 3;  // layers of each side
constexpr std::size_t kListed = 8;     // layers that only one side has
constexpr double kWorthNaming = 0.1;   // of the layer's time

// "dram 3.01 ms to 1.83 ms, matrix 1.20 ms to 0.40 ms": what matters for the time on either side, the largest first.
std::string needs_text(const Comparison& c, const Part& before, const Part& after, std::size_t side) {
  std::vector<std::size_t> named;
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    if (before.needs[i] > kWorthNaming * before.time || after.needs[i] > kWorthNaming * after.time) named.push_back(i);
  }
  std::stable_sort(named.begin(), named.end(),
                   [&](std::size_t a, std::size_t b) { return before.needs[a] > before.needs[b]; });
  std::string text;
  for (const std::size_t i : named) {
    text += fmt::format("{}{} {} to {}", text.empty() ? "" : ", ", kBounds[i].name,
                        human_seconds(c.judged(before.needs[i], 0)), human_seconds(c.judged(after.needs[i], side)));
  }
  return text;
}

std::string why(const Comparison& c, const MatchedLayers& group, std::size_t side) {
  const Part& before = group.parts.front();
  const Part& after = group.parts[side];
  const auto factor = c.speed_up(group, side);
  std::string text =
      fmt::format("{}: {} to {} ({}), {} of the change; ", group.name, human_seconds(c.judged(before.time, 0)),
                  human_seconds(c.judged(after.time, side)), factor ? "x" + human_number(*factor) : "-",
                  human_percent(c.share_of_gain(group, side)));
  text += before.bound == after.bound ? fmt::format("bound by {} on both", name(before.bound))
                                      : fmt::format("bound by {}, then by {}", name(before.bound), name(after.bound));
  const std::string needs = needs_text(c, before, after, side);
  return needs.empty() ? text : text + ": " + needs;
}

void explain_changes(const Comparison& c, std::size_t side, std::vector<std::string>& remarks) {
  std::vector<const MatchedLayers*> groups;
  for (const MatchedLayers& group : c.layers) {
    if (group.parts.front().present() && group.parts[side].present()) groups.push_back(&group);
  }
  const auto change = [&](const MatchedLayers* group) {
    return std::abs(c.judged(group->parts.front().time, 0) - c.judged(group->parts[side].time, side));
  };
  std::stable_sort(groups.begin(), groups.end(), [&](const auto* a, const auto* b) { return change(a) > change(b); });
  if (groups.size() > kExplained) groups.resize(kExplained);
  for (const MatchedLayers* group : groups) {
    if (change(group) <= 0) continue;
    remarks.push_back(fmt::format("1 to {}: {}", side + 1, why(c, *group, side)));
  }
}

// The interval says how far a prediction may be off; two that overlap may be the other way round.
void judge_totals(const Comparison& c, std::size_t side, std::vector<std::string>& remarks) {
  const double low = c.judged(c.sides[side].time_p10, side);
  const double high = c.judged(c.sides[side].time_p90, side);
  const bool same_device = c.sides[side].fact("device") == c.sides.front().fact("device");
  if (same_device || low > c.judged(c.sides[0].time_p90, 0) || high < c.judged(c.sides[0].time_p10, 0)) return;
  remarks.push_back(
      fmt::format("the intervals (P10 to P90) of 1 and {} overlap: which is faster is not certain", side + 1));
}

// What only some sides have, on the sides that have it.
void list_unmatched(const Comparison& c, std::size_t side, std::vector<std::string>& remarks) {
  std::string names;
  std::size_t count = 0;
  double time = 0;
  for (const MatchedLayers& group : c.layers) {
    const Part& part = group.parts[side];
    if (!part.present() || group.complete() || part.time <= 0) continue;
    time += part.time;
    if (++count <= kListed) names += fmt::format("{}{}", names.empty() ? "" : ", ", group.name);
  }
  if (count == 0) return;
  if (count > kListed) names += fmt::format(" and {} more", count - kListed);
  remarks.push_back(
      fmt::format("not on all sides, {} on {}: {}", human_seconds(c.judged(time, side)), side + 1, names));
}

}  // namespace

std::vector<std::string> remarks(const Comparison& c) {
  std::vector<std::string> list;
  for (std::size_t side = 1; side < c.sides.size(); ++side) judge_totals(c, side, list);
  for (std::size_t side = 0; side < c.sides.size(); ++side) list_unmatched(c, side, list);
  for (std::size_t side = 1; side < c.sides.size(); ++side) explain_changes(c, side, list);
  return list;
}

}  // namespace ridgepoint
