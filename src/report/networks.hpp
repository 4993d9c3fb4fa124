#pragma once
// Several networks side by side, one row each.

#include <span>
#include <string>
#include <string_view>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// Totals of each network and how its time divides over the categories, as a table, CSV or Markdown.
std::string write_networks(std::span<const Estimate> estimates, std::string_view format);

}  // namespace ridgepoint
