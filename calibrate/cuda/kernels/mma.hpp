#pragma once
// Products of small matrices by the tensor cores' own instructions, without memory; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// Operands come from `operands` (kMmaOperandBytes, any bits); the sums of all accumulators of a thread go to
/// `sums[block * threads + thread]`.
struct MmaRun {
  Format format;
  const void* operands;
  float* sums;
  int iterations;
  int sms;
};
constexpr int kMmaOperandBytes = 1 << 16;

/// What a launch does: its threads in all, and the multiply-adds that it makes; 0 where the GPU or the build has no
/// such instruction. `per_thread` is what a thread's sum gets from one multiply-add of ones.
struct MmaWork {
  std::int64_t threads = 0;
  double multiply_adds = 0;
  double sum_of_ones = 0;  ///< a thread's sum when all operands are 1
};

/// mma.sync: every warp keeps some independent accumulators going. fp16, bf16 (7.5: fp16 only), tf32, e4m3 and e5m2
/// (from 8.9), int8, fp64; sums in fp32, int32 or fp64.
MmaWork mma_work(const MmaRun& run, int compute);
void launch_mma(const MmaRun& run, cudaStream_t stream);

/// wgmma of Hopper (9.0 alone): both operands from shared memory, 64 x 256 tiles, two groups of warps per SM.
MmaWork wgmma_work(const MmaRun& run, int compute);
void launch_wgmma(const MmaRun& run, cudaStream_t stream);
cudaError_t allow_wgmma();

}  // namespace ridgepoint::cuda
