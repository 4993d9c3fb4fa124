#include <type_traits>

#include "calibrate/cuda/device/convert.cuh"
#include "calibrate/cuda/kernels/passes.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 256;
constexpr float kScalar = 0.75F;
constexpr float kEpsilon = 1e-5F;
constexpr double kAngle = 1e-4;

template <class T>
struct alignas(16) Pack {
  static constexpr int kCount = 16 / static_cast<int>(sizeof(T));
  T v[kCount];
};

template <ElementOp kOp, class Real>
__device__ Real element(Real a, Real b) {
  switch (kOp) {
    case ElementOp::kAdd: return a + b;
    case ElementOp::kMul: return a * b;
    case ElementOp::kRelu: return a > 0 ? a : Real(0);
    case ElementOp::kGelu: return Real(0.5) * a * (1 + erf(a * Real(0.70710678118654752)));
    case ElementOp::kSiluAndMul: return a / (1 + exp(-a)) * b;
    case ElementOp::kAddScalar: return a + Real(kScalar);
    case ElementOp::kSigmoid: return 1 / (1 + exp(-a));
    case ElementOp::kTanh: return tanh(a);
    case ElementOp::kRope: break;
  }
  return a;
}

constexpr bool has_two(ElementOp op) {
  return op == ElementOp::kAdd || op == ElementOp::kMul || op == ElementOp::kSiluAndMul;
}

__device__ void rotate(double angle, float& x, float& y) {
  float sine = 0;
  float cosine = 0;
  __sincosf(static_cast<float>(angle), &sine, &cosine);
  const float turned = x * cosine - y * sine;
  y = x * sine + y * cosine;
  x = turned;
}

// Packs of one tensor, one after the other. Where rows are not whole packs (only silu_and_mul cares) one element each.
template <ElementOp kOp, class T, int kWide>
__global__ void __launch_bounds__(kThreads) elements_kernel(PassTensors t) {
  struct alignas(sizeof(T) * kWide) Wide {
    T v[kWide];
  };
  const auto* const a = static_cast<const Wide*>(t.a);
  const auto* const b = static_cast<const Wide*>(t.b);
  auto* const out = static_cast<Wide*>(t.out);
  const std::int64_t count = t.rows * t.cols / kWide;
  const std::int64_t per_row = t.cols / kWide;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < count;
       i += static_cast<std::int64_t>(gridDim.x) * kThreads) {
    Wide x;
    Wide y{};
    if (kOp == ElementOp::kSiluAndMul) {
      const std::int64_t at = i / per_row * 2 * per_row + i % per_row;
      x = a[at];
      y = a[at + per_row];
    } else {
      x = a[i];
      if (has_two(kOp)) y = b[i];
    }
    Wide z;
    if (kOp == ElementOp::kRope) {
#pragma unroll
      for (int e = 0; e + 1 < kWide; e += 2) {
        float p = Convert<T>::up(x.v[e]);
        float q = Convert<T>::up(x.v[e + 1]);
        rotate(kAngle * static_cast<double>(i % 4096), p, q);
        z.v[e] = Convert<T>::down(p);
        z.v[e + 1] = Convert<T>::down(q);
      }
      if (kWide == 1) z = x;
    } else {
#pragma unroll
      for (int e = 0; e < kWide; ++e)
        z.v[e] = Convert<T>::down(element<kOp, float>(Convert<T>::up(x.v[e]), Convert<T>::up(y.v[e])));
    }
    out[i] = z;
  }
}

template <ElementOp kOp, class T>
void launch_element_op(const PassTensors& t, cudaStream_t stream) {
  constexpr int kWide = Pack<T>::kCount;
  const bool wide = t.cols % kWide == 0 || (t.rows * t.cols % kWide == 0 && kOp != ElementOp::kSiluAndMul);
  const std::int64_t count = t.rows * t.cols / (wide ? kWide : 1);
  const std::int64_t blocks = (count + kThreads - 1) / kThreads;
  const auto grid = static_cast<unsigned>(blocks < 1 ? 1 : blocks > 1 << 20 ? 1 << 20 : blocks);
  if (wide) {
    elements_kernel<kOp, T, kWide><<<grid, kThreads, 0, stream>>>(t);
  } else {
    elements_kernel<kOp, T, 1><<<grid, kThreads, 0, stream>>>(t);
  }
}

