#pragma once
#include <cstdint>
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// Random access by row: `lookups` rows of `row_bytes` each from tables of `table_rows` rows in all, whose indices take
/// `index_bytes`. A gather reads rows and writes `other_bytes` of results; a scatter reads `other_bytes` of values, and
/// reads and writes rows. Every access counts, also to a row that was read before.
struct Gather {
  double lookups = 1;
  double row_bytes = 1;
  double table_rows = 1;
  double index_bytes = 0;
  double other_bytes = 0;
  double flops = 0;  ///< adds of a pooling or of an accumulation
  bool scatter = false;

  [[nodiscard]] auto key() const {
    return std::tuple(lookups, row_bytes, table_rows, index_bytes, other_bytes, flops, scatter);
  }
  [[nodiscard]] Work work() const {
    const Bytes rows{lookups * row_bytes};
    Work work{.vector = Flops{flops}, .read = rows + Bytes{index_bytes}, .written = Bytes{other_bytes}};
    if (scatter) {
      work.read += Bytes{other_bytes};
      work.written = rows;
    }
    work.l2 = work.bytes();
    return work;
  }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
