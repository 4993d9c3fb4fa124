#pragma once
// A chart of lines over one axis, ready to print: series named at their ends, vertical marks with their names.

#include "report/svg_axis.hpp"

namespace ridgepoint {

/// One line. Points are values, in rising order of x; what is not finite, or not positive on a logarithmic axis, breaks
/// the line.
struct ChartSeries {
  std::string name;
  std::vector<SvgPoint> points;
};

/// A place on the x axis that has a name, such as where memory ends.
struct ChartMark {
  double x = 0;
  std::string text;
};

/// A chart as it is asked for. Its title may be "".
struct Chart {
  std::string title;
  std::string subtitle;
  std::string x_name;
  std::string y_name;
  bool x_logarithmic = true;
  bool y_logarithmic = true;
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks;
  double width = 720;
  double height = 440;
};

/// The chart as an SVG document.
std::string draw_chart(const Chart& chart);

}  // namespace ridgepoint
