#pragma once
#include "cli/grid.hpp"
#include "report/sweep.hpp"

namespace ridgepoint {

/// The network's name, as the first point reads it that can be read.
std::string name_of(const SweepGrid& grid, const ModelFile& model);

/// What each curve of a sweep shows, whose points were all reached.
std::vector<SweepCurve> curves_of(const SweepReport& report, const SweepGrid& grid, const ModelFile& model);

}  // namespace ridgepoint
