#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/document.hpp"
#include "pipeline/plan.hpp"

namespace ridgepoint {

/// Settings of the command line by key; the last of several wins.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// Whether a key of --set belongs to the plan rather than to the network.
bool is_plan_key(std::string_view key);

/// Reads the plan of a model: its sections "graph" and "pipeline", what `settings` say instead, the sizes of the
/// network in this run (`size_of`, nothing when it has no such parameter), and the fan-outs and relations of a compact
/// description. Throws InputError at the value, or naming the --set key.
PipelinePlan read_plan(const std::shared_ptr<const Document>& document, const Settings& settings,
                       const std::function<std::optional<double>(std::string_view)>& size_of);

}  // namespace ridgepoint
