#pragma once
// Drawing neighbours in a graph, on a processor.

#include <span>

#include "hardware/device.hpp"
#include "hardware/parameter.hpp"
#include "kernels/sampling.hpp"

namespace ridgepoint {

/// The parameters of the price, with their typical values.
std::span<const ModelParameter> sampling_parameters();

/// start + (works + loads latency(F) / in flight) / cores: what a core does for each seed, edge and place of the
/// result, and the loads from anywhere in the graph that it waits for, several at once when they do not need each
/// other. docs/model.md has the formulas.
Seconds sampling_time(const Sampling& sampling, const Device& device);

}  // namespace ridgepoint
