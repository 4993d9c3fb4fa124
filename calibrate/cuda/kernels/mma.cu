#include "calibrate/cuda/kernels/mma.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kBlocksPerSm = 2;
constexpr int kChains = 8;  // independent accumulators of a warp, to hide an instruction's latency

struct Operands {
  std::uint32_t a[4];
  std::uint32_t b[2];
};

// 16x8 sums in fp32 (or int32): a warp's instruction, by format. The code is also compiled for GPUs that lack an
// instruction; there this stands in its place, and mma_work() says that there is none.
template <Format kFormat>
struct Mma {
  using Sum = float;
  static __device__ void step(Sum (&)[4], const Operands&) {}
};

#define RIDGEPOINT_MMA(FORMAT, NAME, SUM, REGISTER)                                                  \
  template <>                                                                                        \
  struct Mma<Format::FORMAT> {                                                                       \
    using Sum = SUM;                                                                                 \
    static __device__ void step(Sum (&d)[4], const Operands& x) {                                    \
      asm volatile("mma.sync.aligned." NAME " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
                   : "+" REGISTER(d[0]), "+" REGISTER(d[1]), "+" REGISTER(d[2]), "+" REGISTER(d[3])  \
                   : "r"(x.a[0]), "r"(x.a[1]), "r"(x.a[2]), "r"(x.a[3]), "r"(x.b[0]), "r"(x.b[1]));  \
    }                                                                                                \
  }

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
RIDGEPOINT_MMA(kFp16, "m16n8k16.row.col.f32.f16.f16.f32", float, "f");
RIDGEPOINT_MMA(kBf16, "m16n8k16.row.col.f32.bf16.bf16.f32", float, "f");
RIDGEPOINT_MMA(kTf32, "m16n8k8.row.col.f32.tf32.tf32.f32", float, "f");
RIDGEPOINT_MMA(kInt8, "m16n8k32.row.col.s32.s8.s8.s32", int, "r");
#else
template <>
struct Mma<Format::kFp16> {
  using Sum = float;
  // Two halves of the depth, since 7.5 has no deeper instruction.
  static __device__ void step(Sum (&d)[4], const Operands& x) {
    for (int half = 0; half < 2; ++half) {
      asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                   : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                   : "r"(x.a[2 * half]), "r"(x.a[2 * half + 1]), "r"(x.b[half]));
    }
  }
};
#endif
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 890
RIDGEPOINT_MMA(kE4m3, "m16n8k32.row.col.f32.e4m3.e4m3.f32", float, "f");
RIDGEPOINT_MMA(kE5m2, "m16n8k32.row.col.f32.e5m2.e5m2.f32", float, "f");
#endif

template <Format kFormat>
__global__ void __launch_bounds__(kThreads) mma_kernel(const std::uint32_t* operands, float* sums, int iterations) {
  using Sum = typename Mma<kFormat>::Sum;
  Operands x;
  const int at = static_cast<int>(threadIdx.x) * 8;
#pragma unroll
  for (int i = 0; i < 4; ++i) x.a[i] = operands[at + i];
#pragma unroll
  for (int i = 0; i < 2; ++i) x.b[i] = operands[at + 4 + i];
  Sum d[kChains][4] = {};
  for (int i = 0; i < iterations; ++i) {
#pragma unroll
    for (int chain = 0; chain < kChains; ++chain) Mma<kFormat>::step(d[chain], x);
  }
  float sum = 0;
#pragma unroll
  for (int chain = 0; chain < kChains; ++chain) {
    for (const Sum one : d[chain]) sum += static_cast<float>(one);
  }
  sums[blockIdx.x * kThreads + threadIdx.x] = sum;
}

// Double precision: 8x8 sums of depth 4, or from 9.0 on 16x8 of depth 16, which alone reaches the peak there.
__global__ void __launch_bounds__(kThreads) mma_fp64_kernel(const double* operands, float* sums, int iterations) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  const double* const own = operands + threadIdx.x * 12;
#if __CUDA_ARCH__ >= 900
  constexpr int kSums = 4;
  double a[8];
  double b[4];
  for (int i = 0; i < 8; ++i) a[i] = own[i];
  for (int i = 0; i < 4; ++i) b[i] = own[8 + i];
#else
  constexpr int kSums = 2;
  const double a = own[0];
  const double b = own[1];
#endif
  double d[kChains][kSums] = {};
  for (int i = 0; i < iterations; ++i) {
#pragma unroll
    for (int chain = 0; chain < kChains; ++chain) {
      double* const c = d[chain];
#if __CUDA_ARCH__ >= 900
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5,%6,%7,%8,%9,%10,%11}, "
          "{%12,%13,%14,%15}, {%0,%1,%2,%3};"
          : "+d"(c[0]), "+d"(c[1]), "+d"(c[2]), "+d"(c[3])
          : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(a[4]), "d"(a[5]), "d"(a[6]), "d"(a[7]), "d"(b[0]),
            "d"(b[1]), "d"(b[2]), "d"(b[3]));
#else
      asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
                   : "+d"(c[0]), "+d"(c[1])
                   : "d"(a), "d"(b));
#endif
    }
  }
  double sum = 0;
  for (int chain = 0; chain < kChains; ++chain) {
    for (int i = 0; i < kSums; ++i) sum += d[chain][i];
  }
  sums[blockIdx.x * kThreads + threadIdx.x] = static_cast<float>(sum);
#endif
}

struct Shape {
  int m, n, k;
  int since;
};
Shape shape_of(Format format, int compute) {
  switch (format) {
    case Format::kFp64: return compute >= 90 ? Shape{16, 8, 16, 80} : Shape{8, 8, 4, 80};
    case Format::kFp16: return {16, 8, 16, 75};
    case Format::kBf16: return {16, 8, 16, 80};
    case Format::kTf32: return {16, 8, 8, 80};
    case Format::kInt8: return {16, 8, 32, 80};
    case Format::kE4m3:
    case Format::kE5m2: return {16, 8, 32, 89};
    case Format::kFp32:
    case Format::kInt32: break;
  }
  return {0, 0, 0, 1 << 20};
}

}  // namespace

MmaWork mma_work(const MmaRun& run, int compute) {
  const Shape s = shape_of(run.format, compute);
  MmaWork work;
  if (compute < s.since) return work;
  work.threads = static_cast<std::int64_t>(run.sms) * kBlocksPerSm * kThreads;
  const double per_warp = static_cast<double>(run.iterations) * kChains * s.m * s.n * s.k;
  work.multiply_adds = static_cast<double>(work.threads) / 32 * per_warp;
  work.sum_of_ones = per_warp / 32;
  return work;
}

void launch_mma(const MmaRun& run, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(run.sms * kBlocksPerSm);
  const auto* const words = static_cast<const std::uint32_t*>(run.operands);
  switch (run.format) {
    case Format::kFp64:
      mma_fp64_kernel<<<blocks, kThreads, 0, stream>>>(static_cast<const double*>(run.operands), run.sums,
                                                       run.iterations);
      break;
    case Format::kFp16:
      mma_kernel<Format::kFp16><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kBf16:
      mma_kernel<Format::kBf16><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kTf32:
      mma_kernel<Format::kTf32><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kInt8:
      mma_kernel<Format::kInt8><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kE4m3:
      mma_kernel<Format::kE4m3><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kE5m2:
      mma_kernel<Format::kE5m2><<<blocks, kThreads, 0, stream>>>(words, run.sums, run.iterations);
      break;
    case Format::kFp32:
    case Format::kInt32: break;
  }
}

}  // namespace ridgepoint::cuda
