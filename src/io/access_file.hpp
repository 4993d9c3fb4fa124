#pragma once
// Counted accesses to the rows of a table: a histogram or a trace.

#include <string>
#include <vector>

#include "core/access_law.hpp"

namespace ridgepoint {

/// What a file says: rows by how often each was taken. `largest_id` counts from 0 (of ranks: the number of rows less
/// 1), and stands in `largest_line`.
struct CountedAccesses {
  std::vector<RowCount> counts;
  double seen = 0;
  std::int64_t largest_id = 0;
  std::size_t largest_line = 0;
};

/// Reads a CSV file with one of these headers:
///   id,count    how often each id was taken
///   id,share    the same in shares, which sum to 1
///   id          a trace: one id a line, in any number of lines
///   rank,count  how often the row of each rank was taken, from rank 1 on and falling; between the ranks that are given
///               counts follow the power law through the two neighbours
/// Throws InputError naming file, line, what was expected.
CountedAccesses read_accesses(const std::string& path);
CountedAccesses parse_accesses(const std::string& file, std::string_view text);

}  // namespace ridgepoint
