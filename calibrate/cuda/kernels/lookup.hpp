#pragma once
// Embedding bags; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// out[table][bag][dim] = sum of the bag's rows of table[rows][dim]; indices[table][bag][lookup].
struct Bags {
  const void* tables;
  const std::int64_t* indices;
  void* out;
  std::int64_t table_count, rows, dim, lookups, batch;
};

/// A group of threads for a bag, each with 16 bytes of the row and four rows in flight. fp32, fp16 or bf16.
void launch_bags(Format format, const Bags& bags, cudaStream_t stream);
void launch_bags_reference(Format format, const Bags& bags, std::int64_t probes, float* want, cudaStream_t stream);

}  // namespace ridgepoint::cuda
