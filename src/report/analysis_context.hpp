#pragma once
#include "report/members.hpp"
#include "report/report.hpp"

namespace ridgepoint {

/// The run: what was asked, and how the answer was found.
Json context_json(const Report& report);
Json context_schema();

/// The program that wrote the document.
Json tool_json();
Json tool_schema();

}  // namespace ridgepoint
