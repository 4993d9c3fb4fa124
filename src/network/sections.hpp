#pragma once
#include <string_view>

namespace ridgepoint {

/// The sections that say which graph a network is trained on and how batches are prepared (docs/graphs.md); what reads
/// them is src/pipeline.
inline constexpr std::string_view kGraphKey = "graph";
inline constexpr std::string_view kPipelineKey = "pipeline";

}  // namespace ridgepoint
