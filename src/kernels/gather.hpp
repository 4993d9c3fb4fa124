#pragma once
#include <cstdint>
#include <memory>
#include <tuple>

#include "core/reuse_curve.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// Random access by row: `lookups` rows of `row_bytes` each from tables of `table_rows` rows in all, whose indices take
/// `index_bytes`. A gather reads rows and writes `other_bytes` of results; a scatter reads `other_bytes` of values, and
/// reads and writes rows. Without a law of the accesses every one counts, also to a row that was read before; with one
/// the `distinct` rows must move between memory and the device, and a row that comes again is found in a cache as far
/// as `reuse` says.
struct Gather {
  double lookups = 1;
  double row_bytes = 1;
  double table_rows = 1;
  double index_bytes = 0;
  double other_bytes = 0;
  double flops = 0;  ///< adds of a pooling or of an accumulation
  bool scatter = false;
  double distinct = 0;  ///< expected distinct rows; 0 without a law
  std::shared_ptr<const ReuseCurve> reuse{};

  [[nodiscard]] auto key() const {
    return std::tuple(lookups, row_bytes, table_rows, index_bytes, other_bytes, flops, scatter, distinct,
                      reuse ? reuse->fingerprint() : 0.0);
  }
  [[nodiscard]] Work work() const {
    const Bytes rows{moved_rows() * row_bytes};
    Work work{.vector = Flops{flops}, .read = rows + Bytes{index_bytes}, .written = Bytes{other_bytes}};
    if (scatter) {
      work.read += Bytes{other_bytes};
      work.written = rows;
    }
    work.l2 = work.bytes() + Bytes{(scatter ? 2 : 1) * (lookups - moved_rows()) * row_bytes};
    return work;
  }
  /// The rows that must move.
  [[nodiscard]] double moved_rows() const { return reuse ? distinct : lookups; }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
