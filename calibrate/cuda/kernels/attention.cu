#include "calibrate/cuda/device/convert.cuh"
#include "calibrate/cuda/kernels/attention.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kTile = 64;  // queries of a block, and keys of a step
constexpr int kWarps = 4;  // 16 queries each
constexpr int kThreads = kWarps * 32;
constexpr float kLog2E = 1.4426950408889634F;
constexpr int kDecodeThreads = 128;

// 16-byte chunks of a row are stored at chunk ^ (row % 8): no two rows of a matrix load meet in a bank.
template <int kDim>
__device__ int chunk_place(int row, int chunk) {
  return (row * (kDim / 8) + (chunk ^ (row & 7))) * 16;
}

__device__ std::uint32_t shared_address(const void* p) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(p));
}

__device__ void copy_async(void* to, const void* from, bool there) {
  const int bytes = there ? 16 : 0;
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(bytes));
#else
  *static_cast<uint4*>(to) = bytes == 0 ? make_uint4(0, 0, 0, 0) : *static_cast<const uint4*>(from);
#endif
}
__device__ void copies_done() {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
  __syncthreads();
}

// kTile rows of kDim elements, those beyond `rows` as zeros.
template <class T, int kDim>
__device__ void load_tile(char* to, const T* from, std::int64_t rows) {
  constexpr int kChunks = kDim / 8;
  for (int i = static_cast<int>(threadIdx.x); i < kTile * kChunks; i += kThreads) {
    const int row = i / kChunks;
    const int chunk = i % kChunks;
    const bool there = row < rows;
    copy_async(to + chunk_place<kDim>(row, chunk), there ? from + row * kDim + chunk * 8 : from, there);
  }
}

__device__ void load_matrix(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}
__device__ void load_matrix_turned(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}

template <class T>
struct Multiply;
template <>
struct Multiply<__half> {
  static __device__ void add(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5},{%6},{%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5},{%6},{%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[2]), "r"(a[3]), "r"(b1));
#endif
  }
  static __device__ std::uint32_t pair(float x, float y) {
    const __half2 v = __floats2half2_rn(x, y);
    return *reinterpret_cast<const std::uint32_t*>(&v);
  }
};
template <>
struct Multiply<__nv_bfloat16> {
  static __device__ void add(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
  }
  static __device__ std::uint32_t pair(float x, float y) {
    const __nv_bfloat162 v = __floats2bfloat162_rn(x, y);
    return *reinterpret_cast<const std::uint32_t*>(&v);
  }
};

__device__ float quad_max(float v) {
  v = fmaxf(v, __shfl_xor_sync(0xffffffffU, v, 1));
  return fmaxf(v, __shfl_xor_sync(0xffffffffU, v, 2));
}
__device__ float quad_sum(float v) {
  v += __shfl_xor_sync(0xffffffffU, v, 1);
  return v + __shfl_xor_sync(0xffffffffU, v, 2);
}

// What a warp holds of its 16 queries: a thread has two rows (lane / 4 and 8 below) of every 8 columns two elements.
template <class T, int kDim>
struct Rows {
  std::uint32_t q[kDim / 16][4];
  float o[kDim / 8][4] = {};
  float most[2] = {-INFINITY, -INFINITY};
  float total[2] = {0, 0};
};

// s = q k' for 64 keys.
template <class T, int kDim>
__device__ void multiply_keys(float (&s)[kTile / 8][4], const Rows<T, kDim>& rows, const char* keys, int lane) {
#pragma unroll
  for (int n = 0; n < kTile / 16; ++n) {
    // Two groups of eight keys, and of each the two halves of 16 dimensions.
    const int row = n * 16 + (lane & 7) + (lane >> 4) * 8;
#pragma unroll
    for (int d = 0; d < kDim / 16; ++d) {
      std::uint32_t k[4];
      load_matrix(k, shared_address(keys + chunk_place<kDim>(row, d * 2 + ((lane >> 3) & 1))));
      Multiply<T>::add(s[2 * n], rows.q[d], k[0], k[1]);
      Multiply<T>::add(s[2 * n + 1], rows.q[d], k[2], k[3]);
    }
  }
}

