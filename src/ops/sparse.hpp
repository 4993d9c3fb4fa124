#pragma once
// What products with sparse matrices share: graphs and pruned weights.

#include "ops/lookup.hpp"

namespace ridgepoint {

/// A sparse matrix [rows, cols] of `nonzeros` entries in a product with a dense one of `features`.
struct SparseShape {
  std::int64_t rows = 1;
  std::int64_t cols = 1;
  std::int64_t nonzeros = 1;
  std::int64_t features = 1;
  std::int64_t values = 0;  ///< of an entry; 0 has none
};

inline Spmm sparse_product(const SparseShape& shape, DType dtype) {
  return {.rows = shape.rows,
          .cols = shape.cols,
          .nonzeros = shape.nonzeros,
          .features = shape.features,
          .dtype = dtype,
          .value_bits = shape.values > 0 ? bits(dtype) : 0,
          .index_bits = index_bits(std::max({shape.rows, shape.cols, shape.nonzeros})),
          .values = std::max<std::int64_t>(shape.values, 1)};
}

/// The same with the transposed matrix: the gradient of the dense factor.
inline Spmm transposed_product(SparseShape shape, DType dtype) {
  std::swap(shape.rows, shape.cols);
  return sparse_product(shape, dtype);
}

/// The products of rows that the entries keep: the gradient of their values.
inline Spmm sampled_product(SparseShape shape, DType dtype) {
  shape.values = std::max<std::int64_t>(shape.values, 1);
  Spmm spmm = sparse_product(shape, dtype);
  spmm.sampled = true;
  return spmm;
}

/// The values per entry that input `i` holds, [nonzeros] or [nonzeros, heads]. Throws OpError when they do not fit
/// `nonzeros` entries and `features`.
inline std::int64_t values_of(Inputs inputs, std::size_t i, std::int64_t nonzeros, std::int64_t features) {
  const Shape& values = inputs[i].shape;
  const bool fits = (values.rank() == 1 || values.rank() == 2) && values[0] == nonzeros;
  if (!fits) {
    throw OpError{"",
                  {"values of shape " + to_string(values) + " for " + std::to_string(nonzeros) + " entries",
                   "[" + std::to_string(nonzeros) + "], or that with one value per head"}};
  }
  const std::int64_t heads = values.rank() == 2 ? values[1] : 1;
  if (features % heads != 0) {
    throw OpError{"",
                  {std::to_string(heads) + " values per entry do not divide " + std::to_string(features) + " features",
                   "a divisor of " + std::to_string(features)}};
  }
  return heads;
}

/// Throws OpError when a matrix cannot hold that many entries.
inline void expect_entries(std::int64_t nonzeros, std::int64_t rows, std::int64_t cols) {
  if (static_cast<double>(nonzeros) <= static_cast<double>(rows) * static_cast<double>(cols)) return;
  throw OpError{
      "nonzeros",
      {std::to_string(nonzeros) + " entries in a matrix of " + std::to_string(rows) + " x " + std::to_string(cols),
       "at most " + std::to_string(rows * cols)}};
}

/// Throws OpError unless input `i` is a matrix of rows and features.
inline void expect_matrix(Inputs inputs, std::size_t i) {
  if (inputs[i].shape.rank() == 2) return;
  throw OpError{"",
                {(inputs.size() == 1 ? std::string("input") : "input " + std::to_string(i)) + " has shape " +
                     to_string(inputs[i].shape),
                 "[nodes, features]"}};
}

}  // namespace ridgepoint
