#include "report/roofline_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/human.hpp"
#include "report/columns.hpp"
#include "report/roofs.hpp"
#include "report/svg_axis.hpp"
#include "report/svg_labels.hpp"

namespace ridgepoint {
namespace {

constexpr double kWidth = 900;
constexpr double kLeft = 66;
constexpr double kRight = 224;      // for the names of the roofs
constexpr double kRoofStep = 13.5;  // between these names
constexpr double kLargest = 17;     // radius of the mark that takes most time
constexpr double kWhole = 62;       // of one that takes all the time: many small rows stay small
constexpr double kSmallest = 1.8;
constexpr double kStrip = 30;  // height of the strip for rows without FLOPs
constexpr std::size_t kRoofNames = 32;
constexpr std::size_t kObstacles = 80;  // so many of the largest marks are kept free of names

struct DeviceRoof {
  Roof roof;
  std::size_t device = 0;
};

// Who is named when there is no room for all: products in 16 bits, element-wise work, then what comes first.
int rank_of(const Roof& roof) {
  if (roof.is_slope()) return 0;
  if (roof.unit == "matrix" && roof.name.find("16") != std::string::npos) return 1;
  if (roof.unit == "vector" && roof.name.find("fp32") != std::string::npos) return 2;
  return roof.unit == "matrix" ? 3 : 4;
}

std::vector<DeviceRoof> all_roofs(const RooflinePlot& plot) {
  std::vector<DeviceRoof> roofs;
  for (std::size_t i = 0; i < plot.devices.size(); ++i) {
    for (Roof& roof : roofs_of(*plot.devices[i])) roofs.push_back({std::move(roof), i});
  }
  std::stable_sort(roofs.begin(), roofs.end(),
                   [](const DeviceRoof& a, const DeviceRoof& b) { return rank_of(a.roof) < rank_of(b.roof); });
  if (roofs.size() > kRoofNames) roofs.resize(kRoofNames);
  return roofs;
}

std::vector<SvgPoint> outline(Mark mark, SvgPoint at, double r) {
  constexpr double kSquare = 0.886;  // half a side: the area of the circle
  if (mark == Mark::kSquare) {
    const double h = r * kSquare;
    return {{at.x - h, at.y - h}, {at.x + h, at.y - h}, {at.x + h, at.y + h}, {at.x - h, at.y + h}};
  }
  if (mark == Mark::kDiamond) {
    const double h = r * kSquare * std::sqrt(2.0);
    return {{at.x, at.y - h}, {at.x + h, at.y}, {at.x, at.y + h}, {at.x - h, at.y}};
  }
  const double s = r * 1.347;  // circumradius of the triangle
  return {{at.x, at.y - s}, {at.x + s * 0.866, at.y + s / 2}, {at.x - s * 0.866, at.y + s / 2}};
}

std::string polygon(const std::vector<SvgPoint>& corners) {
  std::string text;
  for (const SvgPoint& p : corners)
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", svg_number(p.x), svg_number(p.y));
  return text;
}

class Figure {
 public:
  explicit Figure(const RooflinePlot& plot)
      : plot_(plot), roofs_(all_roofs(plot)), svg_(kWidth, height_of(plot), plot.title, description(plot)) {
    const double bottom = height_of(plot) - 52 - (has_strip() ? kStrip + 34 : 0) - (plot.keys.empty() ? 0 : 24);
    frame_.area = {kLeft, 84, kWidth - kRight, bottom};
    for (const RooflinePoint& p : plot.points) longest_ = std::max(longest_, relative_time(p));
    order_.resize(plot.points.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return relative_time(plot_.points[a]) > relative_time(plot_.points[b]);
    });
    fit_axes();
  }