// Calls body with the op as a type.
template <class Body>
void with_op(ElementOp op, Body body) {
#define RIDGEPOINT_OP(NAME) \
  case ElementOp::NAME: return body(std::integral_constant<ElementOp, ElementOp::NAME>{})
  switch (op) {
    RIDGEPOINT_OP(kAdd);
    RIDGEPOINT_OP(kMul);
    RIDGEPOINT_OP(kRelu);
    RIDGEPOINT_OP(kGelu);
    RIDGEPOINT_OP(kSiluAndMul);
    RIDGEPOINT_OP(kAddScalar);
    RIDGEPOINT_OP(kSigmoid);
    RIDGEPOINT_OP(kTanh);
    RIDGEPOINT_OP(kRope);
  }
#undef RIDGEPOINT_OP
}

template <class Body>
void with_real(Format format, Body body) {
  if (format == Format::kFp16) return body(__half{});
  if (format == Format::kBf16) return body(__nv_bfloat16{});
  body(float{});
}

__host__ __device__ std::int64_t place_of(std::int64_t probe, std::int64_t probes, std::int64_t size) {
  return probes < 2 ? 0
                    : static_cast<std::int64_t>(static_cast<double>(probe) * static_cast<double>(size - 1) /
                                                static_cast<double>(probes - 1));
}

template <ElementOp kOp, class T>
__global__ void elements_reference_kernel(PassTensors t, bool turned, int wide, std::int64_t probes, float* want) {
  const std::int64_t probe = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (probe >= probes) return;
  const std::int64_t i = place_of(probe, probes, t.rows * t.cols);
  const auto* const a = static_cast<const T*>(t.a);
  const auto up = [](T v) { return static_cast<double>(Convert<T>::up(v)); };
  double result = 0;
  if (kOp == ElementOp::kRope) {
    const std::int64_t first = i / 2 * 2;
    const double angle = kAngle * static_cast<double>(i / wide % 4096);
    const double x = up(a[first]);
    const double y = turned ? up(a[first + 1]) : 0;
    result = !turned ? up(a[i]) : i % 2 == 0 ? x * cos(angle) - y * sin(angle) : x * sin(angle) + y * cos(angle);
  } else {
    const bool halves = kOp == ElementOp::kSiluAndMul;
    const std::int64_t at = halves ? i / t.cols * 2 * t.cols + i % t.cols : i;
    const double x = up(a[at]);
    const double y = halves ? up(a[at + t.cols]) : has_two(kOp) ? up(static_cast<const T*>(t.b)[i]) : 0;
    result = element<kOp, double>(x, y);
  }
  want[probe] = static_cast<float>(result);
}

struct Sums {
  float most;
  float sum;
  float squares;
};

__device__ float warp_sum(float v) {
  for (int o = 16; o > 0; o /= 2) v += __shfl_xor_sync(0xffffffffU, v, o);
  return v;
}
__device__ float warp_max(float v) {
  for (int o = 16; o > 0; o /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffffU, v, o));
  return v;
}

// Over the kGroup threads (a warp or the block) that share a row.
template <int kGroup, class Reduce>
__device__ float group_reduce(float v, float neutral, Reduce reduce) {
  v = reduce(v);
  if (kGroup == 32) return v;
  __shared__ float parts[32];
  const int warp = static_cast<int>(threadIdx.x) / 32;
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[warp] = v;
  __syncthreads();
  const int warps = kGroup / 32;
  return reduce(static_cast<int>(threadIdx.x % 32) < warps ? parts[threadIdx.x % 32] : neutral);
}