// o += p v for 64 keys.
template <class T, int kDim>
__device__ void multiply_values(Rows<T, kDim>& rows, const float (&p)[kTile / 8][4], const char* values, int lane) {
#pragma unroll
  for (int n = 0; n < kTile / 16; ++n) {
    const std::uint32_t a[4] = {
        Multiply<T>::pair(p[2 * n][0], p[2 * n][1]), Multiply<T>::pair(p[2 * n][2], p[2 * n][3]),
        Multiply<T>::pair(p[2 * n + 1][0], p[2 * n + 1][1]), Multiply<T>::pair(p[2 * n + 1][2], p[2 * n + 1][3])};
    const int row = n * 16 + (lane & 15);
#pragma unroll
    for (int d = 0; d < kDim / 16; ++d) {
      std::uint32_t v[4];
      load_matrix_turned(v, shared_address(values + chunk_place<kDim>(row, d * 2 + (lane >> 4))));
      Multiply<T>::add(rows.o[2 * d], a, v[0], v[1]);
      Multiply<T>::add(rows.o[2 * d + 1], a, v[2], v[3]);
    }
  }
}

// The scores become weights by the largest so far; sums until now shrink to match. `seen` keys of this tile count for
// each of the two rows.
template <class T, int kDim>
__device__ void weigh(Rows<T, kDim>& rows, float (&s)[kTile / 8][4], const std::int64_t (&seen)[2], float scale,
                      int lane) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float most = -INFINITY;
#pragma unroll
    for (int n = 0; n < kTile / 8; ++n) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int key = n * 8 + (lane & 3) * 2 + e;
        float& one = s[n][half * 2 + e];
        one = key < seen[half] ? one * scale : -INFINITY;
        most = fmaxf(most, one);
      }
    }
    most = fmaxf(quad_max(most), rows.most[half]);
    const float base = most == -INFINITY ? 0 : most;
    const float shrink = exp2f(rows.most[half] - base);
    rows.most[half] = most;
    float sum = 0;
#pragma unroll
    for (int n = 0; n < kTile / 8; ++n) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        float& one = s[n][half * 2 + e];
        one = exp2f(one - base);
        sum += one;
      }
    }
    rows.total[half] = rows.total[half] * shrink + sum;
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      rows.o[d][half * 2] *= shrink;
      rows.o[d][half * 2 + 1] *= shrink;
    }
  }
}

template <class T, int kDim>
__global__ void __launch_bounds__(kThreads) prefill_kernel(Attend a) {
  extern __shared__ __align__(128) char shared[];
  constexpr int kBytes = kTile * kDim * 2;
  char* const queries = shared;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  // The longest rows of a causal square come first.
  const std::int64_t tile = a.causal != 0 ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
  const std::int64_t first = tile * kTile;
  const std::int64_t head = blockIdx.y;  // of batch x heads
  const std::int64_t kv = head / a.heads * a.kv_heads + head % a.heads / (a.heads / a.kv_heads);
  const T* const q = static_cast<const T*>(a.q) + (head * a.q_len + first) * kDim;
  const T* const k = static_cast<const T*>(a.k) + kv * a.kv_len * kDim;
  const T* const v = static_cast<const T*>(a.v) + kv * a.kv_len * kDim;
  const std::int64_t left = a.q_len - first < kTile ? a.q_len - first : kTile;
  const std::int64_t offset = a.kv_len - a.q_len;  // the last query sees the last key
  const std::int64_t end =
      a.causal != 0 ? (first + left + offset < a.kv_len ? first + left + offset : a.kv_len) : a.kv_len;
  const auto keys_of = [&](int stage) { return shared + kBytes * (1 + 2 * stage); };
  const auto load = [&](int stage, std::int64_t at) {
    load_tile<T, kDim>(keys_of(stage), k + at * kDim, a.kv_len - at);
    load_tile<T, kDim>(keys_of(stage) + kBytes, v + at * kDim, a.kv_len - at);
  };
  load_tile<T, kDim>(queries, q, left);
  load(0, 0);
  copies_done();
  Rows<T, kDim> rows;
#pragma unroll
  for (int d = 0; d < kDim / 16; ++d) {
    load_matrix(rows.q[d], shared_address(queries + chunk_place<kDim>(warp * 16 + (lane & 15), d * 2 + (lane >> 4))));
  }
  const std::int64_t row = first + warp * 16 + lane / 4;
  int stage = 0;
  for (std::int64_t at = 0; at < end; at += kTile, stage ^= 1) {
    if (at + kTile < end) load(stage ^ 1, at + kTile);
    float s[kTile / 8][4] = {};
    multiply_keys<T, kDim>(s, rows, keys_of(stage), lane);
    const auto seen = [&](std::int64_t i) {
      const std::int64_t all = a.causal != 0 ? i + offset + 1 : a.kv_len;
      return (all < a.kv_len ? all : a.kv_len) - at;
    };
    const std::int64_t both[2] = {seen(row), seen(row + 8)};
    weigh<T, kDim>(rows, s, both, a.scale * kLog2E, lane);
    multiply_values<T, kDim>(rows, s, keys_of(stage) + kBytes, lane);
    copies_done();
  }
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const std::int64_t i = row + half * 8;
    const float scale = 1 / quad_sum(rows.total[half]);
    if (i >= a.q_len) continue;
    T* const out = static_cast<T*>(a.o) + (head * a.q_len + i) * kDim + (lane & 3) * 2;
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      *reinterpret_cast<std::uint32_t*>(out + d * 8) =
          Multiply<T>::pair(rows.o[d][half * 2] * scale, rows.o[d][half * 2 + 1] * scale);
    }
  }
}