  std::string draw() && {
    svg_.text({18, 26}, svg_cut(plot_.title, 16, kWidth - 36), {.size = 16, .color = "#111111", .bold = true});
    svg_.text({18, 45}, svg_cut(plot_.subtitle, 11, kWidth - 36), {.color = "#555555"});
    draw_axes(svg_, frame_, "arithmetic intensity, FLOP per byte", "FLOP/s");
    clip();
    LabelPlacer placer({frame_.area.left + 2, frame_.area.top + 2, frame_.area.right - 2, frame_.area.bottom - 2});
    block_points(placer);
    roofs(placer);
    strip();
    points();
    names(placer);
    keys();
    return std::move(svg_).finish();
  }

 private:
  static double height_of(const RooflinePlot& plot) { return plot.points.empty() ? 520 : 600; }

  static std::string description(const RooflinePlot& plot) {
    std::string text = "Roofline: FLOP per second over FLOP per byte, both logarithmic.";
    if (!plot.points.empty()) text += fmt::format(" {} rows, their area the time.", plot.points.size());
    return text + " " + plot.subtitle;
  }

  static bool has_flops(const RooflinePoint& p) { return p.row.total.intensity() > 0 && p.row.total.time > 0; }
  static double rate_of(const RooflinePoint& p) { return p.row.total.flops / p.row.total.time; }
  // Of its network: networks side by side would else hide each other.
  static double relative_time(const RooflinePoint& p) { return p.row.share; }
  [[nodiscard]] bool has_strip() const {
    return std::any_of(plot_.points.begin(), plot_.points.end(), [](const auto& p) { return !has_flops(p); });
  }

  [[nodiscard]] double radius(const RooflinePoint& p) const {
    if (!(longest_ > 0)) return kSmallest;
    return std::max(kSmallest, std::min(kWhole, kLargest / std::sqrt(longest_)) * std::sqrt(relative_time(p)));
  }

  void fit_axes() {
    double left = std::numeric_limits<double>::infinity();
    double right = 0;
    double low = left;
    double high = 0;
    for (const DeviceRoof& r : roofs_) {
      if (r.roof.is_slope()) continue;
      left = std::min(left, r.roof.ridge_point / 10);
      right = std::max(right, r.roof.ridge_point * 4);
      high = std::max(high, r.roof.rate * 1.6);
    }
    for (const RooflinePoint& p : plot_.points) {
      if (!has_flops(p)) continue;
      left = std::min(left, p.row.total.intensity() / 1.5);
      right = std::max(right, p.row.total.intensity() * 1.5);
      low = std::min(low, rate_of(p) / 1.6);
      high = std::max(high, rate_of(p) * 1.6);
    }
    for (const DeviceRoof& r : roofs_) {
      if (r.roof.is_slope()) low = std::min(low, r.roof.rate * left);
    }
    frame_.x = log_axis(left, right, frame_.area.left, frame_.area.right);
    frame_.y = log_axis(low, high, frame_.area.bottom, frame_.area.top);
  }

  [[nodiscard]] double highest(std::size_t device) const {
    double rate = 0;
    for (const DeviceRoof& r : roofs_) {
      if (r.device == device && !r.roof.is_slope()) rate = std::max(rate, r.roof.rate);
    }
    return rate > 0 ? rate : frame_.y.high;
  }

  // The slope of the dram that a roof starts from.
  [[nodiscard]] std::string_view color_of(const DeviceRoof& r) const {
    if (plot_.devices.size() > 1) return series_color(r.device);
    return r.roof.measured ? "#1a1a1a" : "#808080";
  }

  void clip() {
    const SvgBox& a = frame_.area;
    svg_.open("clipPath", {{"id", "area"}});
    svg_.element("rect", {{"x", a.left}, {"y", a.top}, {"width", a.width()}, {"height", a.height()}});
    svg_.close();
  }

  void block_points(LabelPlacer& placer) const {
    for (std::size_t i = 0; i < std::min(order_.size(), kObstacles); ++i) {
      const RooflinePoint& p = plot_.points[order_[i]];
      const SvgPoint at = place_of(p);
      const double r = radius(p) * 0.9;
      placer.block({at.x - r, at.y - r, at.x + r, at.y + r});
    }
  }

