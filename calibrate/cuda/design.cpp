#include "calibrate/cuda/design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "core/split.hpp"
#include "cost/sample.hpp"

namespace ridgepoint::cuda {
namespace {

struct DesignText {
  std::string_view name;
  std::string_view text;
};
constexpr DesignText kTexts[] = {
#include "calibrate/cuda/design_texts.inc"
};

// Where the column `copies` stands; nothing for a kernel that has none.
std::optional<std::ptrdiff_t> copies_column(std::string_view kernel) {
  for (const SampleKernel& one : sample_kernels()) {
    if (one.name != kernel) continue;
    const auto found =
        std::find_if(one.columns.begin(), one.columns.end(), [](const SampleColumn& c) { return c.name == "copies"; });
    return found == one.columns.end() ? std::nullopt : std::optional(found - one.columns.begin());
  }
  throw std::logic_error(fmt::format("no sample file holds the kernel {}", kernel));
}

}  // namespace

std::int64_t DesignRow::number(std::size_t column) const { return std::stoll(values.at(column)); }

Design parse_design(std::string_view text) {
  Design design;
  const std::vector<std::string> lines = split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    std::vector<std::string> fields = split(lines[i], ',');
    if (design.columns.empty()) {
      design.columns = {fields.begin() + 1, fields.end()};
      if (fields.front() != "dtype") throw std::logic_error(fmt::format("line {}: no column dtype", i + 1));
      continue;
    }
    if (fields.size() != design.columns.size() + 1)
      throw std::logic_error(
          fmt::format("line {}: {} fields for {} columns", i + 1, fields.size(), design.columns.size() + 1));
    design.rows.push_back({fields.front(), {fields.begin() + 1, fields.end()}});
  }
  return design;
}

const Design& design_of(std::string_view name) {
  static std::map<std::string_view, Design> parsed;
  const auto known = parsed.find(name);
  if (known != parsed.end()) return known->second;
  const auto* const found =
      std::find_if(std::begin(kTexts), std::end(kTexts), [&](const DesignText& d) { return d.name == name; });
  if (found == std::end(kTexts)) throw std::logic_error(fmt::format("there is no design {}", name));
  return parsed.emplace(found->name, parse_design(found->text)).first->second;
}

std::vector<std::string_view> design_names() {
  std::vector<std::string_view> names;
  for (const DesignText& one : kTexts) names.push_back(one.name);
  return names;
}

std::vector<Point> choose_points(std::vector<Point> points, std::string_view microkernel, Shapes shapes) {
  constexpr std::size_t kHeldOut = 7;
  const std::vector<std::string_view> designs = design_names();
  const bool has_design = std::find(designs.begin(), designs.end(), microkernel) != designs.end();
  std::vector<Point> chosen;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool held_out = has_design && i % kHeldOut == kHeldOut - 1;
    if (held_out == (shapes == Shapes::kHeldOut)) chosen.push_back(std::move(points[i]));
  }
  return chosen;
}

std::vector<Point> design_points(const DesignPlan& plan, const DeviceFacts& device,
                                 const std::function<double(const DesignRow&)>& bytes) {
  const auto copies = copies_column(plan.kernel);
  std::vector<Point> points;
  for (const DesignRow& row : design_of(plan.design).rows) {
    if (points.size() == plan.count) break;
    const double needed = bytes(row);
    if (needed <= 0 || needed > 0.4 * static_cast<double>(device.free_memory)) continue;
    Point point{std::string(plan.kernel), row.dtype, row.values, plan.budget};
    const bool cold = points.size() % 2 == 1;
    if (copies)
      point.values.insert(point.values.begin() + *copies, fmt::format("{}", cold ? cold_copies(device, needed) : 1));
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace ridgepoint::cuda
