// Hopper's matrix instructions, which take operands from shared memory and run beside the threads.

#include "calibrate/cuda/kernels/mma.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kGroupThreads = 128;
constexpr int kGroups = 2;
constexpr int kThreads = kGroups * kGroupThreads;
constexpr int kRows = 64;
constexpr int kColumns = 256;
constexpr int kRowBytes = 128;  // of the depth, as wide as the swizzle
constexpr int kStepBytes = 32;  // of the depth, in one instruction
constexpr int kSteps = kRowBytes / kStepBytes;
constexpr int kSums = 128;  // of a thread, for 64 x 256
constexpr int kABytes = kRows * kRowBytes;
constexpr int kBBytes = kColumns * kRowBytes;
constexpr int kSharedBytes = kGroups * kABytes + kBBytes + 1024;

// Matrix descriptor: address, 1024 bytes from one group of eight rows to the next, swizzle of 128 bytes.
__device__ std::uint64_t descriptor_of(const void* shared) {
  const auto address = static_cast<std::uint64_t>(__cvta_generic_to_shared(shared));
  return ((address & 0x3ffffU) >> 4) | (std::uint64_t{1} << 16) | (std::uint64_t{1024 >> 4} << 32) |
         (std::uint64_t{1} << 62);
}

// The registers of a thread's sums, as text and as operands.
#define RIDGEPOINT_REGISTERS                                                                     \
  "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                      \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "             \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "             \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "             \
  "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "             \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "             \
  "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, " \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}"
#define RIDGEPOINT_FLOATS                                                                                             \
  "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]),         \
      "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]),          \
      "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]),         \
      "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]),         \
      "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]),         \
      "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),         \
      "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]), "+f"(d[56]),         \
      "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63]), "+f"(d[64]),         \
      "+f"(d[65]), "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71]), "+f"(d[72]),         \
      "+f"(d[73]), "+f"(d[74]), "+f"(d[75]), "+f"(d[76]), "+f"(d[77]), "+f"(d[78]), "+f"(d[79]), "+f"(d[80]),         \
      "+f"(d[81]), "+f"(d[82]), "+f"(d[83]), "+f"(d[84]), "+f"(d[85]), "+f"(d[86]), "+f"(d[87]), "+f"(d[88]),         \
      "+f"(d[89]), "+f"(d[90]), "+f"(d[91]), "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]), "+f"(d[96]),         \
      "+f"(d[97]), "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]), "+f"(d[104]),    \
      "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]), "+f"(d[110]), "+f"(d[111]), "+f"(d[112]), \
      "+f"(d[113]), "+f"(d[114]), "+f"(d[115]), "+f"(d[116]), "+f"(d[117]), "+f"(d[118]), "+f"(d[119]), "+f"(d[120]), \
      "+f"(d[121]), "+f"(d[122]), "+f"(d[123]), "+f"(d[124]), "+f"(d[125]), "+f"(d[126]), "+f"(d[127])
