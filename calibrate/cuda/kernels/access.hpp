#pragma once
// Access that is not sequential; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ridgepoint::cuda {

/// Writes, for every place of `order`, the address of the one after it (of the first after the last) to where it is:
/// memory + place x stride.
void launch_link(void* memory, const std::uint32_t* order, std::int64_t count, std::int64_t stride,
                 cudaStream_t stream);
/// One thread follows so many addresses from `*at`, and writes where it then is to `*at`.
void launch_chase(void** at, std::int64_t steps, cudaStream_t stream);

/// Puts into every 32-bit word its own pattern.
void launch_pattern(void* memory, std::int64_t bytes, cudaStream_t stream);
/// Reads `count` rows of `row_bytes` (16 to 4096, a power of two) at random places of the memory and xors all words
/// into the sink.
void launch_random(const void* memory, std::int64_t bytes, int row_bytes, std::int64_t count, std::uint32_t* sink,
                   cudaStream_t stream);
/// What launch_random must find over a memory of patterns, computed without reading it.
void launch_random_reference(std::int64_t bytes, int row_bytes, std::int64_t count, std::uint32_t* sink,
                             cudaStream_t stream);

/// Adds 1 to `count` places of `words` words (a power of two): the first `words` in turn, scattered.
void launch_atomics(bool floating, void* memory, std::int64_t words, std::int64_t count, cudaStream_t stream);
/// Counts in *wrong the words that are not count / words.
void check_atomics(bool floating, const void* memory, std::int64_t words, std::int64_t count, unsigned* wrong,
                   cudaStream_t stream);

/// A kernel that does nothing.
void launch_empty(cudaStream_t stream);

}  // namespace ridgepoint::cuda
