#pragma once
// How far a decoder goes on a device before its memory is full.

#include <optional>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// Of a run that decodes: what a token takes in the cache, and how many sequences, or how long ones, fit. The memory
/// grows by as much for each sequence, and for each token that all caches still keep: two more runs tell both.
std::optional<CacheLimits> cache_limits(const Question& question, const Estimate& now);

}  // namespace ridgepoint
