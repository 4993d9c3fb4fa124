#include <algorithm>

#include "report/table_parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kLeastName = 20;  // characters of the first column for which other columns go
constexpr std::size_t kShortest = 16;   // of the first column, whatever goes
constexpr std::size_t kBarFrom = 110;   // width of lines with a bar
constexpr std::size_t kShortestBar = 8;
constexpr std::size_t kLongestBar = 30;

// What narrow tables leave out, the first first.
constexpr std::array<std::string_view, 4> kLeftOut{"roofline_time_s", "op", "arithmetic_intensity", "flops"};

std::size_t behind_first(const TableLayout& layout) {
  std::size_t sum = layout.bar > 0 ? layout.bar + 1 : 0;
  for (std::size_t i = 1; i < layout.shown.size(); ++i) sum += width_of(*layout.shown[i]) + 1;
  return sum;
}

}  // namespace

std::size_t width_of(const Column& column) {
  switch (column.kind) {
    case ColumnKind::kText: return column.key == "op" ? 11 : 7;
    case ColumnKind::kCount: return column.key == "repeat" ? 5 : 7;
    case ColumnKind::kSeconds: return 8;
    default: return 7;
  }
}

TableLayout layout_of(std::size_t width, std::size_t longest) {
  TableLayout layout;
  for (const Column& column : columns()) {
    if (!column.header.empty()) layout.shown.push_back(&column);
  }
  if (width >= kBarFrom) layout.bar = std::min(kLongestBar, kShortestBar + (width - kBarFrom) / 4);
  for (const std::string_view key : kLeftOut) {
    if (width >= behind_first(layout) + kLeastName) break;
    std::erase_if(layout.shown, [&](const Column* column) { return column->key == key; });
  }
  const std::size_t behind = behind_first(layout);
  layout.first = std::max(width > behind ? width - behind : 0, kShortest);
  if (layout.bar > 0) layout.first = std::min(layout.first, std::max(longest, kLeastName));
  layout.line = layout.bar > 0 ? layout.first + behind : width;
  return layout;
}

}  // namespace ridgepoint
