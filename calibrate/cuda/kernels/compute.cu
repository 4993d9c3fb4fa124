#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "calibrate/cuda/kernels/compute.hpp"

namespace ridgepoint::cuda {
namespace {

/// A register's worth of numbers and how they are multiplied and added.
template <Format kFormat>
struct Lanes;
template <>
struct Lanes<Format::kFp64> {
  using Type = double;
  static __device__ Type of(float v) { return v; }
  static __device__ Type fma(Type x, Type m, Type a) { return ::fma(x, m, a); }
  static __device__ float up(Type x) { return static_cast<float>(x); }
};
template <>
struct Lanes<Format::kFp32> {
  using Type = float;
  static __device__ Type of(float v) { return v; }
  static __device__ Type fma(Type x, Type m, Type a) { return fmaf(x, m, a); }
  static __device__ float up(Type x) { return x; }
};
template <>
struct Lanes<Format::kInt32> {
  using Type = int;
  static __device__ Type of(float v) { return static_cast<int>(v); }
  static __device__ Type fma(Type x, Type m, Type a) { return x * m + a; }
  static __device__ float up(Type x) { return static_cast<float>(x); }
};
template <>
struct Lanes<Format::kFp16> {
  using Type = __half2;
  static __device__ Type of(float v) { return __float2half2_rn(v); }
  static __device__ Type fma(Type x, Type m, Type a) { return __hfma2(x, m, a); }
  static __device__ float up(Type x) { return __low2float(x); }
};
template <>
struct Lanes<Format::kBf16> {
  using Type = __nv_bfloat162;
  static __device__ Type of(float v) { return __float2bfloat162_rn(v); }
  // Before 8.0 there is no such instruction: through fp32.
  static __device__ Type fma(Type x, Type m, Type a) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
    return __hfma2(x, m, a);
#else
    return __floats2bfloat162_rn(fmaf(__low2float(x), __low2float(m), __low2float(a)),
                                 fmaf(__high2float(x), __high2float(m), __high2float(a)));
#endif
  }
  static __device__ float up(Type x) { return __low2float(x); }
};

template <Format kFormat>
__global__ void __launch_bounds__(kComputeThreads) fma_kernel(float factor, float addend, int iterations, float* sums) {
  using L = Lanes<kFormat>;
  const auto m = L::of(factor);
  const auto a = L::of(addend);
  typename L::Type x[kFmaChains];
#pragma unroll
  for (int c = 0; c < kFmaChains; ++c) x[c] = L::of(1);
#pragma unroll 16
  for (int i = 0; i < iterations; ++i) {
#pragma unroll
    for (int c = 0; c < kFmaChains; ++c) x[c] = L::fma(x[c], m, a);
  }
  float sum = 0;
#pragma unroll
  for (int c = 0; c < kFmaChains; ++c) sum += L::up(x[c]);
  sums[blockIdx.x * kComputeThreads + threadIdx.x] = sum;
}

template <Special kSpecial>
__device__ float apply(float x) {
  float y = 0;
  if (kSpecial == Special::kEx2) asm volatile("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(-x));
  if (kSpecial == Special::kRsqrt) {
    asm volatile("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    y += 0.5F;
  }
  if (kSpecial == Special::kTanhApprox) {
    asm volatile("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    y += 0.5F;
  }
  if (kSpecial == Special::kExp) y = expf(-x);
  if (kSpecial == Special::kTanh) y = tanhf(x) + 0.5F;
  if (kSpecial == Special::kErf) y = erff(x) + 0.5F;
  return y;
}

template <Special kSpecial>
__global__ void __launch_bounds__(kComputeThreads) special_kernel(float start, int iterations, float* sums) {
  float x[kSpecialChains];
#pragma unroll
  for (int c = 0; c < kSpecialChains; ++c) x[c] = start;
#pragma unroll 4
  for (int i = 0; i < iterations; ++i) {
#pragma unroll
    for (int c = 0; c < kSpecialChains; ++c) x[c] = apply<kSpecial>(x[c]);
  }
  float sum = 0;
#pragma unroll
  for (int c = 0; c < kSpecialChains; ++c) sum += x[c];
  sums[blockIdx.x * kComputeThreads + threadIdx.x] = sum;
}

}  // namespace

void launch_fma(Format format, float factor, float addend, int iterations, int sms, float* sums, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(sms * kComputeBlocksPerSm);
  const auto launch = [&](auto kernel) {
    kernel<<<blocks, kComputeThreads, 0, stream>>>(factor, addend, iterations, sums);
  };
  switch (format) {
    case Format::kFp64: return launch(fma_kernel<Format::kFp64>);
    case Format::kFp16: return launch(fma_kernel<Format::kFp16>);
    case Format::kBf16: return launch(fma_kernel<Format::kBf16>);
    case Format::kInt32: return launch(fma_kernel<Format::kInt32>);
    default: return launch(fma_kernel<Format::kFp32>);
  }
}

void launch_special(Special special, float start, int iterations, int sms, float* sums, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(sms * kComputeBlocksPerSm);
  const auto launch = [&](auto kernel) { kernel<<<blocks, kComputeThreads, 0, stream>>>(start, iterations, sums); };
  switch (special) {
    case Special::kEx2: return launch(special_kernel<Special::kEx2>);
    case Special::kRsqrt: return launch(special_kernel<Special::kRsqrt>);
    case Special::kTanhApprox: return launch(special_kernel<Special::kTanhApprox>);
    case Special::kExp: return launch(special_kernel<Special::kExp>);
    case Special::kTanh: return launch(special_kernel<Special::kTanh>);
    case Special::kErf: return launch(special_kernel<Special::kErf>);
  }
}

}  // namespace ridgepoint::cuda
