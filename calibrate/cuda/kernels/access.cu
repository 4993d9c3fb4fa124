#include "calibrate/cuda/kernels/access.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kMostBlocks = 16384;

unsigned blocks_for(std::int64_t items) {
  const std::int64_t blocks = (items + kThreads - 1) / kThreads;
  return static_cast<unsigned>(blocks < 1 ? 1 : blocks > kMostBlocks ? kMostBlocks : blocks);
}
__device__ std::int64_t first() { return static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x; }
__device__ std::int64_t stride() { return static_cast<std::int64_t>(gridDim.x) * kThreads; }

__device__ std::uint64_t scatter(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
__device__ std::uint32_t pattern(std::int64_t word) {
  return static_cast<std::uint32_t>(scatter(static_cast<std::uint64_t>(word) + 1) >> 13);
}
__device__ std::int64_t row_of(std::int64_t i, std::int64_t rows) {
  return static_cast<std::int64_t>(scatter(static_cast<std::uint64_t>(i) + 0x9e3779b97f4a7c15ULL) %
                                   static_cast<std::uint64_t>(rows));
}

__device__ void drain(std::uint32_t sum, std::uint32_t* sink) {
  for (int offset = 16; offset > 0; offset /= 2) sum ^= __shfl_xor_sync(0xffffffffU, sum, offset);
  if (threadIdx.x % 32 == 0) atomicXor(sink, sum);
}

__global__ void link_kernel(char* memory, const std::uint32_t* order, std::int64_t count, std::int64_t step) {
  for (std::int64_t i = first(); i < count; i += stride()) {
    const std::int64_t next = i + 1 == count ? 0 : i + 1;
    *reinterpret_cast<void**>(memory + order[i] * step) = memory + order[next] * step;
  }
}

__global__ void chase_kernel(void** at, std::int64_t steps) {
  void* place = *at;
#pragma unroll 8
  for (std::int64_t i = 0; i < steps; ++i) place = *static_cast<void* volatile*>(place);
  *at = place;
}

__global__ void pattern_kernel(std::uint32_t* memory, std::int64_t words) {
  for (std::int64_t i = first(); i < words; i += stride()) memory[i] = pattern(i);
}

// Threads side by side read one row, 16 bytes each; four rows are in flight.
__global__ void random_kernel(const uint4* memory, std::int64_t rows, int per_row, std::int64_t count,
                              std::uint32_t* sink) {
  constexpr int kRows = 4;
  const std::int64_t groups = stride() / per_row;
  const std::int64_t group = first() / per_row;
  const auto lane = static_cast<int>(first() % per_row);
  std::uint32_t sum = 0;
  for (std::int64_t i = group; i < count; i += groups * kRows) {
    uint4 v[kRows];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const std::int64_t at = i + r * groups;
      v[r] = at < count ? __ldg(memory + row_of(at, rows) * per_row + lane) : make_uint4(0, 0, 0, 0);
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) sum ^= v[r].x ^ v[r].y ^ v[r].z ^ v[r].w;
  }
  drain(sum, sink);
}

__global__ void random_reference_kernel(std::int64_t rows, int row_words, std::int64_t count, std::uint32_t* sink) {
  std::uint32_t sum = 0;
  for (std::int64_t i = first(); i < count; i += stride()) {
    const std::int64_t row = row_of(i, rows);
    for (int w = 0; w < row_words; ++w) sum ^= pattern(row * row_words + w);
  }
  drain(sum, sink);
}

// Multiplying by an odd number visits all places of a power of two before any comes again.
__device__ std::int64_t place_of(std::int64_t i, std::int64_t words) { return (i * 0x9e3779b1LL) & (words - 1); }

template <class T>
__global__ void atomics_kernel(T* memory, std::int64_t words, std::int64_t count) {
  for (std::int64_t i = first(); i < count; i += stride()) atomicAdd(memory + place_of(i, words), static_cast<T>(1));
}

template <class T>
__global__ void check_atomics_kernel(const T* memory, std::int64_t words, std::int64_t each, unsigned* wrong) {
  for (std::int64_t i = first(); i < words; i += stride()) {
    if (memory[i] != static_cast<T>(each)) atomicAdd(wrong, 1U);
  }
}

__global__ void empty_kernel() {}

}  // namespace

void launch_link(void* memory, const std::uint32_t* order, std::int64_t count, std::int64_t step, cudaStream_t stream) {
  link_kernel<<<blocks_for(count), kThreads, 0, stream>>>(static_cast<char*>(memory), order, count, step);
}

void launch_chase(void** at, std::int64_t steps, cudaStream_t stream) { chase_kernel<<<1, 1, 0, stream>>>(at, steps); }

void launch_pattern(void* memory, std::int64_t bytes, cudaStream_t stream) {
  pattern_kernel<<<blocks_for(bytes / 4), kThreads, 0, stream>>>(static_cast<std::uint32_t*>(memory), bytes / 4);
}

void launch_random(const void* memory, std::int64_t bytes, int row_bytes, std::int64_t count, std::uint32_t* sink,
                   cudaStream_t stream) {
  const int per_row = row_bytes / 16;
  random_kernel<<<blocks_for(count * per_row / 4), kThreads, 0, stream>>>(static_cast<const uint4*>(memory),
                                                                          bytes / row_bytes, per_row, count, sink);
}

void launch_random_reference(std::int64_t bytes, int row_bytes, std::int64_t count, std::uint32_t* sink,
                             cudaStream_t stream) {
  random_reference_kernel<<<blocks_for(count), kThreads, 0, stream>>>(bytes / row_bytes, row_bytes / 4, count, sink);
}

void launch_atomics(bool floating, void* memory, std::int64_t words, std::int64_t count, cudaStream_t stream) {
  if (floating) {
    atomics_kernel<<<blocks_for(count / 4), kThreads, 0, stream>>>(static_cast<float*>(memory), words, count);
  } else {
    atomics_kernel<<<blocks_for(count / 4), kThreads, 0, stream>>>(static_cast<int*>(memory), words, count);
  }
}

void check_atomics(bool floating, const void* memory, std::int64_t words, std::int64_t count, unsigned* wrong,
                   cudaStream_t stream) {
  if (floating) {
    check_atomics_kernel<<<blocks_for(words), kThreads, 0, stream>>>(static_cast<const float*>(memory), words,
                                                                     count / words, wrong);
  } else {
    check_atomics_kernel<<<blocks_for(words), kThreads, 0, stream>>>(static_cast<const int*>(memory), words,
                                                                     count / words, wrong);
  }
}

void launch_empty(cudaStream_t stream) { empty_kernel<<<1, 32, 0, stream>>>(); }

}  // namespace ridgepoint::cuda
