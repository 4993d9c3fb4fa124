#pragma once
#include <functional>
#include <vector>

namespace ridgepoint {

/// What became of one item of the second sequence: it is that item of the first, or belongs to it as a further part, or
/// has none (-1).
using Alignment = std::vector<std::ptrdiff_t>;

/// What pairing costs. An item left over on either side costs 1.
struct PairCosts {
  std::function<double(std::size_t first, std::size_t second)> pair;  ///< more than 2: never
  std::function<double(std::size_t first, std::size_t second)> part;  ///< of being a further part; more than 1: never
};

/// The cheapest way to lay two sequences along each other, both in their order.
Alignment align(std::size_t first_length, std::size_t second_length, const PairCosts& costs);

}  // namespace ridgepoint
