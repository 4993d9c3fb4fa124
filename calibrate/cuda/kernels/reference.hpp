#pragma once
// Results computed by the definition, at some places of the output, to check fast kernels by; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// c[batch][m][n] = sum over k; strides say how far apart elements are that differ by one in an index.
struct GemmReference {
  const void* a;
  const void* b;
  Format a_format, b_format;
  std::int64_t batch, m, n, k;
  std::int64_t a_batch, a_m, a_k;
  std::int64_t b_batch, b_k, b_n;
  const void* bias;  ///< n values in c's format, or null
  int activation;    ///< 0 none, 1 relu, 2 gelu (by tanh)
};

/// The i-th of `probes` places of an array of `size`: spread evenly, the first and the last among them.
void launch_gemm_reference(const GemmReference& p, Format c_format, std::int64_t probes, float* want,
                           cudaStream_t stream);

/// Puts the values of an array at the same places into `got`.
void launch_gather_probes(const void* array, Format format, std::int64_t size, std::int64_t probes, float* got,
                          cudaStream_t stream);

/// A convolution of two dimensions. Channels last (NHWC, filters KRSC) or first (NCHW, KCRS); filters hold c / groups
/// channels. Which of the three arrays is the result: 0 y, 1 x's gradient, 2 the weights'.
struct ConvReference {
  const void* x;
  const void* weight;
  const void* y;
  Format format;
  int channels_last;
  int pass;
  std::int64_t n, c, h, w, k, r, s, p, q, stride_h, stride_w, pad_h, pad_w, groups;
};
void launch_conv_reference(const ConvReference& conv, std::int64_t probes, float* want, cudaStream_t stream);

/// Attention over tensors [batch][heads][length][dim], kv_heads shared by heads / kv_heads; the last queries see all
/// keys when causal.
struct AttentionReference {
  const void* q;
  const void* k;
  const void* v;
  Format format;
  std::int64_t batch, heads, kv_heads, q_len, kv_len, dim;
  float scale;
  int causal;
};
void launch_attention_reference(const AttentionReference& a, std::int64_t probes, float* want, cudaStream_t stream);

}  // namespace ridgepoint::cuda