// One query: a block goes over its part of the keys of one kv head for all the queries that share it, so that keys and
// values are read once. A warp takes keys in turn; its lanes share the dimensions.
template <class T, int kDim, int kShared>
__global__ void __launch_bounds__(kDecodeThreads) decode_kernel(Attend a, int splits) {
  constexpr int kEach = kDim / 32;
  constexpr int kBlockWarps = kDecodeThreads / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int group = static_cast<int>(a.heads / a.kv_heads);
  const int part = static_cast<int>(blockIdx.x);
  const std::int64_t kv = blockIdx.y;  // of batch x kv_heads
  const std::int64_t each = (a.kv_len + splits - 1) / splits;
  const std::int64_t begin = part * each;
  const std::int64_t end = begin + each < a.kv_len ? begin + each : a.kv_len;
  const std::int64_t first_head = kv / a.kv_heads * a.heads + kv % a.kv_heads * group + blockIdx.z * kShared;
  const int heads = group - static_cast<int>(blockIdx.z) * kShared < kShared
                        ? group - static_cast<int>(blockIdx.z) * kShared
                        : kShared;
  struct alignas(sizeof(T) * kEach) Pack {
    T v[kEach];
  };
  const auto* const k = static_cast<const Pack*>(a.k) + kv * a.kv_len * 32;
  const auto* const v = static_cast<const Pack*>(a.v) + kv * a.kv_len * 32;
  float q[kShared][kEach];
  float o[kShared][kEach] = {};
  float most[kShared];
  float total[kShared];
#pragma unroll
  for (int h = 0; h < kShared; ++h) {
    most[h] = -INFINITY;
    total[h] = 0;
    const Pack own = static_cast<const Pack*>(a.q)[(first_head + (h < heads ? h : 0)) * 32 + lane];
#pragma unroll
    for (int e = 0; e < kEach; ++e) q[h][e] = Convert<T>::up(own.v[e]) * a.scale * kLog2E;
  }
  constexpr int kAhead = 4;  // keys and values in flight
  for (std::int64_t j = begin + warp; j < end; j += kBlockWarps * kAhead) {
    Pack keys[kAhead];
    Pack values[kAhead];
#pragma unroll
    for (int n = 0; n < kAhead; ++n) {
      const std::int64_t at = j + n * kBlockWarps < end ? j + n * kBlockWarps : j;
      keys[n] = k[at * 32 + lane];
      values[n] = v[at * 32 + lane];
    }
#pragma unroll
    for (int n = 0; n < kAhead; ++n) {
      if (j + n * kBlockWarps >= end) continue;
#pragma unroll
      for (int h = 0; h < kShared; ++h) {
        float score = 0;
#pragma unroll
        for (int e = 0; e < kEach; ++e) score += q[h][e] * Convert<T>::up(keys[n].v[e]);
        for (int offset = 16; offset > 0; offset /= 2) score += __shfl_xor_sync(0xffffffffU, score, offset);
        const float larger = fmaxf(most[h], score);
        const float shrink = exp2f(most[h] - larger);
        const float weight = exp2f(score - larger);
        most[h] = larger;
        total[h] = total[h] * shrink + weight;
#pragma unroll
        for (int e = 0; e < kEach; ++e) o[h][e] = o[h][e] * shrink + weight * Convert<T>::up(values[n].v[e]);
      }
    }
  }
  // The warps' parts, then one for the block: kDim sums, the largest score and the total.
  __shared__ float sums[kBlockWarps][kDim + 2];
  for (int h = 0; h < heads; ++h) {
    for (int e = 0; e < kEach; ++e) sums[warp][lane * kEach + e] = o[h][e];
    if (lane == 0) {
      sums[warp][kDim] = most[h];
      sums[warp][kDim + 1] = total[h];
    }
    __syncthreads();
    float largest = -INFINITY;
    for (int w = 0; w < kBlockWarps; ++w) largest = fmaxf(largest, sums[w][kDim]);
    float* const out = a.parts + ((first_head + h) * splits + part) * (kDim + 2);
    for (int d = static_cast<int>(threadIdx.x); d < kDim + 2; d += kDecodeThreads) {
      float sum = 0;
      for (int w = 0; w < kBlockWarps; ++w) {
        const float factor = sums[w][kDim] == -INFINITY ? 0 : exp2f(sums[w][kDim] - largest);
        sum += d == kDim ? 0 : sums[w][d] * factor;
      }
      out[d] = d == kDim ? largest : sum;
    }
    __syncthreads();
  }
}

