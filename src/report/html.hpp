#pragma once
// Reports as one HTML file that needs nothing else: not the network, no server, no other file.

#include <span>

#include "report/report.hpp"

namespace ridgepoint {

/// The page of one network or of several, which the reader switches between. Every layer is in it, whatever the view
/// groups or cuts: `by` is the grouping that is open first, `top` how many marks have their names beside them.
std::string write_page(std::span<const Report> reports, const View& view);

/// The page of one network.
std::string write_html(const Report& report, const View& view);

/// The data of the page as JSON that may stand in a script element: no "<" is in it.
std::string page_data(std::span<const Report> reports, const View& view);

}  // namespace ridgepoint
