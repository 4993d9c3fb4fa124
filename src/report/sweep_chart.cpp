// The curves of a sweep as a figure, and as a page with figures and the table.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "report/static_page.hpp"
#include "report/svg_chart.hpp"
#include "report/sweep.hpp"
#include "report/sweep_rows.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostSeries = 12;  // more cannot be told apart

// Where a chart's points lie: over the axis, or against each other.
enum class Shown : std::uint8_t { kThroughput, kTime, kBoth };

class Charter {
 public:
  explicit Charter(const SweepReport& report)
      : report_(report), axis_(report.axes.list()[report.axes.running()]), length_(axis_.values.size()) {}

  [[nodiscard]] Chart chart(Shown shown) const {
    Chart chart{.title = report_.model, .subtitle = sweep_title(report_)};
    chart.x_name = shown == Shown::kBoth ? "time (s)" : axis_.key;
    chart.y_name = shown == Shown::kTime ? "time (s)" : unit();
    chart.x_logarithmic = shown == Shown::kBoth || is_geometric();
    for (std::size_t i = 0; i + length_ <= report_.points.size() && chart.series.size() < kMostSeries; i += length_) {
      chart.series.push_back(series(i, shown));
    }
    if (shown != Shown::kBoth && report_.curves.size() == 1) mark(report_.curves.front(), chart);
    if (report_.points.size() > kMostSeries * length_) {
      chart.subtitle += fmt::format("; the first {} of {} curves", kMostSeries, report_.points.size() / length_);
    }
    return chart;
  }

 private:
  [[nodiscard]] bool tokens() const {
    return std::any_of(report_.points.begin(), report_.points.end(), [](const SweepPoint& p) { return p.seq > 0; });
  }
  [[nodiscard]] std::string unit() const { return tokens() ? "tokens/s" : "samples/s"; }

  // The value of the axis, or its place where it is no number.
  [[nodiscard]] double value(std::size_t place) const {
    const std::string& text = axis_.values[place];
    char* end = nullptr;
    const char* const start = text.c_str() + (text.starts_with('x') ? 1 : 0);
    const double number = std::strtod(start, &end);
    return end != start && *end == '\0' && std::isfinite(number) ? number : static_cast<double>(place + 1);
  }

  [[nodiscard]] bool is_geometric() const { return value(0) > 0 && value(length_ - 1) >= 8 * value(0); }

  [[nodiscard]] ChartSeries series(std::size_t first, Shown shown) const {
    ChartSeries line{report_.where({.first = report_.first + first}), {}};
    for (std::size_t i = 0; i < length_; ++i) {
      const SweepPoint& p = report_.points[first + i];
      const bool known = report_.done[first + i] && p.status != PointStatus::kImpossible;
      const double rate = tokens() ? p.tokens_per_second() : p.samples_per_second();
      const double x = shown == Shown::kBoth ? p.total.time : value(i);
      const double y = shown == Shown::kTime ? p.total.time : rate;
      line.points.push_back(known ? SvgPoint{x, y} : SvgPoint{x, std::nan("")});
    }
    return line;
  }

  void mark(const SweepCurve& curve, Chart& chart) const {
    const CurveFacts& f = curve.facts;
    if (f.near_best && axis_.kind == AxisKind::kBatch)
      chart.marks.push_back({value(*f.near_best), fmt::format("{:.0f} % of the best", kNearBest * 100)});
    if (curve.largest_fit) {
      chart.marks.push_back({static_cast<double>(*curve.largest_fit), "memory ends"});
    } else if (f.no_fit) {
      chart.marks.push_back({value(*f.no_fit), "beyond memory"});
    }
  }

  const SweepReport& report_;
  const SweepAxis& axis_;
  std::size_t length_;
};

}  // namespace

std::string write_sweep_svg(const SweepReport& report) { return draw_chart(Charter(report).chart(Shown::kThroughput)); }

std::string write_sweep_html(const SweepReport& report) {
  StaticPage page(sweep_title(report), report.command);
  page.sentences(sentences_of(report));
  const Charter charter(report);
  for (const Shown shown : {Shown::kThroughput, Shown::kTime, Shown::kBoth})
    page.figure(draw_chart(charter.chart(shown)));
  page.table(sweep_rows(report));
  return page.text();
}

}  // namespace ridgepoint
