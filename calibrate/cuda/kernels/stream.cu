#include "calibrate/cuda/kernels/stream.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr float kFactor = 0.5F;

__device__ uint4 written(std::int64_t i) {
  const auto low = static_cast<unsigned>(i);
  return make_uint4(low, ~low, low * 3, low + 7);
}

__device__ uint4 triad(uint4 a, uint4 b) {
  const auto one = [](unsigned x, unsigned y) {
    return __float_as_uint(__uint_as_float(x) + kFactor * __uint_as_float(y));
  };
  return make_uint4(one(a.x, b.x), one(a.y, b.y), one(a.z, b.z), one(a.w, b.w));
}

__device__ unsigned mix(unsigned sum, uint4 v) { return sum ^ v.x ^ v.y ^ v.z ^ v.w; }

__device__ void drain(unsigned sum, std::uint32_t* sink) {
  for (int offset = 16; offset > 0; offset /= 2) sum ^= __shfl_xor_sync(0xffffffffU, sum, offset);
  if (threadIdx.x % 32 == 0) atomicXor(sink, sum);
}

// A tile is unroll x threads words. In every pass a block takes other tiles, so that its L1 cannot help.
template <StreamOp kOp, int kUnroll>
__global__ void stream_kernel(StreamArrays x, int passes) {
  const auto* const a = static_cast<const uint4*>(x.a);
  const auto* const b = static_cast<const uint4*>(x.b);
  auto* const c = static_cast<uint4*>(x.c);
  const std::int64_t tile = static_cast<std::int64_t>(kUnroll) * blockDim.x;
  const std::int64_t tiles = (x.words + tile - 1) / tile;
  unsigned sum = 0;
  for (int pass = 0; pass < passes; ++pass) {
    std::int64_t t = (blockIdx.x + static_cast<std::int64_t>(pass)) % gridDim.x;
    for (; t < tiles; t += gridDim.x) {
      const std::int64_t start = t * tile + threadIdx.x;
      uint4 va[kUnroll];
      uint4 vb[kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        const std::int64_t i = start + u * static_cast<std::int64_t>(blockDim.x);
        va[u] = make_uint4(0, 0, 0, 0);
        vb[u] = make_uint4(0, 0, 0, 0);
        if (kOp != StreamOp::kWrite && i < x.words) va[u] = __ldcg(a + i);
        if (kOp == StreamOp::kTriad && i < x.words) vb[u] = __ldcg(b + i);
      }
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        const std::int64_t i = start + u * static_cast<std::int64_t>(blockDim.x);
        if (kOp == StreamOp::kRead) sum = mix(sum, va[u]);
        if (kOp == StreamOp::kWrite && i < x.words) __stcg(c + i, written(i));
        if (kOp == StreamOp::kCopy && i < x.words) __stcg(c + i, va[u]);
        if (kOp == StreamOp::kTriad && i < x.words) __stcg(c + i, triad(va[u], vb[u]));
      }
    }
  }
  if (kOp == StreamOp::kRead) drain(sum, x.sink);
}

template <StreamOp kOp>
void launch_op(const StreamVariant& v, const StreamArrays& arrays, int passes, int sms, cudaStream_t stream) {
  const std::int64_t tile = static_cast<std::int64_t>(v.unroll) * v.threads;
  const std::int64_t tiles = (arrays.words + tile - 1) / tile;
  const std::int64_t most = v.blocks_per_sm > 0 ? static_cast<std::int64_t>(v.blocks_per_sm) * sms : tiles;
  const auto blocks = static_cast<unsigned>(tiles < most ? tiles : most);
  const auto threads = static_cast<unsigned>(v.threads);
  switch (v.unroll) {
    case 1: stream_kernel<kOp, 1><<<blocks, threads, 0, stream>>>(arrays, passes); break;
    case 2: stream_kernel<kOp, 2><<<blocks, threads, 0, stream>>>(arrays, passes); break;
    case 4: stream_kernel<kOp, 4><<<blocks, threads, 0, stream>>>(arrays, passes); break;
    default: stream_kernel<kOp, 8><<<blocks, threads, 0, stream>>>(arrays, passes); break;
  }
}

