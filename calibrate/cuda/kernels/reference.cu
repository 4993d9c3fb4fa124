#include "calibrate/cuda/kernels/reference.hpp"

#include "calibrate/cuda/device/convert.cuh"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 128;

unsigned blocks_for(std::int64_t probes) { return static_cast<unsigned>((probes + kThreads - 1) / kThreads); }

__device__ std::int64_t probe_index() { return static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x; }

__host__ __device__ std::int64_t place_of(std::int64_t probe, std::int64_t probes, std::int64_t size) {
  return probes < 2 ? 0
                    : static_cast<std::int64_t>(static_cast<double>(probe) * static_cast<double>(size - 1) /
                                                static_cast<double>(probes - 1));
}

__device__ double load(const void* data, Format format, std::int64_t i) {
  switch (format) {
    case Format::kFp64: return static_cast<const double*>(data)[i];
    case Format::kFp32:
    case Format::kTf32: return static_cast<const float*>(data)[i];
    case Format::kFp16: return __half2float(static_cast<const __half*>(data)[i]);
    case Format::kBf16: return __bfloat162float(static_cast<const __nv_bfloat16*>(data)[i]);
    case Format::kE4m3: return static_cast<float>(static_cast<const __nv_fp8_e4m3*>(data)[i]);
    case Format::kE5m2: return static_cast<float>(static_cast<const __nv_fp8_e5m2*>(data)[i]);
    case Format::kInt8: return static_cast<const std::int8_t*>(data)[i];
    case Format::kInt32: return static_cast<const std::int32_t*>(data)[i];
  }
  return 0;
}

__device__ double activate(double x, int activation) {
  if (activation == 1) return x > 0 ? x : 0;
  if (activation == 2) return 0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
  return x;
}

__global__ void gemm_reference_kernel(GemmReference p, Format c_format, std::int64_t probes, float* want) {
  const std::int64_t probe = probe_index();
  if (probe >= probes) return;
  const std::int64_t place = place_of(probe, probes, p.batch * p.m * p.n);
  const std::int64_t n = place % p.n;
  const std::int64_t m = place / p.n % p.m;
  const std::int64_t batch = place / p.n / p.m;
  double sum = 0;
  for (std::int64_t k = 0; k < p.k; ++k) {
    sum += load(p.a, p.a_format, batch * p.a_batch + m * p.a_m + k * p.a_k) *
           load(p.b, p.b_format, batch * p.b_batch + k * p.b_k + n * p.b_n);
  }
  if (p.bias != nullptr) sum += load(p.bias, c_format, n);
  want[probe] = static_cast<float>(activate(sum, p.activation));
}

__global__ void gather_probes_kernel(const void* array, Format format, std::int64_t size, std::int64_t probes,
                                     float* got) {
  const std::int64_t probe = probe_index();
  if (probe < probes) got[probe] = static_cast<float>(load(array, format, place_of(probe, probes, size)));
}

// Places of the three arrays.
__device__ std::int64_t image_place(const ConvReference& v, std::int64_t n, std::int64_t c, std::int64_t h,
                                    std::int64_t w, std::int64_t cs, std::int64_t hs, std::int64_t ws) {
  return v.channels_last != 0 ? ((n * hs + h) * ws + w) * cs + c : ((n * cs + c) * hs + h) * ws + w;
}
__device__ std::int64_t weight_place(const ConvReference& v, std::int64_t k, std::int64_t c, std::int64_t r,
                                     std::int64_t s) {
  const std::int64_t cg = v.c / v.groups;
  return v.channels_last != 0 ? ((k * v.r + r) * v.s + s) * cg + c : ((k * cg + c) * v.r + r) * v.s + s;
}

// One multiply-add of the definition: of the two arrays that are not the result.
__device__ double term(const ConvReference& v, std::int64_t n, std::int64_t k, std::int64_t cg, std::int64_t p,
                       std::int64_t q, std::int64_t r, std::int64_t s) {
  const std::int64_t h = p * v.stride_h - v.pad_h + r;
  const std::int64_t w = q * v.stride_w - v.pad_w + s;
  if (h < 0 || h >= v.h || w < 0 || w >= v.w) return 0;
  const std::int64_t c = k / (v.k / v.groups) * (v.c / v.groups) + cg;
  const double x = v.pass == 1 ? 1 : load(v.x, v.format, image_place(v, n, c, h, w, v.c, v.h, v.w));
  const double weight = v.pass == 2 ? 1 : load(v.weight, v.format, weight_place(v, k, cg, r, s));
  const double y = v.pass == 0 ? 1 : load(v.y, v.format, image_place(v, n, k, p, q, v.k, v.p, v.q));
  return x * weight * y;
}

__device__ double forward_at(const ConvReference& v, std::int64_t place) {
  const bool last = v.channels_last != 0;
  const std::int64_t k = last ? place % v.k : place / (v.p * v.q) % v.k;
  const std::int64_t pixel = last ? place / v.k : place % (v.p * v.q) + place / (v.p * v.q * v.k) * v.p * v.q;
  const std::int64_t q = pixel % v.q;
  const std::int64_t p = pixel / v.q % v.p;
  const std::int64_t n = pixel / v.q / v.p;
  double sum = 0;
  for (std::int64_t c = 0; c < v.c / v.groups; ++c)
    for (std::int64_t r = 0; r < v.r; ++r)
      for (std::int64_t s = 0; s < v.s; ++s) sum += term(v, n, k, c, p, q, r, s);
  return sum;
}

