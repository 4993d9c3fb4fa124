#pragma once
#include "report/sweep.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {

/// The rows of a sweep as people read them: axes with several values, what a point comes to, and why not.
Grid sweep_rows(const SweepReport& report);

/// "gpt2, device h100-sxm5: 10 points": what is the same in all rows.
std::string sweep_title(const SweepReport& report);

}  // namespace ridgepoint
