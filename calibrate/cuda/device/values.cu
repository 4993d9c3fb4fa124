#include "calibrate/cuda/device/values.hpp"

#include "calibrate/cuda/device/convert.cuh"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kMostBlocks = 8192;

int blocks_for(std::int64_t count) {
  const std::int64_t blocks = (count + kThreads - 1) / kThreads;
  return static_cast<int>(blocks < 1 ? 1 : blocks > kMostBlocks ? kMostBlocks : blocks);
}

// A random number that depends on its position only.
__device__ std::uint32_t random_bits(std::uint64_t position) {
  std::uint64_t x = position + 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::uint32_t>((x ^ (x >> 31)) >> 16);
}

__device__ std::int64_t first() { return static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x; }
__device__ std::int64_t stride() { return static_cast<std::int64_t>(gridDim.x) * kThreads; }

template <class T>
__global__ void fill_kernel(T* data, std::int64_t count, bool whole, float scale, std::uint64_t seed) {
  for (std::int64_t i = first(); i < count; i += stride()) {
    const std::uint32_t bits = random_bits(static_cast<std::uint64_t>(i) ^ (seed << 40));
    const float value = whole ? static_cast<float>(static_cast<int>(bits % 5) - 2)
                              : static_cast<float>(static_cast<std::int32_t>(bits)) * 0x1p-31F;
    data[i] = Convert<T>::down(value * scale);
  }
}

__global__ void indices_kernel(std::int64_t* data, std::int64_t count, std::int64_t bound, double skew,
                               std::uint64_t seed) {
  for (std::int64_t i = first(); i < count; i += stride()) {
    const double u = (random_bits(static_cast<std::uint64_t>(i) ^ (seed << 40)) + 0.5) * 0x1p-32;
    if (skew <= 0) {
      const auto index = static_cast<std::int64_t>(u * static_cast<double>(bound));
      data[i] = index < bound ? index : bound - 1;
      continue;
    }
    // The inverse of the continuous law's distribution over [1, bound + 1).
    const double most = static_cast<double>(bound) + 1;
    const double flat = 1 - skew;
    const double rank = fabs(flat) < 1e-6 ? pow(most, u) : pow(1 + u * (pow(most, flat) - 1), 1 / flat);
    const auto place = static_cast<std::uint64_t>(rank) - 1;
    data[i] = static_cast<std::int64_t>((place * 0x9e3779b97f4a7c15ULL + place) % static_cast<std::uint64_t>(bound));
  }
}

template <class T>
__global__ void compare_kernel(const T* got, const float* want, std::int64_t count, float floor,
                               Difference* difference) {
  for (std::int64_t i = first(); i < count; i += stride()) {
    const float a = Convert<T>::up(got[i]);
    const float b = want[i];
    if (!isfinite(a) || !isfinite(b)) {
      atomicAdd(&difference->not_numbers, 1U);
      continue;
    }
    const float off = fabsf(a - b) / (fabsf(b) + floor);
    // Of floats that are not negative the bits have the order of the values.
    if (off > 0) atomicMax(reinterpret_cast<int*>(&difference->worst), __float_as_int(off));
  }
}

__global__ void checksum_kernel(const std::uint32_t* data, std::int64_t words, std::uint32_t* word) {
  std::uint32_t sum = 0;
  for (std::int64_t i = first(); i < words; i += stride()) sum ^= data[i];
  for (int offset = 16; offset > 0; offset /= 2) sum ^= __shfl_xor_sync(0xffffffffU, sum, offset);
  if (threadIdx.x % 32 == 0) atomicXor(word, sum);
}

}  // namespace

void fill(void* data, Format format, std::int64_t count, Values values, std::uint64_t seed, cudaStream_t stream) {
  const bool whole = values == Values::kWhole;
  // Integers have no fractions: they span their range instead.
  const float scale = whole ? 1 : format == Format::kInt8 ? 127 : format == Format::kInt32 ? 1 << 20 : 1;
  with_type(format, [&](auto type) {
    using T = decltype(type);
    fill_kernel<T><<<blocks_for(count), kThreads, 0, stream>>>(static_cast<T*>(data), count, whole, scale, seed);
  });
}

void fill_indices(std::int64_t* data, std::int64_t count, std::int64_t bound, double skew, std::uint64_t seed,
                  cudaStream_t stream) {
  indices_kernel<<<blocks_for(count), kThreads, 0, stream>>>(data, count, bound, skew, seed);
}

void compare(const void* got, Format format, const float* want, std::int64_t count, float floor, Difference* difference,
             cudaStream_t stream) {
  with_type(format, [&](auto type) {
    using T = decltype(type);
    compare_kernel<T>
        <<<blocks_for(count), kThreads, 0, stream>>>(static_cast<const T*>(got), want, count, floor, difference);
  });
}

void checksum(const void* data, std::int64_t words, std::uint32_t* word, cudaStream_t stream) {
  checksum_kernel<<<blocks_for(words), kThreads, 0, stream>>>(static_cast<const std::uint32_t*>(data), words, word);
}

}  // namespace ridgepoint::cuda
