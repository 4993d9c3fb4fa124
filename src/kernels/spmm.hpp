#pragma once
#include <cstdint>
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// Sparse times dense: Y[rows, features] = A X[cols, features] with `nonzeros` entries in A (the edges of a graph).
/// Each entry reads a row of X, as it is without luck in the caches, and an index; `value_bits` is 0 for an unweighted
/// graph, and an entry has `values` of them (the heads of an attention), each for its part of the features.
///
/// `sampled` is the product that only the entries keep (SDDMM): E[nonzeros, values] = the products of a row of X and a
/// row of Y for every entry, in parts of features / values.
struct Spmm {
  std::int64_t rows = 1;
  std::int64_t cols = 1;
  std::int64_t nonzeros = 1;
  std::int64_t features = 1;
  DType dtype = DType::kFp32;
  int value_bits = 0;
  int index_bits = 32;
  std::int64_t values = 1;
  bool sampled = false;

  [[nodiscard]] auto key() const {
    return std::tuple(rows, cols, nonzeros, features, dtype, value_bits, index_bits, values, sampled);
  }
  [[nodiscard]] Work work() const {
    const auto entries = static_cast<double>(nonzeros);
    const double products = entries * static_cast<double>(features);
    const Bytes structure{(entries + static_cast<double>(rows) + 1) * index_bits / 8};
    const Bytes entry_values{entries * static_cast<double>(values) * value_bits / 8};
    const bool multiplies = value_bits > 0 || sampled;
    Work work{.macs = multiplies ? products : 0};
    // An unweighted sum only adds: one FLOP per product.
    work.vector = Flops{multiplies ? 2 * products : products};
    work.read = bytes_of(products, dtype) * (sampled ? 2 : 1) + structure;
    if (sampled) {
      work.written = entry_values;
    } else {
      work.read += entry_values;
      work.written = bytes_of(static_cast<double>(rows) * static_cast<double>(features), dtype);
    }
    work.l2 = work.bytes();
    return work;
  }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