__device__ double input_gradient_at(const ConvReference& v, std::int64_t place) {
  const bool last = v.channels_last != 0;
  const std::int64_t c = last ? place % v.c : place / (v.h * v.w) % v.c;
  const std::int64_t pixel = last ? place / v.c : place % (v.h * v.w) + place / (v.h * v.w * v.c) * v.h * v.w;
  const std::int64_t w = pixel % v.w;
  const std::int64_t h = pixel / v.w % v.h;
  const std::int64_t n = pixel / v.w / v.h;
  const std::int64_t cg = v.c / v.groups;
  const std::int64_t kg = v.k / v.groups;
  double sum = 0;
  for (std::int64_t r = 0; r < v.r; ++r) {
    for (std::int64_t s = 0; s < v.s; ++s) {
      const std::int64_t ph = h + v.pad_h - r;
      const std::int64_t pw = w + v.pad_w - s;
      if (ph < 0 || pw < 0 || ph % v.stride_h != 0 || pw % v.stride_w != 0) continue;
      if (ph / v.stride_h >= v.p || pw / v.stride_w >= v.q) continue;
      for (std::int64_t k = c / cg * kg; k < (c / cg + 1) * kg; ++k)
        sum += term(v, n, k, c % cg, ph / v.stride_h, pw / v.stride_w, r, s);
    }
  }
  return sum;
}

__device__ double weight_gradient_at(const ConvReference& v, std::int64_t place) {
  const std::int64_t cg = v.c / v.groups;
  const bool last = v.channels_last != 0;
  const std::int64_t c = last ? place % cg : place / (v.r * v.s) % cg;
  const std::int64_t tap = last ? place / cg % (v.r * v.s) : place % (v.r * v.s);
  const std::int64_t k = place / (cg * v.r * v.s);
  double sum = 0;
  for (std::int64_t n = 0; n < v.n; ++n)
    for (std::int64_t p = 0; p < v.p; ++p)
      for (std::int64_t q = 0; q < v.q; ++q) sum += term(v, n, k, c, p, q, tap / v.s, tap % v.s);
  return sum;
}

__global__ void conv_reference_kernel(ConvReference v, std::int64_t size, std::int64_t probes, float* want) {
  const std::int64_t probe = probe_index();
  if (probe >= probes) return;
  const std::int64_t place = place_of(probe, probes, size);
  const double sum = v.pass == 0   ? forward_at(v, place)
                     : v.pass == 1 ? input_gradient_at(v, place)
                                   : weight_gradient_at(v, place);
  want[probe] = static_cast<float>(sum);
}

__global__ void attention_reference_kernel(AttentionReference a, std::int64_t probes, float* want) {
  const std::int64_t probe = probe_index();
  if (probe >= probes) return;
  const std::int64_t place = place_of(probe, probes, a.batch * a.heads * a.q_len * a.dim);
  const std::int64_t d = place % a.dim;
  const std::int64_t row = place / a.dim;  // of batch x heads x q_len
  const std::int64_t i = row % a.q_len;
  const std::int64_t head = row / a.q_len % a.heads;
  const std::int64_t batch = row / a.q_len / a.heads;
  const std::int64_t kv = (batch * a.kv_heads + head / (a.heads / a.kv_heads)) * a.kv_len;
  const std::int64_t seen = a.causal != 0 ? a.kv_len - a.q_len + i + 1 : a.kv_len;
  double most = -1e300;
  double total = 0;
  double sum = 0;
  for (std::int64_t j = 0; j < seen; ++j) {
    double score = 0;
    for (std::int64_t e = 0; e < a.dim; ++e)
      score += load(a.q, a.format, row * a.dim + e) * load(a.k, a.format, (kv + j) * a.dim + e);
    score *= a.scale;
    const double larger = score > most ? score : most;
    const double shrink = exp(most - larger);
    const double weight = exp(score - larger);
    total = total * shrink + weight;
    sum = sum * shrink + weight * load(a.v, a.format, (kv + j) * a.dim + d);
    most = larger;
  }
  want[probe] = static_cast<float>(sum / total);
}

}  // namespace

void launch_gemm_reference(const GemmReference& p, Format c_format, std::int64_t probes, float* want,
                           cudaStream_t stream) {
  gemm_reference_kernel<<<blocks_for(probes), kThreads, 0, stream>>>(p, c_format, probes, want);
}

void launch_gather_probes(const void* array, Format format, std::int64_t size, std::int64_t probes, float* got,
                          cudaStream_t stream) {
  gather_probes_kernel<<<blocks_for(probes), kThreads, 0, stream>>>(array, format, size, probes, got);
}

void launch_conv_reference(const ConvReference& v, std::int64_t probes, float* want, cudaStream_t stream) {
  const std::int64_t size = v.pass == 0   ? v.n * v.k * v.p * v.q
                            : v.pass == 1 ? v.n * v.c * v.h * v.w
                                          : v.k * (v.c / v.groups) * v.r * v.s;
  conv_reference_kernel<<<blocks_for(probes), kThreads, 0, stream>>>(v, size, probes, want);
}

void launch_attention_reference(const AttentionReference& a, std::int64_t probes, float* want, cudaStream_t stream) {
  attention_reference_kernel<<<blocks_for(probes), kThreads, 0, stream>>>(a, probes, want);
}

}  // namespace ridgepoint::cuda
