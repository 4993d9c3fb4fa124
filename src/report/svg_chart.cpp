#include "report/svg_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/palette.hpp"
#include "report/svg_labels.hpp"

namespace ridgepoint {
namespace {

constexpr double kLeft = 66;
constexpr double kBelow = 48;
constexpr double kNameSize = 11;
constexpr double kNameStep = 14;        // between names at the ends of lines
constexpr std::size_t kFewPoints = 40;  // up to so many have a dot each

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

class Drawn {
 public:
  explicit Drawn(const Chart& chart) : chart_(chart), svg_(chart.width, chart.height, chart.title, description(chart)) {
    double widest = 0;
    for (const ChartSeries& s : chart.series) widest = std::max(widest, svg_text_width(s.name, kNameSize));
    const double right = std::min(widest + 22, chart.width * 0.35);
    name_room_ = right - 14;
    const double top =
        34 + (chart.title.empty() ? 0 : 22) + (chart.subtitle.empty() ? 0 : 16) + (chart.marks.empty() ? 0 : 14);
    plot_.area = {kLeft, top, chart.width - right, chart.height - kBelow};
    fit_axes();
  }

  std::string draw() && {
    heading();
    draw_axes(svg_, plot_, chart_.x_name, chart_.y_name);
    marks();
    for (std::size_t i = 0; i < chart_.series.size(); ++i) line(i);
    names();
    return std::move(svg_).finish();
  }

 private:
  static std::string description(const Chart& chart) {
    std::string text = fmt::format("{} over {}", chart.y_name, chart.x_name);
    for (const ChartSeries& s : chart.series) text += (&s == &chart.series.front() ? ": " : ", ") + s.name;
    return text;
  }

  [[nodiscard]] bool shown(SvgPoint p) const {
    return std::isfinite(p.x) && std::isfinite(p.y) && (!chart_.x_logarithmic || p.x > 0) &&
           (!chart_.y_logarithmic || p.y > 0);
  }

  void fit_axes() {
    Range x;
    Range y;
    for (const ChartSeries& s : chart_.series) {
      for (const SvgPoint& p : s.points) {
        if (!shown(p)) continue;
        x.add(p.x);
        y.add(p.y);
      }
    }
    if (x.low > x.high) x = y = {1, 1};
    if (!chart_.y_logarithmic) y.add(0);
    const SvgBox& a = plot_.area;
    plot_.x =
        chart_.x_logarithmic ? log_axis(x.low, x.high, a.left, a.right) : linear_axis(x.low, x.high, a.left, a.right);
    plot_.y =
        chart_.y_logarithmic ? log_axis(y.low, y.high, a.bottom, a.top) : linear_axis(y.low, y.high, a.bottom, a.top);
  }

  void heading() {
    double y = 24;
    if (!chart_.title.empty()) svg_.text({18, y}, chart_.title, {.size = 15, .color = "#111111", .bold = true});
    if (!chart_.title.empty()) y += 18;
    if (!chart_.subtitle.empty()) svg_.text({18, y}, chart_.subtitle, {.size = 11, .color = "#555555"});
  }

  // Names of marks stand above the area, each at its line as far as its neighbours leave room.
  void marks() {
    LabelPlacer placer({plot_.area.left, 0, chart_.width, chart_.height});
    for (const ChartMark& mark : chart_.marks) {
      if (!(mark.x >= plot_.x.low && mark.x <= plot_.x.high)) continue;
      const double x = plot_.x.at(mark.x);
      svg_.line({x, plot_.area.top}, {x, plot_.area.bottom}, {{"stroke", "#777777"}, {"stroke-dasharray", "3 3"}});
      const auto placed = placer.place({.text = mark.text, .mark = {x, plot_.area.top + 8}, .radius = 1});
      if (placed) svg_.text(placed->at, mark.text, {.size = 10, .color = "#555555"}, {{"class", "label"}});
    }
  }

  void line(std::size_t i) {
    const ChartSeries& series = chart_.series[i];
    const SvgAttributes look{{"stroke", series_color(i)},
                             {"stroke-width", 1.8},
                             {"stroke-dasharray", series_dash(i).empty() ? "none" : series_dash(i)},
                             {"stroke-linejoin", "round"}};
    svg_.open("g", {{"class", "series"}, {"data-name", series.name}});
    std::vector<SvgPoint> piece;
    const auto end_piece = [&] {
      if (piece.size() > 1) svg_.path(piece, look);
      piece.clear();
    };
    for (const SvgPoint& p : series.points) {
      if (!shown(p)) {
        end_piece();
        continue;
      }
      piece.push_back(plot_.at(p.x, p.y));
      if (series.points.size() <= kFewPoints) {
        svg_.titled("circle", {{"cx", piece.back().x}, {"cy", piece.back().y}, {"r", 2.6}, {"fill", series_color(i)}},
                    fmt::format("{}: {:.6g}, {:.6g}", series.name, p.x, p.y));
      }
    }
    end_piece();
    svg_.close();
  }

  // At the right ends of the lines, moved apart.
  void names() {
    std::vector<double> wanted;
    std::vector<std::size_t> of;
    std::vector<SvgPoint> ends;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const auto& points = chart_.series[i].points;
      const auto last = std::find_if(points.rbegin(), points.rend(), [&](const SvgPoint& p) { return shown(p); });
      if (last == points.rend()) continue;
      ends.push_back(plot_.at(last->x, last->y));
      wanted.push_back(ends.back().y);
      of.push_back(i);
    }
    const std::vector<double> placed = spread(wanted, kNameStep, plot_.area.top, plot_.area.bottom);
    for (std::size_t k = 0; k < of.size(); ++k) {
      const double x = plot_.area.right + 12;
      svg_.line({ends[k].x + 3, ends[k].y}, {x - 2, placed[k]},
                {{"stroke", series_color(of[k])}, {"stroke-width", 0.6}});
      svg_.text({x, placed[k] + 4}, svg_cut(chart_.series[of[k]].name, kNameSize, name_room_),
                {.size = kNameSize, .color = series_color(of[k])}, {{"class", "label"}});
    }
  }

  const Chart& chart_;
  Svg svg_;
  SvgPlot plot_;
  double name_room_ = 0;
};

}  // namespace

std::string draw_chart(const Chart& chart) { return Drawn(chart).draw(); }

}  // namespace ridgepoint