/// The elements of a row that a thread has, in packs; up to kKept packs stay in registers, others are read again.
template <RowOp kOp, class T, int kGroup, int kWide>
__global__ void __launch_bounds__(kThreads) rows_kernel(PassTensors t) {
  struct alignas(sizeof(T) * kWide) Wide {
    T v[kWide];
  };
  constexpr int kKept = 8;
  const std::int64_t row = (static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x) / kGroup;
  if (row >= t.rows) return;
  const auto lane = static_cast<int>(threadIdx.x % kGroup);
  const auto packs = static_cast<int>(t.cols / kWide);
  const auto* const a = static_cast<const Wide*>(t.a) + row * packs;
  const auto* const b = static_cast<const Wide*>(t.b) + row * packs;
  Wide kept[kKept];
  const auto load = [&](int pack) {
    Wide x = a[pack];
    if (kOp == RowOp::kRmsNormAdd) {
      const Wide y = b[pack];
#pragma unroll
      for (int e = 0; e < kWide; ++e) x.v[e] = Convert<T>::down(Convert<T>::up(x.v[e]) + Convert<T>::up(y.v[e]));
    }
    return x;
  };
  float most = -INFINITY;
  float sum = 0;
  float squares = 0;
  const auto see = [&](const Wide& x) {
#pragma unroll
    for (int e = 0; e < kWide; ++e) {
      const float v = Convert<T>::up(x.v[e]);
      if (kOp == RowOp::kSoftmax || kOp == RowOp::kMax) most = fmaxf(most, v);
      if (kOp == RowOp::kSum || kOp == RowOp::kLayerNorm) sum += v;
      if (kOp == RowOp::kRmsNorm || kOp == RowOp::kRmsNormAdd) squares += v * v;
    }
  };
#pragma unroll
  for (int p = 0; p < kKept; ++p) {
    const int pack = lane + p * kGroup;
    if (pack >= packs) continue;
    kept[p] = load(pack);
    see(kept[p]);
  }
  for (int pack = lane + kKept * kGroup; pack < packs; pack += kGroup) see(load(pack));
  const auto each = [&](auto body) {
#pragma unroll
    for (int p = 0; p < kKept; ++p) {
      if (lane + p * kGroup < packs) body(kept[p], lane + p * kGroup);
    }
    for (int pack = lane + kKept * kGroup; pack < packs; pack += kGroup) body(load(pack), pack);
  };
  const auto cols = static_cast<float>(t.cols);
  float shift = 0;
  float scale = 1;
  if (kOp == RowOp::kSoftmax || kOp == RowOp::kMax) most = group_reduce<kGroup>(most, -INFINITY, warp_max);
  if (kOp == RowOp::kSum || kOp == RowOp::kLayerNorm) sum = group_reduce<kGroup>(sum, 0, warp_sum);
  if (kOp == RowOp::kSum || kOp == RowOp::kMax) {
    if (lane == 0) static_cast<T*>(t.out)[row] = Convert<T>::down(kOp == RowOp::kSum ? sum : most);
    return;
  }
  if (kOp == RowOp::kSoftmax) {
    shift = most;
    each([&](const Wide& x, int) {
#pragma unroll
      for (int e = 0; e < kWide; ++e) sum += __expf(Convert<T>::up(x.v[e]) - most);
    });
    scale = 1 / group_reduce<kGroup>(sum, 0, warp_sum);
  }
  if (kOp == RowOp::kLayerNorm) {
    shift = sum / cols;
    each([&](const Wide& x, int) {
#pragma unroll
      for (int e = 0; e < kWide; ++e) {
        const float v = Convert<T>::up(x.v[e]) - shift;
        squares += v * v;
      }
    });
  }
  if (kOp != RowOp::kSoftmax) scale = rsqrtf(group_reduce<kGroup>(squares, 0, warp_sum) / cols + kEpsilon);
  const auto* const weight = static_cast<const Wide*>(t.weight);
  const auto* const bias = static_cast<const Wide*>(t.bias);
  auto* const out = static_cast<Wide*>(t.out) + row * packs;
  auto* const out2 = static_cast<Wide*>(t.out2) + row * packs;
  each([&](const Wide& x, int pack) {
    Wide z;
    const Wide w = kOp == RowOp::kSoftmax ? x : weight[pack];
    const Wide c = kOp == RowOp::kLayerNorm ? bias[pack] : x;
#pragma unroll
    for (int e = 0; e < kWide; ++e) {
      const float v = Convert<T>::up(x.v[e]);
      float y = kOp == RowOp::kSoftmax ? __expf(v - shift) * scale : (v - shift) * scale * Convert<T>::up(w.v[e]);
      if (kOp == RowOp::kLayerNorm) y += Convert<T>::up(c.v[e]);
      z.v[e] = Convert<T>::down(y);
    }
    out[pack] = z;
    if (kOp == RowOp::kRmsNormAdd) out2[pack] = x;
  });
}

template <RowOp kOp, class T>
void launch_row_op(const PassTensors& t, cudaStream_t stream) {
  constexpr int kWide = Pack<T>::kCount;
  const bool wide = t.cols % kWide == 0;
  const bool short_rows = t.cols <= 1024;
  const std::int64_t per_block = short_rows ? kThreads / 32 : 1;
  const auto grid = static_cast<unsigned>((t.rows + per_block - 1) / per_block);
  if (wide && short_rows) {
    rows_kernel<kOp, T, 32, kWide><<<grid, kThreads, 0, stream>>>(t);
  } else if (wide) {
    rows_kernel<kOp, T, kThreads, kWide><<<grid, kThreads, 0, stream>>>(t);
  } else if (short_rows) {
    rows_kernel<kOp, T, 32, 1><<<grid, kThreads, 0, stream>>>(t);
  } else {
    rows_kernel<kOp, T, kThreads, 1><<<grid, kThreads, 0, stream>>>(t);
  }
}

