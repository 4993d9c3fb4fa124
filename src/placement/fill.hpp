#pragma once
// Rows into levels of memory.

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "placement/hierarchy.hpp"
#include "placement/shard.hpp"

namespace ridgepoint {

/// Rows of one piece that are alike: how many, the bytes of each, and how often a step takes each of them.
struct RowGroup {
  std::size_t piece = 0;
  double rows = 0;
  double row_bytes = 0;
  double stored_bytes = 0;  ///< with an optimizer's state
  double rate = 0;

  /// Expected rows of it that a step takes at all.
  [[nodiscard]] double distinct() const { return rows * -std::expm1(-rate); }
};

/// The rows of a device by the level they lie in; `unplaced` are bytes for which no level has room.
struct Filling {
  std::array<std::vector<RowGroup>, kPlaces> at;
  double unplaced = 0;

  [[nodiscard]] double bytes(Place place) const;
  [[nodiscard]] double bytes() const;  ///< of all levels
};

/// The rows of pieces in groups of the same popularity; `laws` are by table.
std::vector<RowGroup> groups_of(std::span<const Piece> pieces, std::span<const Table> tables,
                                std::span<const AccessLaw> laws);

/// Gives the nearest level to the rows that gain most time by it for their bytes, the next one to the next: rate x
/// (time of the row in the next level - time in this) / bytes, the greedy order of the fractional knapsack (Dantzig,
/// Operations Research 5(2), 1957), which is best where levels are full. `whole` moves tables as they are instead of
/// rows.
Filling fill(std::vector<RowGroup> groups, const Hierarchy& levels, bool whole);

}  // namespace ridgepoint
