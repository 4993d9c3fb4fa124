#pragma once
// Filling and comparing arrays on the GPU. Launchers check nothing themselves: their callers do.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// What arrays are filled with: random numbers in [-1, 1), or random whole numbers from -2 to 2, whose products and
/// sums are exact in every format.
enum class Values : std::uint8_t { kRandom, kWhole };

/// Fills `count` elements; the same seed gives the same numbers.
void fill(void* data, Format format, std::int64_t count, Values values, std::uint64_t seed, cudaStream_t stream);

/// Indices below `bound`: uniform, or by Zipf's law with the exponent `skew` (rank r with a probability near
/// r^-skew), scattered over the table so that popular rows do not lie side by side.
void fill_indices(std::int64_t* data, std::int64_t count, std::int64_t bound, double skew, std::uint64_t seed,
                  cudaStream_t stream);

/// How two arrays differ: the largest |got - want| / (|want| + floor), and how many are not numbers.
struct Difference {
  float worst;
  unsigned not_numbers;
};

/// Compares an array in a format with a reference in fp32, and adds the result to `*difference`, which must start as 0.
void compare(const void* got, Format format, const float* want, std::int64_t count, float floor, Difference* difference,
             cudaStream_t stream);

/// The exclusive or of all 32-bit words, put into `*word`, which must start as 0.
void checksum(const void* data, std::int64_t words, std::uint32_t* word, cudaStream_t stream);

}  // namespace ridgepoint::cuda
