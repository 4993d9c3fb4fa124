#include "report/svg_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"

namespace ridgepoint {
namespace {

constexpr double kSlack = 1e-9;  // of rounding in logarithms
constexpr int kFewDecades = 2;   // up to so many the 2 and the 5 have labels too
constexpr int kManyDecades = 7;  // beyond, only decades are marked
constexpr double kTicks = 6;     // about so many of a linear axis

double power(int exponent) { return std::pow(10.0, exponent); }

// "0.01", "1", "100", "10 k": without the zeros that a fixed number of digits would give.
std::string tick_label(double value) {
  if (value == 0) return "0";
  if (std::abs(value) < 1) return fmt::format("{:.6g}", value);
  std::string text = human_si(value, "");
  const std::size_t space = text.find(' ');
  std::string number = text.substr(0, space);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.ends_with('.')) number.pop_back();
  }
  return space == std::string::npos ? number : number + text.substr(space);
}

// The largest 1, 2 or 5 times a power of ten that is not above the value, and the smallest not below it.
double round_down(double value) {
  const double decade = power(static_cast<int>(std::floor(std::log10(value) + kSlack)));
  for (const int digit : {5, 2}) {
    if (value >= digit * decade * (1 - kSlack)) return digit * decade;
  }
  return decade;
}
double round_up(double value) {
  const double decade = power(static_cast<int>(std::floor(std::log10(value) + kSlack)));
  for (const int digit : {1, 2, 5}) {
    if (value <= digit * decade * (1 + kSlack)) return digit * decade;
  }
  return 10 * decade;
}

double step_of(double low, double high) { return round_up((high - low) / kTicks); }

std::vector<SvgTick> log_ticks(const SvgAxis& axis) {
  std::vector<SvgTick> list;
  const int first = static_cast<int>(std::floor(std::log10(axis.low) + kSlack));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high) - kSlack));
  const int stride = 1 + (last - first) / 12;
  for (int exponent = first; exponent <= last; ++exponent) {
    for (int digit = 1; digit < 10; ++digit) {
      const double value = digit * power(exponent);
      if (value < axis.low * (1 - kSlack) || value > axis.high * (1 + kSlack)) continue;
      const bool labelled =
          digit == 1 ? exponent % stride == 0 : last - first <= kFewDecades && (digit == 2 || digit == 5);
      if (labelled || last - first <= kManyDecades) list.push_back({value, labelled ? tick_label(value) : ""});
    }
  }
  return list;
}

std::vector<SvgTick> linear_ticks(const SvgAxis& axis) {
  std::vector<SvgTick> list;
  const double step = step_of(axis.low, axis.high);
  const auto first = static_cast<int>(std::ceil(axis.low / step - kSlack));
  const auto last = static_cast<int>(std::floor(axis.high / step + kSlack));
  for (int i = first; i <= last; ++i) list.push_back({i * step, tick_label(i * step)});
  return list;
}

}  // namespace

double SvgAxis::at(double value) const {
  const double part = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + part * (to - from);
}

SvgAxis log_axis(double low, double high, double from, double to) {
  if (!(low > 0) || !(high >= low)) low = high = 1;
  SvgAxis axis{round_down(low), round_up(high), from, to, true};
  if (axis.low == axis.high) axis.high *= 10;
  return axis;
}

SvgAxis linear_axis(double low, double high, double from, double to) {
  if (!(high > low)) high = low + (low == 0 ? 1 : std::abs(low));
  const double step = step_of(low, high);
  return {std::floor(low / step + kSlack) * step, std::ceil(high / step - kSlack) * step, from, to, false};
}

std::vector<SvgTick> ticks(const SvgAxis& axis) { return axis.logarithmic ? log_ticks(axis) : linear_ticks(axis); }

void draw_axes(Svg& svg, const SvgPlot& plot, std::string_view x_name, std::string_view y_name) {
  const SvgBox& area = plot.area;
  svg.open("g", {{"class", "axes"}, {"stroke-width", 1.0}});
  for (const SvgTick& tick : ticks(plot.x)) {
    const double x = plot.x.at(tick.value);
    svg.line({x, area.top}, {x, area.bottom}, {{"stroke", tick.label.empty() ? "#f3f3f3" : "#e2e2e2"}});
    if (!tick.label.empty()) svg.text({x, area.bottom + 16}, tick.label, {.anchor = "middle", .color = "#555555"});
  }
  for (const SvgTick& tick : ticks(plot.y)) {
    const double y = plot.y.at(tick.value);
    svg.line({area.left, y}, {area.right, y}, {{"stroke", tick.label.empty() ? "#f3f3f3" : "#e2e2e2"}});
    if (!tick.label.empty()) svg.text({area.left - 7, y + 4}, tick.label, {.anchor = "end", .color = "#555555"});
  }
  svg.line({area.left, area.bottom}, {area.right, area.bottom}, {{"stroke", "#555555"}});
  svg.close();
  svg.text({area.right, area.bottom + 33}, x_name, {.anchor = "end", .color = "#333333"}, {{"class", "axis-name"}});
  svg.text({area.left - 48, area.top - 10}, y_name, {.color = "#333333"}, {{"class", "axis-name"}});
}

}  // namespace ridgepoint
