#include "cli/sweep_curves.hpp"

#include <algorithm>

#include "core/checked.hpp"
#include "core/error.hpp"

namespace ridgepoint {
namespace {

// The names of the rows of a point; none where it cannot be run.
std::vector<std::string> rows_of_point(GridRunner& runner, std::size_t point) {
  std::vector<std::string> names;
  try {
    for (const LayerEstimate& row : answer(runner.question(point)).rows) names.push_back(row.name);
  } catch (const InputError&) {
  } catch (const OverflowError&) {
  }
  return names;
}

class CurveReader {
 public:
  CurveReader(const SweepReport& report, const SweepGrid& grid, const ModelFile& model)
      : report_(report), grid_(grid), model_(model), runner_(grid, model), axis_(report.axes.running()) {}

  SweepCurve read(std::size_t first, std::size_t length) {
    const auto points = report_.points.subspan(first - report_.first, length);
    SweepCurve curve{.first = first, .facts = facts_of(points, names_of_rows(first, points))};
    if (curve.facts.last_fit && axis().kind == AxisKind::kBatch) curve.largest_fit = largest(curve);
    return curve;
  }

 private:
  [[nodiscard]] const SweepAxis& axis() const { return report_.axes.list()[axis_]; }

  // Names of the rows, where all points have as many: then they have the same.
  std::vector<std::string> names_of_rows(std::size_t first, std::span<const SweepPoint> points) {
    std::size_t rows = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].status == PointStatus::kImpossible) continue;
      if (rows != 0 && points[i].above.size() != rows) return {};
      if (rows == 0) at = i;
      rows = points[i].above.size();
    }
    return rows == 0 ? std::vector<std::string>{} : rows_of_point(runner_, first + at);
  }

  std::optional<std::int64_t> largest(const SweepCurve& curve) {
    const std::int64_t fits_at = at(curve, *curve.facts.last_fit).batch;
    const std::int64_t not_at = at(curve, *curve.facts.no_fit).batch;
    if (fits_at < 1 || not_at <= fits_at) return std::nullopt;
    const std::size_t point = curve.first + *curve.facts.last_fit;
    PointEvaluator evaluator;
    ParsedRun parsed = parse_run(grid_.arguments(point), model_);
    const Device& device = grid_.devices()[grid_.device_index(point)];
    return last_that_fits(fits_at, not_at, [&](std::int64_t batch) {
      if (!set_size(parsed, "batch", std::to_string(batch))) return false;
      return evaluator.evaluate({parsed.description, device, parsed.run, parsed.options}).status == PointStatus::kOk;
    });
  }

  [[nodiscard]] const SweepPoint& at(const SweepCurve& curve, std::size_t place) const {
    return report_.points[curve.first - report_.first + place];
  }

  const SweepReport& report_;
  const SweepGrid& grid_;
  const ModelFile& model_;
  GridRunner runner_;
  std::size_t axis_;
};

}  // namespace

std::string name_of(const SweepGrid& grid, const ModelFile& model) {
  for (std::size_t point = 0; point < grid.axes().size(); point += grid.stride()) {
    try {
      return parse_run(grid.arguments(point), model).description.name;
    } catch (const InputError&) {
    }
  }
  return "";
}

std::vector<SweepCurve> curves_of(const SweepReport& report, const SweepGrid& grid, const ModelFile& model) {
  const std::size_t length = report.axes.list()[report.axes.running()].values.size();
  std::vector<SweepCurve> curves;
  if (length < 2) return curves;
  CurveReader reader(report, grid, model);
  for (std::size_t i = 0; i + length <= report.points.size(); i += length) {
    const auto begin = report.done.begin() + static_cast<std::ptrdiff_t>(i);
    const bool whole = std::all_of(begin, begin + static_cast<std::ptrdiff_t>(length), [](bool done) { return done; });
    if (whole) curves.push_back(reader.read(report.first + i, length));
  }
  return curves;
}

}  // namespace ridgepoint