#define RIDGEPOINT_INTEGERS                                                                                           \
  "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3]), "+r"(d[4]), "+r"(d[5]), "+r"(d[6]), "+r"(d[7]), "+r"(d[8]),         \
      "+r"(d[9]), "+r"(d[10]), "+r"(d[11]), "+r"(d[12]), "+r"(d[13]), "+r"(d[14]), "+r"(d[15]), "+r"(d[16]),          \
      "+r"(d[17]), "+r"(d[18]), "+r"(d[19]), "+r"(d[20]), "+r"(d[21]), "+r"(d[22]), "+r"(d[23]), "+r"(d[24]),         \
      "+r"(d[25]), "+r"(d[26]), "+r"(d[27]), "+r"(d[28]), "+r"(d[29]), "+r"(d[30]), "+r"(d[31]), "+r"(d[32]),         \
      "+r"(d[33]), "+r"(d[34]), "+r"(d[35]), "+r"(d[36]), "+r"(d[37]), "+r"(d[38]), "+r"(d[39]), "+r"(d[40]),         \
      "+r"(d[41]), "+r"(d[42]), "+r"(d[43]), "+r"(d[44]), "+r"(d[45]), "+r"(d[46]), "+r"(d[47]), "+r"(d[48]),         \
      "+r"(d[49]), "+r"(d[50]), "+r"(d[51]), "+r"(d[52]), "+r"(d[53]), "+r"(d[54]), "+r"(d[55]), "+r"(d[56]),         \
      "+r"(d[57]), "+r"(d[58]), "+r"(d[59]), "+r"(d[60]), "+r"(d[61]), "+r"(d[62]), "+r"(d[63]), "+r"(d[64]),         \
      "+r"(d[65]), "+r"(d[66]), "+r"(d[67]), "+r"(d[68]), "+r"(d[69]), "+r"(d[70]), "+r"(d[71]), "+r"(d[72]),         \
      "+r"(d[73]), "+r"(d[74]), "+r"(d[75]), "+r"(d[76]), "+r"(d[77]), "+r"(d[78]), "+r"(d[79]), "+r"(d[80]),         \
      "+r"(d[81]), "+r"(d[82]), "+r"(d[83]), "+r"(d[84]), "+r"(d[85]), "+r"(d[86]), "+r"(d[87]), "+r"(d[88]),         \
      "+r"(d[89]), "+r"(d[90]), "+r"(d[91]), "+r"(d[92]), "+r"(d[93]), "+r"(d[94]), "+r"(d[95]), "+r"(d[96]),         \
      "+r"(d[97]), "+r"(d[98]), "+r"(d[99]), "+r"(d[100]), "+r"(d[101]), "+r"(d[102]), "+r"(d[103]), "+r"(d[104]),    \
      "+r"(d[105]), "+r"(d[106]), "+r"(d[107]), "+r"(d[108]), "+r"(d[109]), "+r"(d[110]), "+r"(d[111]), "+r"(d[112]), \
      "+r"(d[113]), "+r"(d[114]), "+r"(d[115]), "+r"(d[116]), "+r"(d[117]), "+r"(d[118]), "+r"(d[119]), "+r"(d[120]), \
      "+r"(d[121]), "+r"(d[122]), "+r"(d[123]), "+r"(d[124]), "+r"(d[125]), "+r"(d[126]), "+r"(d[127])

template <Format kFormat>
struct Wgmma;

