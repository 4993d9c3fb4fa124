#include "report/svg_labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace ridgepoint {
namespace {

constexpr double kGap = 3;  // between a mark and its name

// Directions from the mark, the most readable first.
constexpr std::array<SvgPoint, 8> kDirections{
    {{1, 0}, {0.7, -0.7}, {0.7, 0.7}, {0, -1}, {0, 1}, {-1, 0}, {-0.7, -0.7}, {-0.7, 0.7}}};
constexpr std::array<double, 5> kDistances{0, 14, 28, 44, 64};

SvgBox box_at(const SvgLabel& label, SvgPoint direction, double distance) {
  const double width = svg_text_width(label.text, label.size);
  const double height = label.size * 1.15;
  const double away = label.radius + kGap + distance;
  const SvgPoint near{label.mark.x + direction.x * away, label.mark.y + direction.y * away};
  const double left = direction.x > 0.1 ? near.x : direction.x < -0.1 ? near.x - width : near.x - width / 2;
  const double top = std::abs(direction.y) < 0.1 ? near.y - height / 2 : direction.y > 0 ? near.y : near.y - height;
  return {left, top, left + width, top + height};
}

}  // namespace

void LabelPlacer::block_line(SvgPoint from, SvgPoint to) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const int pieces = std::clamp(static_cast<int>(length / 4), 1, 2000);
  for (int i = 0; i <= pieces; ++i) {
    const double part = static_cast<double>(i) / pieces;
    const SvgPoint p{from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)};
    block({p.x - 1, p.y - 1, p.x + 1, p.y + 1});
  }
}

bool LabelPlacer::free(const SvgBox& box) const {
  return room_.contains(box) &&
         std::none_of(taken_.begin(), taken_.end(), [&](const SvgBox& other) { return box.overlaps(other); });
}

std::optional<PlacedLabel> LabelPlacer::place(const SvgLabel& label) {
  for (const double distance : kDistances) {
    for (const SvgPoint& direction : kDirections) {
      const SvgBox box = box_at(label, direction, distance);
      if (!free(box)) continue;
      block(box);
      return PlacedLabel{{box.left, box.bottom - label.size * 0.3}, box, distance > 0};
    }
  }
  return std::nullopt;
}

// A turned text as a row of small boxes.
bool LabelPlacer::take_along(SvgPoint start, SvgPoint direction, double width, double height) {
  std::vector<SvgBox> boxes;
  for (double along = 0; along <= width; along += height / 2) {
    const SvgPoint middle{start.x + direction.x * along + direction.y * height / 2,
                          start.y + direction.y * along - direction.x * height / 2};
    boxes.push_back({middle.x - height / 2, middle.y - height / 2, middle.x + height / 2, middle.y + height / 2});
    if (!free(boxes.back())) return false;
  }
  taken_.insert(taken_.end(), boxes.begin(), boxes.end());
  return true;
}

std::vector<double> spread(const std::vector<double>& wanted, double distance, double low, double high) {
  const std::size_t count = wanted.size();
  if (count == 0) return {};
  const double room = high - low;
  if (count > 1) distance = std::min(distance, room / static_cast<double>(count - 1));
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  std::vector<double> placed(count);
  double next = low;  // down the line, then back up from its end
  for (const std::size_t i : order) {
    placed[i] = std::max(wanted[i], next);
    next = placed[i] + distance;
  }
  double last = high;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    placed[*i] = std::min(placed[*i], last);
    last = placed[*i] - distance;
  }
  return placed;
}

}  // namespace ridgepoint
