#pragma once
// Arithmetic without memory; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

constexpr int kComputeThreads = 256;
constexpr int kComputeBlocksPerSm = 8;
constexpr int kFmaChains = 8;
constexpr int kSpecialChains = 4;

/// Every thread makes kFmaChains x iterations multiply-adds x = x * factor + addend, from 1 on (two at once in fp16 and
/// bf16), and writes the sum of its chains (of one half) to sums.
void launch_fma(Format format, float factor, float addend, int iterations, int sms, float* sums, cudaStream_t stream);

/// Functions of the special-function units (Ex2, Rsqrt, TanhApprox) and of the mathematical library.
enum class Special : std::uint8_t { kEx2, kRsqrt, kTanhApprox, kExp, kTanh, kErf };

/// Every thread makes kSpecialChains x iterations steps x = f(x), from x = start on, where f keeps x in range:
/// ex2(-x), rsqrt(x) + 0.5, tanh(x) + 0.5, exp(-x), erf(x) + 0.5.
void launch_special(Special special, float start, int iterations, int sms, float* sums, cudaStream_t stream);

}  // namespace ridgepoint::cuda
