#pragma once
// A sweep as rows, and what its curves show, in the formats it is written in.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/columns.hpp"
#include "roofline/axes.hpp"
#include "roofline/curve.hpp"

namespace ridgepoint {

/// The points that differ on one axis alone: where they lie on the others, and what they show. Places in `facts` count
/// from the curve's first point; `largest_fit` is the exact end of memory where it lies between two points.
struct SweepCurve {
  std::size_t first = 0;
  CurveFacts facts;
  std::optional<std::int64_t> largest_fit{};
};

/// A sweep ready to be written. `points` are those from `first` on, in the order of the axes; those that were not
/// reached before an interrupt are not `done`.
struct SweepReport {
  std::string model;
  std::string command;
  const Axes& axes;
  std::size_t first = 0;
  std::span<const SweepPoint> points;
  const std::vector<bool>& done;
  std::vector<SweepCurve> curves{};

  /// "seq 128, device a": where a curve lies on the axes that have several values.
  [[nodiscard]] std::string where(const SweepCurve& curve) const;
};

/// One column: its key in files, its header in tables ("" leaves it out), what it is, and its value. Points that cannot
/// be run have the text "" in the place of numbers.
struct SweepColumn {
  std::string key;
  std::string header;
  ColumnKind kind = ColumnKind::kText;
  std::string meaning;
  std::function<Cell(const SweepReport&, std::size_t)> cell;
};

/// The columns of a sweep: where a point lies, whether it can be run, and what it comes to.
std::vector<SweepColumn> sweep_columns(const SweepReport& report);

/// One format of sweeps.
struct SweepFormat {
  std::string_view name;
  std::string_view extension;
  std::string (*write)(const SweepReport& report);
  bool shows_curves;
};
std::span<const SweepFormat> sweep_formats();

std::string write_sweep_table(const SweepReport& report);
std::string write_sweep_csv(const SweepReport& report);
std::string write_sweep_json(const SweepReport& report);
std::string write_sweep_markdown(const SweepReport& report);
std::string write_sweep_svg(const SweepReport& report);
std::string write_sweep_html(const SweepReport& report);

/// What the curves show, in sentences.
std::vector<std::string> sentences_of(const SweepReport& report);

}  // namespace ridgepoint