  void roofs(LabelPlacer& placer) {
    svg_.open("g", {{"class", "roofs"}});
    for (const DeviceRoof& r : roofs_) {
      if (r.roof.is_slope()) {
        slope(r, placer);
      } else {
        level(r);
      }
    }
    svg_.close();
    roof_names();
  }

  [[nodiscard]] SvgAttributes look(const DeviceRoof& r) const {
    return {{"class", "roof"},
            {"data-unit", r.roof.unit},
            {"data-name", r.roof.name},
            {"data-rate", exact(r.roof.rate)},
            {"data-measured", r.roof.measured ? "true" : "false"},
            {"stroke", color_of(r)},
            {"stroke-width", r.roof.measured ? 1.6 : 1.1},
            {"stroke-dasharray", r.roof.measured ? "5 3" : "none"},
            {"clip-path", "url(#area)"}};
  }

  // From the left or lower edge up to the device's highest roof, with its name along it.
  void slope(const DeviceRoof& r, LabelPlacer& placer) {
    const double first = std::max(frame_.x.low, frame_.y.low / r.roof.rate);
    const double last = std::min(frame_.x.high, highest(r.device) / r.roof.rate);
    if (!(last > first)) return;
    const SvgPoint from = frame_.at(first, r.roof.at(first));
    const SvgPoint to = frame_.at(last, r.roof.at(last));
    svg_.line(from, to, look(r));
    const std::string text = slope_name(r);
    if (const auto at = place_along(placer, from, to, svg_text_width(text, 10), r.roof.measured)) {
      const double angle = std::atan2(to.y - from.y, to.x - from.x) * 180 / std::acos(-1.0);
      svg_.text(
          *at, text, {.size = 10, .color = color_of(r)},
          {{"class", "roof-name"},
           {"transform", fmt::format("rotate({} {} {})", svg_number(angle), svg_number(at->x), svg_number(at->y))}});
    }
  }

  static std::string slope_name(const DeviceRoof& r) {
    const std::string text = roof_text(r.roof);
    return r.roof.measured ? text + ", measured" : text;
  }

  // The first stretch of the line that is free: above it, or below where it was measured, since that line lies close
  // under the data sheet's.
  static std::optional<SvgPoint> place_along(LabelPlacer& placer, SvgPoint from, SvgPoint to, double width,
                                             bool below) {
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const SvgPoint unit{(to.x - from.x) / length, (to.y - from.y) / length};
    const double away = below ? -12 : 4;
    for (double start = 14; start + width < length; start += 10) {
      const SvgPoint at{from.x + unit.x * start + unit.y * away, from.y + unit.y * start - unit.x * away};
      if (placer.take_along(at, unit, width, 10)) return at;
    }
    return std::nullopt;
  }

  void level(const DeviceRoof& r) {
    const double start = std::max(frame_.x.low, r.roof.ridge_point);
    const SvgPoint from = frame_.at(start, r.roof.rate);
    svg_.line(from, {frame_.area.right, from.y}, look(r));
    svg_.titled("circle",
                {{"class", "ridge"},
                 {"cx", from.x},
                 {"cy", from.y},
                 {"r", 2.4},
                 {"fill", "#ffffff"},
                 {"stroke", color_of(r)},
                 {"data-ridge_point", exact(r.roof.ridge_point)}},
                roof_text(r.roof));
  }

