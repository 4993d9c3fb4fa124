#include "report/roofline_figure.hpp"

#include <fmt/format.h>

#include "core/human.hpp"
#include "report/palette.hpp"
#include "report/roofline_plot.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kNamed = 12;

std::string total_line(const Estimate& e) {
  return fmt::format("{}: {} a run, {} FLOPs, {}", run_line(e), human_seconds(e.total.time), human_count(e.total.flops),
                     human_bytes(e.total.bytes()));
}

// Every bound that a row has, in the order of the list.
std::vector<RooflineKey> bounds_of(std::span<const RooflinePoint> points) {
  std::vector<RooflineKey> keys;
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    const auto bound = static_cast<Bound>(i);
    const auto has = [&](const RooflinePoint& p) { return p.row.bound == bound && p.row.total.time > 0; };
    if (std::any_of(points.begin(), points.end(), has)) {
      keys.push_back({std::string(name(bound)), look_of(bound).light, look_of(bound).mark});
    }
  }
  return keys;
}

}  // namespace

std::string draw_rooflines(std::span<const Device> devices) {
  RooflinePlot plot;
  for (const Device& device : devices) {
    plot.title += (plot.title.empty() ? "" : ", ") + device.name;
    plot.devices.push_back(&device);
  }
  plot.subtitle = devices.size() == 1 ? devices.front().summary : "broken lines were measured";
  for (std::size_t i = 0; i < devices.size() && devices.size() > 1; ++i) {
    plot.keys.push_back({devices[i].name, series_color(i), Mark::kSquare});
  }
  plot.keys_name = "device";
  plot.title = (devices.size() == 1 ? "Roofline of " : "Rooflines of ") + plot.title;
  return draw(plot);
}

std::string write_svg(const Report& report, const View& view) {
  const Estimate& e = report.estimate;
  RooflinePlot plot;
  plot.title = fmt::format("{} on {}", e.model, e.device);
  plot.subtitle = total_line(e);
  plot.devices = {&report.device};
  const std::vector<LayerEstimate> rows = rows_of(e, {.by = view.by});
  for (const LayerEstimate& row : rows) plot.points.push_back({row, look_of(row.bound).light, look_of(row.bound).mark});
  plot.keys = bounds_of(plot.points);
  plot.keys_name = "bound by";
  plot.named = view.top > 0 ? view.top : kNamed;
  return draw(plot);
}

std::string draw_networks(std::span<const Estimate> estimates, const Device& device, const View& view) {
  constexpr std::array kMarks{Mark::kCircle, Mark::kSquare, Mark::kTriangle, Mark::kDiamond};
  RooflinePlot plot;
  plot.title = fmt::format("{} networks on {}", estimates.size(), device.name);
  plot.subtitle = fmt::format("{}; an area is the share of its network's time", name(estimates.front().phase));
  plot.devices = {&device};
  std::vector<std::vector<LayerEstimate>> rows;
  for (const Estimate& e : estimates) rows.push_back(rows_of(e, {.by = view.by}));
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const Mark mark = kMarks[i % kMarks.size()];
    for (const LayerEstimate& row : rows[i]) plot.points.push_back({row, series_color(i), mark});
    plot.keys.push_back({estimates[i].model, series_color(i), mark});
  }
  plot.keys_name = "network";
  plot.named = view.top > 0 ? view.top : kNamed;
  return draw(plot);
}

}  // namespace ridgepoint