template <class T, int kDim>
__global__ void join_kernel(Attend a, int splits) {
  const std::int64_t head = blockIdx.x;
  const float* const parts = a.parts + head * splits * (kDim + 2);
  float largest = -INFINITY;
  for (int s = 0; s < splits; ++s) largest = fmaxf(largest, parts[s * (kDim + 2) + kDim]);
  float sum = 0;
  float total = 0;
  const auto d = static_cast<int>(threadIdx.x);
  for (int s = 0; s < splits; ++s) {
    const float* const part = parts + s * (kDim + 2);
    if (part[kDim] == -INFINITY) continue;
    const float factor = exp2f(part[kDim] - largest);
    sum += part[d] * factor;
    total += part[kDim + 1] * factor;
  }
  static_cast<T*>(a.o)[head * kDim + d] = Convert<T>::down(sum / total);
}

template <class T, int kDim>
constexpr int shared_bytes() {
  return 5 * kTile * kDim * 2;
}

template <class T, int kDim>
void launch(const Attend& a, int sms, cudaStream_t stream) {
  if (a.q_len > 1) {
    const dim3 grid(static_cast<unsigned>((a.q_len + kTile - 1) / kTile), static_cast<unsigned>(a.batch * a.heads));
    prefill_kernel<T, kDim><<<grid, kThreads, shared_bytes<T, kDim>(), stream>>>(a);
    return;
  }
  const int splits = split_of(a, sms);
  const auto group = static_cast<unsigned>(a.heads / a.kv_heads);
  constexpr unsigned kShared = 4;
  const auto kv = static_cast<unsigned>(a.batch * a.kv_heads);
  const auto parts = static_cast<unsigned>(splits);
  if (group == 1) {
    decode_kernel<T, kDim, 1><<<dim3(parts, kv), kDecodeThreads, 0, stream>>>(a, splits);
  } else {
    decode_kernel<T, kDim, kShared>
        <<<dim3(parts, kv, (group + kShared - 1) / kShared), kDecodeThreads, 0, stream>>>(a, splits);
  }
  join_kernel<T, kDim><<<static_cast<unsigned>(a.batch * a.heads), kDim, 0, stream>>>(a, splits);
}

template <class T, int kDim>
cudaError_t allow() {
  return cudaFuncSetAttribute(prefill_kernel<T, kDim>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              shared_bytes<T, kDim>());
}

}  // namespace

int split_of(const Attend& a, int sms) {
  constexpr std::int64_t kBlocksPerSm = 8;
  constexpr std::int64_t kLeastKeys = 64;
  const std::int64_t wanted = (kBlocksPerSm * sms + a.batch * a.kv_heads - 1) / (a.batch * a.kv_heads);
  const std::int64_t most = (a.kv_len + kLeastKeys - 1) / kLeastKeys;
  return static_cast<int>(wanted < most ? wanted : most);
}

std::int64_t split_parts(const Attend& a, int sms) { return a.batch * a.heads * split_of(a, sms) * (a.dim + 2); }

cudaError_t allow_attention() {
  for (const cudaError_t code :
       {allow<__half, 64>(), allow<__half, 128>(), allow<__nv_bfloat16, 64>(), allow<__nv_bfloat16, 128>()}) {
    if (code != cudaSuccess) return code;
  }
  return cudaSuccess;
}

void launch_attention(Format format, const Attend& a, int sms, cudaStream_t stream) {
  if (format == Format::kFp16 && a.dim == 64) return launch<__half, 64>(a, sms, stream);
  if (format == Format::kFp16) return launch<__half, 128>(a, sms, stream);
  if (a.dim == 64) return launch<__nv_bfloat16, 64>(a, sms, stream);
  launch<__nv_bfloat16, 128>(a, sms, stream);
}

}  // namespace ridgepoint::cuda