  // In the margin, at the levels' ends, moved apart.
  void roof_names() {
    std::vector<const DeviceRoof*> levels;
    std::vector<double> wanted;
    for (const DeviceRoof& r : roofs_) {
      if (r.roof.is_slope()) continue;
      levels.push_back(&r);
      wanted.push_back(frame_.y.at(r.roof.rate));
    }
    const std::vector<double> placed = spread(wanted, kRoofStep, frame_.area.top - 20, frame_.area.bottom);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const DeviceRoof& r = *levels[i];
      const double x = frame_.area.right + 14;
      svg_.path({{frame_.area.right + 1, wanted[i]}, {frame_.area.right + 5, wanted[i]}, {x - 2, placed[i]}},
                {{"stroke", color_of(r)}, {"stroke-width", 0.6}});
      const std::string text = fmt::format("{} {}  {} at {}{}", r.roof.unit, r.roof.name, human_si(r.roof.rate, ""),
                                           human_number(r.roof.ridge_point), r.roof.measured ? ", measured" : "");
      svg_.text({x, placed[i] + 3.5}, svg_cut(text, 10, kRight - 18), {.size = 10, .color = color_of(r)},
                {{"class", "roof-name"}});
    }
    svg_.text({frame_.area.right + 14, frame_.area.top - 34 + 4}, "roofs: FLOP/s at their ridge point, FLOP/B",
              {.size = 9.5, .color = "#777777"});
  }

  [[nodiscard]] SvgBox strip_box() const {
    const double top = frame_.area.bottom + 46;
    return {frame_.area.left, top, frame_.area.right, top + kStrip};
  }

  // Rows without FLOPs have no place under a roof: they stand by the bandwidth that they reach.
  void strip() {
    if (!has_strip()) return;
    const SvgBox box = strip_box();
    svg_.element(
        "rect",
        {{"x", box.left}, {"y", box.top}, {"width", box.width()}, {"height", box.height()}, {"fill", "#f6f6f4"}});
    for (int percent = 0; percent <= 100; percent += 25) {
      const double x = box.left + box.width() * percent / 100;
      svg_.line({x, box.top}, {x, box.bottom}, {{"stroke", "#dddddd"}});
      svg_.text({x, box.bottom + 13}, fmt::format("{} %", percent),
                {.size = 10, .anchor = "middle", .color = "#555555"});
    }
    svg_.text({box.right + 14, box.top + 13}, "without FLOPs: share of the", {.size = 10, .color = "#555555"});
    svg_.text({box.right + 14, box.top + 25}, "dram's bandwidth", {.size = 10, .color = "#555555"});
  }

  [[nodiscard]] SvgPoint place_of(const RooflinePoint& p) const {
    if (has_flops(p)) return frame_.at(p.row.total.intensity(), rate_of(p));
    const SvgBox box = strip_box();
    const double rate = p.row.total.time > 0 ? p.row.total.bytes() / p.row.total.time : 0;
    const double share = std::min(1.0, rate / plot_.devices.front()->dram_bandwidth().value());
    return {box.left + box.width() * share, (box.top + box.bottom) / 2};
  }

  void points() {
    svg_.open("g", {{"class", "points"}, {"fill-opacity", 0.78}, {"stroke", "#ffffff"}, {"stroke-width", 0.7}});
    for (const std::size_t i : order_) point(plot_.points[i]);
    svg_.close();
  }

  // The largest first: the small ones lie on them.
  void point(const RooflinePoint& p) {
    const Amounts& t = p.row.total;
    const std::string title = fmt::format(
        "{}: {}, {} FLOP/B, {}, bound by {}", p.row.name, human_seconds(t.time), human_number(t.intensity()),
        t.time > 0 ? human_si(t.flops / t.time, "FLOP/s") : "no time", name(p.row.bound));
    SvgAttributes all{{"class", "point"},
                      {"data-name", p.row.name},
                      {"data-arithmetic_intensity", exact(t.intensity())},
                      {"data-flops", exact(t.flops)},
                      {"data-time_s", exact(t.time)},
                      {"fill", p.color}};
    mark(p.mark, place_of(p), radius(p), std::move(all), title);
  }

  void mark(Mark shape, SvgPoint at, double r, SvgAttributes attributes, const std::string& title) {
    if (shape == Mark::kCircle) {
      attributes.insert(attributes.end(), {{"cx", at.x}, {"cy", at.y}, {"r", r}});
      return svg_.titled("circle", attributes, title);
    }
    attributes.emplace_back("points", polygon(outline(shape, at, r)));
    svg_.titled("polygon", attributes, title);
  }

