#pragma once
#include <cstdint>
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// Sparse times dense: Y[rows, features] = A X[cols, features] with `nonzeros` entries in A (the edges of a graph).
/// Each entry reads a row of X, as it is without luck in the caches, and an index; `value_bits` is 0 for an unweighted
/// graph.
struct Spmm {
  std::int64_t rows = 1;
  std::int64_t cols = 1;
  std::int64_t nonzeros = 1;
  std::int64_t features = 1;
  DType dtype = DType::kFp32;
  int value_bits = 0;
  int index_bits = 32;

  [[nodiscard]] auto key() const { return std::tuple(rows, cols, nonzeros, features, dtype, value_bits, index_bits); }
  [[nodiscard]] Work work() const {
    const auto entries = static_cast<double>(nonzeros);
    const double products = entries * static_cast<double>(features);
    const Bytes structure{(entries * (value_bits + index_bits) + (static_cast<double>(rows) + 1) * index_bits) / 8};
    Work work{.macs = products};
    // An unweighted sum only adds: one FLOP per product.
    work.vector = Flops{value_bits > 0 ? 2 * products : products};
    if (value_bits == 0) work.macs = 0;
    work.read = bytes_of(products, dtype) + structure;
    work.written = bytes_of(static_cast<double>(rows) * static_cast<double>(features), dtype);
    work.l2 = work.bytes();
    return work;
  }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
