#pragma once
// A roofline plot, as figures ask for it.

#include <string>
#include <vector>

#include "report/palette.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// A row of an estimate as a mark: FLOP/s over FLOP per byte. Rows without FLOPs stand below, by their share of the
/// dram's bandwidth.
struct RooflinePoint {
  const LayerEstimate& row;
  std::string_view color;
  Mark mark;
};

/// What a colour and a shape mean.
struct RooflineKey {
  std::string name;
  std::string_view color;
  Mark mark;
};

/// All that a figure shows. Points refer to rows that outlive it.
struct RooflinePlot {
  std::string title;
  std::string subtitle;
  std::vector<const Device*> devices;
  std::vector<RooflinePoint> points;
  std::vector<RooflineKey> keys;
  std::string keys_name;
  std::size_t named = 0;  ///< so many of the largest points have their name beside them, where there is room
};

/// The figure as an SVG document.
std::string draw(const RooflinePlot& plot);

}  // namespace ridgepoint