  // Names of the largest marks; none lies on a mark, a roof or another name. A name that stands there already (layers
  // of the same shape lie on each other) is not needed twice.
  void names(LabelPlacer& placer) {
    for (const DeviceRoof& r : roofs_) block_roof(r, placer);
    svg_.open("g", {{"class", "names"}});
    std::size_t named = 0;
    std::vector<SvgPoint> places;
    for (const std::size_t i : order_) {
      const RooflinePoint& p = plot_.points[i];
      if (named >= plot_.named || !has_flops(p)) continue;
      const SvgPoint at = place_of(p);
      const auto here = [&](const SvgPoint& q) { return std::hypot(q.x - at.x, q.y - at.y) < 1; };
      if (std::any_of(places.begin(), places.end(), here)) continue;
      places.push_back(at);
      ++named;
      name_point(p, at, placer);
    }
    svg_.close();
  }

  void name_point(const RooflinePoint& p, SvgPoint at, LabelPlacer& placer) {
    const SvgLabel label{.text = short_name(p.row.name), .mark = at, .radius = radius(p), .size = 10};
    const auto placed = placer.place(label);
    if (!placed) return;
    if (placed->leader) {
      const double x = std::clamp(at.x, placed->box.left, placed->box.right);
      const double y = std::clamp(at.y, placed->box.top, placed->box.bottom);
      svg_.line(at, {x, y}, {{"stroke", "#888888"}, {"stroke-width", 0.6}});
    }
    svg_.text(placed->at, label.text, {.size = 10, .color = "#222222"},
              {{"class", "label"}, {"stroke", "#ffffff"}, {"stroke-width", 2.5}, {"paint-order", "stroke"}});
  }

  // The end of a long name: the inner blocks tell layers apart.
  static std::string short_name(const std::string& name) {
    constexpr std::size_t kLong = 28;
    std::string_view rest = name;
    while (rest.size() > kLong && rest.find('.') != std::string_view::npos) rest.remove_prefix(rest.find('.') + 1);
    return svg_cut(rest, 10, 170);
  }

  void block_roof(const DeviceRoof& r, LabelPlacer& placer) const {
    const double first = r.roof.is_slope() ? std::max(frame_.x.low, frame_.y.low / r.roof.rate)
                                           : std::max(frame_.x.low, r.roof.ridge_point);
    const double last = r.roof.is_slope() ? std::min(frame_.x.high, highest(r.device) / r.roof.rate) : frame_.x.high;
    if (last > first) placer.block_line(frame_.at(first, r.roof.at(first)), frame_.at(last, r.roof.at(last)));
  }

  void keys() {
    if (plot_.keys.empty()) return;
    const double y = height_of(plot_) - 16;
    double x = kLeft;
    svg_.open("g", {{"class", "keys"}});
    svg_.text({x, y}, plot_.keys_name, {.color = "#555555"});
    x += svg_text_width(plot_.keys_name, 11) + 12;
    for (const RooflineKey& key : plot_.keys) {
      const double wide = svg_text_width(key.name, 11) + 30;
      if (x + wide > kWidth - 150) break;
      mark(key.mark, {x, y - 4}, 5, {{"class", "key"}, {"fill", key.color}}, key.name);
      svg_.text({x + 10, y}, key.name);
      x += wide;
    }
    if (longest_ > 0) {
      svg_.text({kWidth - 18, y}, fmt::format("area: time; the largest is {} of it", human_percent(longest_)),
                {.anchor = "end", .color = "#555555"});
    }
    svg_.close();
  }

  const RooflinePlot& plot_;
  std::vector<DeviceRoof> roofs_;
  Svg svg_;
  SvgPlot frame_;
  double longest_ = 0;
  std::vector<std::size_t> order_;  // of the points, the longest first
};

}  // namespace

std::string draw(const RooflinePlot& plot) { return Figure(plot).draw(); }

}  // namespace ridgepoint
