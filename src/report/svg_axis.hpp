#pragma once
// Scales of figures: from values to places, with ticks at values that people read easily.

#include "report/svg.hpp"

namespace ridgepoint {

/// A scale from `low` .. `high` (values) to `from` .. `to` (pixels).
struct SvgAxis {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  bool logarithmic = false;

  [[nodiscard]] double at(double value) const;
};

/// A value that the axis marks; one without a label is marked lightly.
struct SvgTick {
  double value = 0;
  std::string label;
};

/// An axis around the values, widened to round ones: the next 1, 2 or 5 of a decade, or the next tick.
SvgAxis log_axis(double low, double high, double from, double to);
SvgAxis linear_axis(double low, double high, double from, double to);

/// The ticks of an axis, in rising order. Labels carry decimal prefixes ("10 k", "1 T").
std::vector<SvgTick> ticks(const SvgAxis& axis);

/// The area that data is drawn in, with its axes: grid lines, tick labels, and the names of the axes.
struct SvgPlot {
  SvgBox area;
  SvgAxis x;
  SvgAxis y;

  [[nodiscard]] SvgPoint at(double x_value, double y_value) const { return {x.at(x_value), y.at(y_value)}; }
};
void draw_axes(Svg& svg, const SvgPlot& plot, std::string_view x_name, std::string_view y_name);

}  // namespace ridgepoint
