#pragma once
// Fused attention on the tensor cores; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// o = softmax(q k' x scale) v over tensors [batch][heads][length][dim] of fp16 or bf16; kv_heads are shared by
/// heads / kv_heads; when causal, the last query sees all keys. dim: 64 or 128.
struct Attend {
  const void* q;
  const void* k;
  const void* v;
  void* o;
  float* parts;  ///< of split_parts() floats, for one query and many keys; else null
  std::int64_t batch, heads, kv_heads, q_len, kv_len, dim;
  float scale;
  int causal;
};

/// How many blocks share the keys of one head when there is only one query, and the floats that their results take.
int split_of(const Attend& a, int sms);
std::int64_t split_parts(const Attend& a, int sms);

/// Tiles of 64 queries x 64 keys by mma.sync, sums in registers (after FlashAttention-2's order of the loops); for one
/// query a block per head and part of the keys, and a second kernel that joins the parts.
void launch_attention(Format format, const Attend& a, int sms, cudaStream_t stream);
/// Allows the shared memory that the tiles take.
cudaError_t allow_attention();

}  // namespace ridgepoint::cuda
