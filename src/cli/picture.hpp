#pragma once
// Figures as pictures.

#include <string>

#include "report/report.hpp"

namespace ridgepoint {

/// A figure in the format that was asked for: SVG as it is, or PNG as librsvg draws it at twice the size. Throws
/// InputError when librsvg is not there.
std::string as_figure(std::string svg, const Format& format);

/// Whether the format is one of a figure.
inline bool is_figure(const Format& format) { return format.name == "svg" || format.name == "png"; }

}  // namespace ridgepoint
