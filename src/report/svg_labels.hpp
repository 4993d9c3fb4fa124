#pragma once
// Where names stand so that none covers another.

#include <optional>

#include "report/svg.hpp"

namespace ridgepoint {

/// A name that is to stand near a mark: beside it, or further away with a thin line to it.
struct SvgLabel {
  std::string text;
  SvgPoint mark;
  double radius = 3;  ///< of the mark
  double size = 10;   ///< of the text
};

/// Where a name came to stand: the left end of its base line, and the box that it fills.
struct PlacedLabel {
  SvgPoint at;
  SvgBox box;
  bool leader = false;  ///< far from its mark: draw a line to it
};

/// Finds places for names, one after the other: who comes first has the choice.
class LabelPlacer {
 public:
  explicit LabelPlacer(const SvgBox& room) : room_(room) {}

  /// What no name may cover.
  void block(const SvgBox& box) { taken_.push_back(box); }
  void block_line(SvgPoint from, SvgPoint to);
  /// The nearest free place, which is taken then; none when there is no room.
  std::optional<PlacedLabel> place(const SvgLabel& label);
  /// Takes the place of a text along a line (its direction is of length 1) if it is free, and says whether it was.
  bool take_along(SvgPoint start, SvgPoint direction, double width, double height);

 private:
  [[nodiscard]] bool free(const SvgBox& box) const;

  SvgBox room_;
  std::vector<SvgBox> taken_;
};

/// Moves places along a line apart until neighbours are `distance` away from each other, by little, within low .. high;
/// they come back in the order in which they went in. Where there is no room for all they stand evenly.
std::vector<double> spread(const std::vector<double>& wanted, double distance, double low, double high);

}  // namespace ridgepoint
