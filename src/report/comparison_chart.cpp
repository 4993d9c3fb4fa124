// A comparison as a figure: for each layer a bar of its time on every side, coloured by what bounds it there.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/human.hpp"
#include "report/comparison_formats.hpp"
#include "report/palette.hpp"
#include "report/svg_axis.hpp"

namespace ridgepoint {
namespace {

constexpr double kWidth = 900;
constexpr double kNames = 230;  // room for the names of layers
constexpr double kNotes = 240;  // room for speed-ups and bounds
constexpr double kBar = 9;
constexpr double kGap = 9;  // between layers
constexpr double kSideLine = 15;
constexpr std::size_t kMostLayers = 24;

class BarChart {
 public:
  BarChart(const Comparison& comparison, std::size_t top)
      : c_(comparison), shown_(shown_groups(comparison, top == 0 ? kMostLayers : top)) {
    double longest = 0;
    for (const MatchedLayers* group : shown_) longest = std::max(longest, longest_of(*group));
    top_ = 82 + kSideLine * static_cast<double>(c_.sides.size());
    const double bottom = top_ + group_height() * static_cast<double>(shown_.size());
    area_ = {kNames, top_, kWidth - kNotes, bottom};
    axis_ = linear_axis(0, longest > 0 ? longest : 1, area_.left, area_.right);
  }

  std::string draw() && {
    const std::string title = c_.per_sample ? "Time of a sample by layer" : "Time by layer";
    Svg svg(kWidth, area_.bottom + 62, title, "For each layer its time on every side, by what bounds it.");
    svg.text({16, 24}, title, {.size = 15, .bold = true});
    svg.text({16, 42}, svg_cut(c_.common, 11, kWidth - 32), {});
    draw_sides(svg);
    draw_scale(svg);
    for (std::size_t i = 0; i < shown_.size(); ++i) draw_group(svg, *shown_[i], i);
    draw_legend(svg);
    return std::move(svg).finish();
  }

 private:
  [[nodiscard]] double group_height() const { return kBar * static_cast<double>(c_.sides.size()) + kGap; }

  [[nodiscard]] double longest_of(const MatchedLayers& group) const {
    double longest = 0;
    for (std::size_t side = 0; side < group.parts.size(); ++side)
      longest = std::max(longest, c_.judged(group.parts[side].time, side));
    return longest;
  }

  // "1 a100: 15.8 ms", one line a side.
  void draw_sides(Svg& svg) const {
    for (std::size_t side = 0; side < c_.sides.size(); ++side) {
      const std::string speed = side == 0 ? "" : ", " + times_text(c_.speed_up(side));
      const std::string line =
          fmt::format("{} {}: {}{}", side + 1, c_.labels[side], human_seconds(c_.sides[side].time), speed);
      svg.text({16, 62 + kSideLine * static_cast<double>(side)}, svg_cut(line, 11, kWidth - 32), {});
    }
  }

  void draw_scale(Svg& svg) const {
    for (const SvgTick& tick : ticks(axis_)) {
      const double x = axis_.at(tick.value);
      svg.line({x, area_.top - 4}, {x, area_.bottom}, {{"stroke", "#dddddd"}, {"stroke-width", 1.0}});
      if (!tick.label.empty())
        svg.text({x, area_.bottom + 14}, human_seconds(tick.value), {.size = 10, .anchor = "middle"});
    }
  }

  void draw_group(Svg& svg, const MatchedLayers& group, std::size_t place) const {
    const double first = area_.top + group_height() * static_cast<double>(place);
    const double middle = first + kBar * static_cast<double>(c_.sides.size()) / 2 + 4;
    svg.text({kNames - 18, middle}, svg_cut(group.name, 11, kNames - 34), {.anchor = "end"});
    for (std::size_t side = 0; side < c_.sides.size(); ++side) {
      const double y = first + kBar * static_cast<double>(side);
      draw_bar(svg, group, side, y);
    }
    std::string note;
    for (std::size_t side = 1; side < c_.sides.size(); ++side) {
      note += (note.empty() ? "" : ", ") + times_text(c_.speed_up(group, side));
    }
    note += "  " + bound_text(group, 1, c_.sides.size());
    svg.text({area_.right + 8, middle}, svg_cut(note, 10, kNotes - 16), {.size = 10});
  }

  void draw_bar(Svg& svg, const MatchedLayers& group, std::size_t side, double y) const {
    const Part& part = group.parts[side];
    const double time = c_.judged(part.time, side);
    svg.text({kNames - 4, y + kBar - 1.5}, fmt::format("{}", side + 1), {.size = 8, .anchor = "end"});
    svg.titled("rect",
               {{"x", area_.left},
                {"y", y},
                {"width", std::max(axis_.at(time) - area_.left, 0.5)},
                {"height", kBar - 1.5},
                {"fill", look_of(part.bound).light},
                {"data-layer", group.name},
                {"data-side", fmt::format("{}", side + 1)},
                {"data-time-s", fmt::format("{}", time)}},
               fmt::format("{} on {}: {}, {}", group.name, c_.labels[side], human_seconds(time), name(part.bound)));
  }

  void draw_legend(Svg& svg) const {
    std::array<bool, kBoundCount> used{};
    for (const MatchedLayers* group : shown_) {
      for (const Part& part : group->parts) used[static_cast<std::size_t>(part.bound)] = true;
    }
    double x = kNames;
    const double y = area_.bottom + 40;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) continue;
      const std::string_view bound = kBounds[i].name;
      svg.element("rect", {{"x", x}, {"y", y - 8}, {"width", 10.0}, {"height", 9.0}, {"fill", kBoundLooks[i].light}});
      svg.text({x + 14, y}, bound, {.size = 10});
      x += 30 + svg_text_width(bound, 10);
    }
  }

  const Comparison& c_;
  std::vector<const MatchedLayers*> shown_;
  double top_ = 0;
  SvgBox area_;
  SvgAxis axis_;
};

}  // namespace

std::string comparison_chart(const Comparison& comparison, std::size_t top) { return BarChart(comparison, top).draw(); }

}  // namespace ridgepoint
