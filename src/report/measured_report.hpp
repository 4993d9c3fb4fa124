#pragma once
#include <string>

#include "report/measured_match.hpp"

namespace ridgepoint {

/// A prediction beside a profile, ready to be written.
struct MeasuredReport {
  const Estimate& estimate;
  const MeasuredProfile& profile;
  const MeasuredComparison& comparison;
  std::size_t runs = 1;
  std::string command;
};

/// Predicted against measured as a table, JSON, CSV or Markdown; `top` keeps the layers that differ most, 0 all.
std::string write_measured(const MeasuredReport& report, std::string_view format, std::size_t top, std::size_t width);

}  // namespace ridgepoint
