#pragma once
// Sequential access by own kernels; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ridgepoint::cuda {

enum class StreamOp : std::uint8_t { kRead, kWrite, kCopy, kTriad };

/// Arrays of 16-byte words. kRead reads a; kWrite writes c; kCopy c = a; kTriad c = a + b / 2 in fp32.
struct StreamArrays {
  const void* a;
  const void* b;
  void* c;
  std::int64_t words;
  std::uint32_t* sink;  ///< the exclusive or of what was read is xored into it
};

/// How a pass is spread over the GPU: threads of a block, words that each has in flight, blocks per SM (0: as many as
/// there are tiles).
struct StreamVariant {
  int threads;
  int unroll;
  int blocks_per_sm;
};

/// Goes over the arrays so many times. Words are cached in the L2 only.
void launch_stream(StreamOp op, const StreamVariant& variant, const StreamArrays& arrays, int passes, int sms,
                   cudaStream_t stream);

/// Counts in `*wrong` the words of c that the op should not have left there.
void check_stream(StreamOp op, const StreamArrays& arrays, unsigned* wrong, cudaStream_t stream);

/// What an SM keeps near itself.
enum class NearMemory : std::uint8_t { kL1, kShared };

/// One block per SM reads its own `words_per_sm` 16-byte words of `a` so many times (an odd number), from its L1 or
/// from shared memory, and xors what it read into the sink.
void launch_near(NearMemory memory, const void* a, std::int64_t words_per_sm, int passes, int sms, std::uint32_t* sink,
                 cudaStream_t stream);
/// Lets blocks of launch_near ask for so much shared memory.
cudaError_t allow_near(std::int64_t shared_bytes);

}  // namespace ridgepoint::cuda
