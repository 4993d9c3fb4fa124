#pragma once
// The document of `analyze --format json`: its members, from which both the file and its schema are written.

#include "report/members.hpp"
#include "report/report.hpp"

namespace ridgepoint {

/// What the document is written from.
struct Analysis {
  const Report& report;
  const View& view;
};

/// The version of the document.
inline constexpr int kAnalysisVersion = 1;

std::span<const Member<Analysis>> analysis_members();

}  // namespace ridgepoint
