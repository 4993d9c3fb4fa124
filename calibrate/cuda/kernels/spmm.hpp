#pragma once
// The reference of sparse products; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ridgepoint::cuda {

/// c[rows][features] = a b: a's rows by `offsets` (rows + 1), its columns and values; b and c row by row; fp32.
struct SparseProduct {
  const std::int32_t* offsets;
  const std::int32_t* columns;
  const float* values;
  const float* b;
  std::int64_t rows, features;
};
void launch_spmm_reference(const SparseProduct& p, std::int64_t probes, float* want, cudaStream_t stream);

}  // namespace ridgepoint::cuda
