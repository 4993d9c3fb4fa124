#pragma once
// The embedding tables of a network, as a placement sees them.

#include <span>
#include <string>
#include <vector>

#include "roofline/lowering.hpp"

namespace ridgepoint {

/// One table in a run. `draws` rows of it are looked up, for `bags` results; two layers that share a table are one.
struct Table {
  std::string name;
  double rows = 1;
  double dim = 1;
  double row_bytes = 1;
  double state_bytes = 0;  ///< of the optimizer, kept beside each row
  double draws = 1;
  double bags = 1;
  Access access{};

  [[nodiscard]] double bytes() const { return rows * (row_bytes + state_bytes); }
  /// Rows that are summed to one result.
  [[nodiscard]] double pooling() const { return bags > 0 ? draws / bags : 1; }
};

/// The bytes of all of them.
double table_bytes(std::span<const Table> tables);

/// All tables of the network's lookups, in its order. Tables of an embedding bag are numbered from 1.
/// In training an optimizer's state lies beside every row.
std::vector<Table> tables_of(const Network& network, Optimizer optimizer);

}  // namespace ridgepoint
