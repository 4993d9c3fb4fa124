#pragma once
// The hit rate of an LRU cache of a few rows, without the approximation that larger ones allow.

#include <span>

#include "core/access_law.hpp"

namespace ridgepoint {

/// The share of draws whose row is among the `capacity` (at most some tens) most recent different ones: the integral
/// over the time t since a row's last draw, in draws that come as a Poisson process,
///   sum over rows of p^2 exp(-p t) P(fewer than `capacity` of the others came within t).
/// Each of the 64 most popular rows counts by itself; those behind them come as Poisson events, which is what many rare
/// ones add up to (Le Cam, Pacific J. Math. 10(4), 1960).
double lru_hit_rate_of_few(std::span<const RowClass> classes, std::size_t capacity);

}  // namespace ridgepoint
