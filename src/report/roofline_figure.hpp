#pragma once
// The roofline as a figure for a paper, in SVG.

#include <span>

#include "report/report.hpp"

namespace ridgepoint {

/// The roofs of devices over each other.
std::string draw_rooflines(std::span<const Device> devices);

/// A network's rows under the roofs of its device: every row a mark, its area the time, its colour and shape the bound.
/// The view's `top` says how many are named.
std::string write_svg(const Report& report, const View& view);

/// Rows of several networks on one device, in one colour each.
std::string draw_networks(std::span<const Estimate> estimates, const Device& device, const View& view);

}  // namespace ridgepoint