__global__ void check_kernel(StreamOp op, StreamArrays x, unsigned* wrong) {
  const auto* const c = static_cast<const uint4*>(x.c);
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < x.words;
       i += static_cast<std::int64_t>(gridDim.x) * blockDim.x) {
    uint4 want = written(i);
    if (op == StreamOp::kCopy) want = static_cast<const uint4*>(x.a)[i];
    if (op == StreamOp::kTriad) want = triad(static_cast<const uint4*>(x.a)[i], static_cast<const uint4*>(x.b)[i]);
    const uint4 got = c[i];
    if (got.x != want.x || got.y != want.y || got.z != want.z || got.w != want.w) atomicAdd(wrong, 1U);
  }
}

constexpr int kNearThreads = 1024;
constexpr int kNearUnroll = 4;

// The pass number is part of the address in a way that the compiler cannot see through, or it would read once.
template <NearMemory kMemory>
__global__ void __launch_bounds__(kNearThreads)
    near_kernel(const uint4* a, int words, int passes, int zero, std::uint32_t* sink) {
  extern __shared__ uint4 shared[];
  const uint4* const own = a + static_cast<std::int64_t>(blockIdx.x) * words;
  if (kMemory == NearMemory::kShared) {
    for (int i = static_cast<int>(threadIdx.x); i < words; i += kNearThreads) shared[i] = own[i];
    __syncthreads();
  }
  unsigned sum = 0;
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = pass * zero;
    for (int i = static_cast<int>(threadIdx.x); i < words; i += kNearThreads * kNearUnroll) {
#pragma unroll
      for (int u = 0; u < kNearUnroll; ++u) {
        const int at = i + u * kNearThreads + shift;
        if (at < words) sum = mix(sum, kMemory == NearMemory::kShared ? shared[at] : __ldca(own + at));
      }
    }
  }
  drain(sum, sink);
}

}  // namespace

void launch_stream(StreamOp op, const StreamVariant& variant, const StreamArrays& arrays, int passes, int sms,
                   cudaStream_t stream) {
  switch (op) {
    case StreamOp::kRead: return launch_op<StreamOp::kRead>(variant, arrays, passes, sms, stream);
    case StreamOp::kWrite: return launch_op<StreamOp::kWrite>(variant, arrays, passes, sms, stream);
    case StreamOp::kCopy: return launch_op<StreamOp::kCopy>(variant, arrays, passes, sms, stream);
    case StreamOp::kTriad: return launch_op<StreamOp::kTriad>(variant, arrays, passes, sms, stream);
  }
}

void check_stream(StreamOp op, const StreamArrays& arrays, unsigned* wrong, cudaStream_t stream) {
  check_kernel<<<4096, 256, 0, stream>>>(op, arrays, wrong);
}

void launch_near(NearMemory memory, const void* a, std::int64_t words_per_sm, int passes, int sms, std::uint32_t* sink,
                 cudaStream_t stream) {
  const auto* const words = static_cast<const uint4*>(a);
  const auto blocks = static_cast<unsigned>(sms);
  const auto each = static_cast<int>(words_per_sm);
  if (memory == NearMemory::kL1) {
    near_kernel<NearMemory::kL1><<<blocks, kNearThreads, 0, stream>>>(words, each, passes, 0, sink);
  } else {
    near_kernel<NearMemory::kShared>
        <<<blocks, kNearThreads, static_cast<std::size_t>(each) * 16, stream>>>(words, each, passes, 0, sink);
  }
}

cudaError_t allow_near(std::int64_t shared_bytes) {
  return cudaFuncSetAttribute(near_kernel<NearMemory::kShared>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              static_cast<int>(shared_bytes));
}

}  // namespace ridgepoint::cuda