template <class Body>
void with_op(RowOp op, Body body) {
#define RIDGEPOINT_OP(NAME) \
  case RowOp::NAME: return body(std::integral_constant<RowOp, RowOp::NAME>{})
  switch (op) {
    RIDGEPOINT_OP(kSoftmax);
    RIDGEPOINT_OP(kLayerNorm);
    RIDGEPOINT_OP(kRmsNorm);
    RIDGEPOINT_OP(kRmsNormAdd);
    RIDGEPOINT_OP(kSum);
    RIDGEPOINT_OP(kMax);
  }
#undef RIDGEPOINT_OP
}

template <RowOp kOp, class T>
__global__ void rows_reference_kernel(PassTensors t, std::int64_t probes, float* want) {
  const std::int64_t probe = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (probe >= probes) return;
  constexpr bool kReduces = kOp == RowOp::kSum || kOp == RowOp::kMax;
  const std::int64_t place = place_of(probe, probes, kReduces ? t.rows : t.rows * t.cols);
  const std::int64_t row = kReduces ? place : place / t.cols;
  const std::int64_t col = kReduces ? 0 : place % t.cols;
  const auto at = [&](std::int64_t c) {
    const float x = Convert<T>::up(static_cast<const T*>(t.a)[row * t.cols + c]);
    if (kOp != RowOp::kRmsNormAdd) return static_cast<double>(x);
    const float y = Convert<T>::up(static_cast<const T*>(t.b)[row * t.cols + c]);
    return static_cast<double>(Convert<T>::up(Convert<T>::down(x + y)));
  };
  double most = -1e300;
  double sum = 0;
  double squares = 0;
  for (std::int64_t c = 0; c < t.cols; ++c) {
    const double v = at(c);
    most = v > most ? v : most;
    sum += v;
    squares += v * v;
  }
  const auto cols = static_cast<double>(t.cols);
  const double w = t.weight == nullptr ? 1 : Convert<T>::up(static_cast<const T*>(t.weight)[col]);
  const double c = t.bias == nullptr ? 0 : Convert<T>::up(static_cast<const T*>(t.bias)[col]);
  double result = kOp == RowOp::kSum ? sum : most;
  if (kOp == RowOp::kSoftmax) {
    double total = 0;
    for (std::int64_t i = 0; i < t.cols; ++i) total += exp(at(i) - most);
    result = exp(at(col) - most) / total;
  }
  const double mean = sum / cols;
  if (kOp == RowOp::kLayerNorm) result = (at(col) - mean) / sqrt(squares / cols - mean * mean + kEpsilon) * w + c;
  if (kOp == RowOp::kRmsNorm || kOp == RowOp::kRmsNormAdd) result = at(col) / sqrt(squares / cols + kEpsilon) * w;
  want[probe] = static_cast<float>(result);
}

}  // namespace

void launch_elements(ElementOp op, Format format, const PassTensors& t, cudaStream_t stream) {
  with_real(format, [&](auto type) {
    with_op(op, [&](auto chosen) { launch_element_op<decltype(chosen)::value, decltype(type)>(t, stream); });
  });
}

void launch_rows(RowOp op, Format format, const PassTensors& t, cudaStream_t stream) {
  with_real(format, [&](auto type) {
    with_op(op, [&](auto chosen) { launch_row_op<decltype(chosen)::value, decltype(type)>(t, stream); });
  });
}

void launch_elements_reference(ElementOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                               cudaStream_t stream) {
  with_real(format, [&](auto type) {
    using T = decltype(type);
    const int wide = Pack<T>::kCount;
    const bool turned = t.rows * t.cols % wide == 0;
    with_op(op, [&](auto chosen) {
      elements_reference_kernel<decltype(chosen)::value, T>
          <<<static_cast<unsigned>((probes + 127) / 128), 128, 0, stream>>>(t, turned, wide, probes, want);
    });
  });
}

void launch_rows_reference(RowOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                           cudaStream_t stream) {
  with_real(format, [&](auto type) {
    with_op(op, [&](auto chosen) {
      rows_reference_kernel<decltype(chosen)::value, decltype(type)>
          <<<static_cast<unsigned>((probes + 127) / 128), 128, 0, stream>>>(t, probes, want);
    });
  });
}

}  // namespace ridgepoint::cuda