#define RIDGEPOINT_WGMMA(FORMAT, NAME, TAIL, SUM, OPERANDS)                                     \
  template <>                                                                                   \
  struct Wgmma<Format::FORMAT> {                                                                \
    using Sum = SUM;                                                                            \
    static __device__ void step(Sum (&d)[kSums], std::uint64_t a, std::uint64_t b) {            \
      asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, 1, 0;\nwgmma.mma_async.sync.aligned." NAME \
                   " " RIDGEPOINT_REGISTERS ", %128, %129, p" TAIL ";\n}\n"                     \
                   : OPERANDS                                                                   \
                   : "l"(a), "l"(b));                                                           \
    }                                                                                           \
  }

RIDGEPOINT_WGMMA(kFp16, "m64n256k16.f32.f16.f16", ", 1, 1, 0, 0", float, RIDGEPOINT_FLOATS);
RIDGEPOINT_WGMMA(kBf16, "m64n256k16.f32.bf16.bf16", ", 1, 1, 0, 0", float, RIDGEPOINT_FLOATS);
RIDGEPOINT_WGMMA(kTf32, "m64n256k8.f32.tf32.tf32", ", 1, 1", float, RIDGEPOINT_FLOATS);
RIDGEPOINT_WGMMA(kE4m3, "m64n256k32.f32.e4m3.e4m3", ", 1, 1", float, RIDGEPOINT_FLOATS);
RIDGEPOINT_WGMMA(kE5m2, "m64n256k32.f32.e5m2.e5m2", ", 1, 1", float, RIDGEPOINT_FLOATS);
RIDGEPOINT_WGMMA(kInt8, "m64n256k32.s32.s8.s8", "", int, RIDGEPOINT_INTEGERS);

__device__ void fill_shared(std::uint32_t* shared, const std::uint32_t* operands, int words) {
  for (int i = static_cast<int>(threadIdx.x); i < words; i += kThreads)
    shared[i] = operands[i % (kMmaOperandBytes / 4)];
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  __syncthreads();
}

template <Format kFormat>
__global__ void __launch_bounds__(kThreads, 1)
    wgmma_kernel(const std::uint32_t* operands, float* sums, int iterations) {
  using Sum = typename Wgmma<kFormat>::Sum;
  extern __shared__ char raw[];
  char* const shared = raw + (1024 - __cvta_generic_to_shared(raw) % 1024) % 1024;
  fill_shared(reinterpret_cast<std::uint32_t*>(shared), operands, (kGroups * kABytes + kBBytes) / 4);
  const int group = static_cast<int>(threadIdx.x) / kGroupThreads;
  const std::uint64_t a = descriptor_of(shared + group * kABytes);
  const std::uint64_t b = descriptor_of(shared + kGroups * kABytes);
  Sum d[kSums];
#pragma unroll
  for (int i = 0; i < kSums; ++i) d[i] = 0;
  for (int i = 0; i < iterations; ++i) {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      const std::uint64_t offset = static_cast<std::uint64_t>(step * kStepBytes) >> 4;
      Wgmma<kFormat>::step(d, a + offset, b + offset);
    }
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
    asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
  }
  asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
  float sum = 0;
#pragma unroll
  for (int i = 0; i < kSums; ++i) sum += static_cast<float>(d[i]);
  sums[blockIdx.x * kThreads + threadIdx.x] = sum;
}

// Calls body with the kernel of a format; false for a format that has none.
template <class Body>
bool with_kernel(Format format, Body body) {
  switch (format) {
    case Format::kFp16: body(wgmma_kernel<Format::kFp16>); return true;
    case Format::kBf16: body(wgmma_kernel<Format::kBf16>); return true;
    case Format::kTf32: body(wgmma_kernel<Format::kTf32>); return true;
    case Format::kE4m3: body(wgmma_kernel<Format::kE4m3>); return true;
    case Format::kE5m2: body(wgmma_kernel<Format::kE5m2>); return true;
    case Format::kInt8: body(wgmma_kernel<Format::kInt8>); return true;
    case Format::kFp64:
    case Format::kFp32:
    case Format::kInt32: break;
  }
  return false;
}

}  // namespace

MmaWork wgmma_work(const MmaRun& run, int compute) {
  MmaWork work;
  if (compute != 90 || !with_kernel(run.format, [](auto*) {})) return work;
  const double depth = static_cast<double>(kRowBytes) / bytes_of(run.format);
  work.threads = static_cast<std::int64_t>(run.sms) * kThreads;
  work.multiply_adds = static_cast<double>(run.sms) * kGroups * run.iterations * kRows * kColumns * depth;
  work.sum_of_ones = kSums * depth * run.iterations;
  return work;
}

cudaError_t allow_wgmma() {
  for (const Format format :
       {Format::kFp16, Format::kBf16, Format::kTf32, Format::kE4m3, Format::kE5m2, Format::kInt8}) {
    cudaError_t code = cudaSuccess;
    with_kernel(format, [&](auto* kernel) {
      code = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);
    });
    if (code != cudaSuccess) return code;
  }
  return cudaSuccess;
}

void launch_wgmma(const MmaRun& run, cudaStream_t stream) {
  with_kernel(run.format, [&](auto* kernel) {
    kernel<<<static_cast<unsigned>(run.sms), kThreads, kSharedBytes, stream>>>(
        static_cast<const std::uint32_t*>(run.operands), run.sums, run.iterations);
  });
}

}  // namespace ridgepoint::cuda
