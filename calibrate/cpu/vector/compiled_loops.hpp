// No guard: each instruction set's file includes this once, compiled with that set's options.
//
// Everything is local to the file, and no header of the C++ library is included: an inline function compiled here
// for a wide instruction set could be the copy that the linker keeps for all.

#include "calibrate/cpu/vector/loops.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// NOLINTBEGIN(misc-definitions-in-headers): it is the body of one source file, once per instruction set.

namespace ridgepoint::cpu {
namespace {

constexpr int kBytes = RIDGEPOINT_VECTOR_BYTES;
constexpr int kFloats = kBytes / 4;
constexpr int kDoubles = kBytes / 8;
using Floats = float __attribute__((vector_size(kBytes)));
using HalfFloats = float __attribute__((vector_size(kBytes / 2)));
using Doubles = double __attribute__((vector_size(kBytes)));
using LooseFloats = float __attribute__((vector_size(kBytes), aligned(4), may_alias));

inline Floats load(const float* from) { return *reinterpret_cast<const LooseFloats*>(from); }
inline void store(float* to, Floats value) { *reinterpret_cast<LooseFloats*>(to) = value; }
inline Doubles load(const double* from) { return *reinterpret_cast<const Doubles*>(from); }
inline void store(double* to, Doubles value) { *reinterpret_cast<Doubles*>(to) = value; }

template <class Vector, class Value>
inline Vector all(Value value) {
  return Vector{} + value;
}

inline float sum_of(Floats lanes) {
  float sum = 0;
  for (int i = 0; i < kFloats; ++i) sum += lanes[i];
  return sum;
}

// ---- streams ----

double read(const double* a, std::int64_t count) {
  constexpr int kSums = static_cast<int>(kStreamBlock) / kDoubles < 8 ? static_cast<int>(kStreamBlock) / kDoubles : 8;
  Doubles sums[kSums];
#pragma GCC unroll 8
  for (int j = 0; j < kSums; ++j) sums[j] = Doubles{};
  for (std::int64_t i = 0; i < count; i += kSums * kDoubles) {
#pragma GCC unroll 8
    for (int j = 0; j < kSums; ++j) sums[j] += load(a + i + j * kDoubles);
  }
  Doubles lanes{};
#pragma GCC unroll 8
  for (int j = 0; j < kSums; ++j) lanes += sums[j];
  double sum = 0;
  for (int i = 0; i < kDoubles; ++i) sum += lanes[i];
  return sum;
}

struct Ordinary {
  static void put(double* to, Doubles value) { store(to, value); }
  static void finish() {}
};

#if defined(__x86_64__)
struct PassingCaches {
  static void put(double* to, Doubles value) {
#if RIDGEPOINT_VECTOR_BYTES == 64
    _mm512_stream_pd(to, reinterpret_cast<__m512d>(value));
#elif RIDGEPOINT_VECTOR_BYTES == 32
    _mm256_stream_pd(to, reinterpret_cast<__m256d>(value));
#else
    _mm_stream_pd(to, reinterpret_cast<__m128d>(value));
#endif
  }
  static void finish() { _mm_sfence(); }
};
#endif

// Four vectors a step: enough that the loop's own instructions do not count.
template <class Store, class Value>
inline void stream(double* to, std::int64_t count, Value value) {
  for (std::int64_t i = 0; i < count; i += 4 * kDoubles) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) Store::put(to + i + j * kDoubles, value(i + j * kDoubles));
  }
  Store::finish();
}

template <class Store>
void write(double* a, double value, std::int64_t count) {
  const Doubles values = all<Doubles>(value);
  stream<Store>(a, count, [=](std::int64_t) { return values; });
}

template <class Store>
void copy(const double* a, double* b, std::int64_t count) {
  stream<Store>(b, count, [=](std::int64_t i) { return load(a + i); });
}

void scale(const double* a, double* b, double factor, std::int64_t count) {
  const Doubles factors = all<Doubles>(factor);
  stream<Ordinary>(b, count, [=](std::int64_t i) { return factors * load(a + i); });
}

template <class Store>
void triad(const double* a, const double* b, double* c, double factor, std::int64_t count) {
  const Doubles factors = all<Doubles>(factor);
  stream<Store>(c, count, [=](std::int64_t i) { return load(a + i) + factors * load(b + i); });
}

// ---- peak rates ----

template <class Vector, class Value>
inline Value chains(std::int64_t rounds, Value factor, Value addend) {
  Vector sums[kChains];
  for (int j = 0; j < kChains; ++j) sums[j] = all<Vector>(static_cast<Value>(j));
  const Vector factors = all<Vector>(factor);
  const Vector addends = all<Vector>(addend);
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) sums[j] = sums[j] * factors + addends;
  }
  Value total = 0;
  for (int j = 0; j < kChains; ++j) {
    for (int lane = 0; lane < static_cast<int>(sizeof(Vector) / sizeof(Value)); ++lane) total += sums[j][lane];
  }
  return total;
}

float fma_fp32(std::int64_t rounds, float factor, float addend) { return chains<Floats>(rounds, factor, addend); }
double fma_fp64(std::int64_t rounds, double factor, double addend) { return chains<Doubles>(rounds, factor, addend); }

#if defined(__x86_64__) && RIDGEPOINT_VECTOR_BYTES == 64
__attribute__((target("avx512bf16"))) float dot_bf16(std::int64_t rounds) {
  const __m512i ones = _mm512_set1_epi16(0x3f80);
  const auto pairs = reinterpret_cast<__m512bh>(ones);
  __m512 sums[kChains];
#pragma GCC unroll 12
  for (int j = 0; j < kChains; ++j) sums[j] = _mm512_setzero_ps();
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) {
      sums[j] = _mm512_dpbf16_ps(sums[j], pairs, pairs);
      // Without this the compiler may see that all chains hold the same numbers.
      asm volatile("" : "+v"(sums[j]));
    }
  }
  float total = 0;
#pragma GCC unroll 12
  for (int j = 0; j < kChains; ++j) total += sum_of(reinterpret_cast<Floats>(sums[j]));
  return total;
}

using Ints = std::int32_t __attribute__((vector_size(kBytes)));

inline std::int64_t sum_of(Ints lanes) {
  std::int64_t sum = 0;
  for (int i = 0; i < kFloats; ++i) sum += lanes[i];
  return sum;
}

__attribute__((target("avx512vnni"))) std::int64_t dot_int8(std::int64_t rounds) {
  const __m512i ones = _mm512_set1_epi8(1);
  __m512i sums[kChains];
#pragma GCC unroll 12
  for (int j = 0; j < kChains; ++j) sums[j] = _mm512_setzero_si512();
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) {
      sums[j] = _mm512_dpbusd_epi32(sums[j], ones, ones);
      // Without this the compiler may see that all chains hold the same numbers.
      asm volatile("" : "+v"(sums[j]));
    }
  }
  std::int64_t total = 0;
#pragma GCC unroll 12
  for (int j = 0; j < kChains; ++j) total += sum_of(reinterpret_cast<Ints>(sums[j]));
  return total;
}
#define RIDGEPOINT_HAS_DOTS 1
#endif

// ---- element-wise functions, as scalar loops that the compiler vectorises ----

template <class To, class From>
inline To as_bits(From value) {
  return __builtin_bit_cast(To, value);
}

inline float clamped(float x, float least, float most) {
  const float above = x < least ? least : x;
  return above > most ? most : above;
}

// 2^k times a polynomial of degree 6 in what is left, |r| <= ln 2 / 2; 2e-6 relative.
inline float exp_of(float x) {
  x = clamped(x, -87.0F, 88.0F);
  const float scaled = x * 1.44269504F;
  const auto k = static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5F : 0.5F));
  const auto whole = static_cast<float>(k);
  const float r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
  float p = 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * r + 1;
  p = p * r + 1;
  return p * as_bits<float>((k + 127) << 23);
}

inline float tanh_of(float x) { return 1 - 2 / (exp_of(2 * x) + 1); }
inline float sigmoid_of(float x) { return 1 / (1 + exp_of(-x)); }

// Abramowitz and Stegun 7.1.26; 2e-7 absolute.
inline float erf_of(float x) {
  const float size = x < 0 ? -x : x;
  const float t = 1 / (1 + 0.3275911F * size);
  float p = 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const float y = 1 - p * t * exp_of(-size * size);
  return x < 0 ? -y : y;
}

template <class Function>
inline void map(float* __restrict out, std::int64_t count, Function f) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = f(i);
}

constexpr float kScalar = 1.25F;

void add(const float* x, const float* y, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] + y[i]; });
}
void sub(const float* x, const float* y, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] - y[i]; });
}
void mul(const float* x, const float* y, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] * y[i]; });
}
void div(const float* x, const float* y, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] / y[i]; });
}
void add_scalar(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] + kScalar; });
}
void mul_scalar(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] * kScalar; });
}
void relu(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] > 0 ? x[i] : 0.0F; });
}
void gelu(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return 0.5F * x[i] * (1 + erf_of(x[i] * 0.707106781F)); });
}
void tanh(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return tanh_of(x[i]); });
}
void exp(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return exp_of(x[i]); });
}
void erf(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return erf_of(x[i]); });
}
void sigmoid(const float* x, const float*, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return sigmoid_of(x[i]); });
}
void silu_and_mul(const float* x, const float* y, float* out, std::int64_t count) {
  map(out, count, [=](std::int64_t i) { return x[i] * sigmoid_of(x[i]) * y[i]; });
}

// ---- reductions over a row, with four vectors of partial results ----

constexpr int kPartials = 4;
constexpr std::int64_t kStep = kPartials * kFloats;

// The sum of f(vector of x, index) over whole steps, and of f(value, index) over the rest.
template <class Function>
inline float sum_over(const float* x, std::int64_t count, Function f) {
  Floats sums[kPartials] = {};
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) {
#pragma GCC unroll 4
    for (int j = 0; j < kPartials; ++j) sums[j] += f(load(x + i + j * kFloats));
  }
  for (; i + kFloats <= count; i += kFloats) sums[0] += f(load(x + i));
  float rest = 0;
  for (; i < count; ++i) rest += f(x[i]);
  return rest + sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

float sum(const float* x, std::int64_t count) {
  return sum_over(x, count, [](auto value) { return value; });
}

float max(const float* x, std::int64_t count) {
  Floats most[kPartials];
  for (auto& lanes : most) lanes = all<Floats>(x[0]);
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) {
#pragma GCC unroll 4
    for (int j = 0; j < kPartials; ++j) {
      const Floats next = load(x + i + j * kFloats);
      most[j] = next > most[j] ? next : most[j];
    }
  }
  for (; i + kFloats <= count; i += kFloats) {
    const Floats next = load(x + i);
    most[0] = next > most[0] ? next : most[0];
  }
  float result = x[0];
  for (; i < count; ++i) result = x[i] > result ? x[i] : result;
  for (const auto& lanes : most) {
    for (int lane = 0; lane < kFloats; ++lane) result = lanes[lane] > result ? lanes[lane] : result;
  }
  return result;
}

void softmax(const float* x, const float*, const float*, float*, float* __restrict out, std::int64_t cols) {
  const float most = max(x, cols);
  map(out, cols, [=](std::int64_t i) { return exp_of(x[i] - most); });
  const float factor = 1 / sum(out, cols);
  for (std::int64_t i = 0; i < cols; ++i) out[i] *= factor;
}

constexpr float kEpsilon = 1e-5F;

inline float inverse_root(float variance) { return 1 / __builtin_sqrtf(variance + kEpsilon); }

void layernorm(const float* x, const float* weight, const float* bias, float*, float* out, std::int64_t cols) {
  const float mean = sum(x, cols) / static_cast<float>(cols);
  const float variance =
      sum_over(x, cols, [=](auto value) { return (value - mean) * (value - mean); }) / static_cast<float>(cols);
  const float factor = inverse_root(variance);
  map(out, cols, [=](std::int64_t i) { return (x[i] - mean) * factor * weight[i] + bias[i]; });
}

void rmsnorm(const float* x, const float* weight, const float*, float*, float* out, std::int64_t cols) {
  const float square = sum_over(x, cols, [](auto value) { return value * value; }) / static_cast<float>(cols);
  const float factor = inverse_root(square);
  map(out, cols, [=](std::int64_t i) { return x[i] * factor * weight[i]; });
}

void rmsnorm_add(const float* x, const float* weight, const float*, float* __restrict residual, float* out,
                 std::int64_t cols) {
#pragma omp simd
  for (std::int64_t i = 0; i < cols; ++i) residual[i] += x[i];
  rmsnorm(residual, weight, nullptr, nullptr, out, cols);
}

void scale_shift(const float* x, const float* weight, const float* bias, float*, float* out, std::int64_t cols) {
  const float scale = weight[0];
  const float shift = bias[0];
  map(out, cols, [=](std::int64_t i) { return x[i] * scale + shift; });
}

// ---- rows of a table ----

// out = the sum over i of weight(i) x the row that row(i) points to. Blocks of four vectors stay in registers over all
// rows; the next rows are asked for ahead, as random access is what this waits for: also the first of `following`
// further rows, which the next call will add.
template <class Row, class Weight>
inline void sum_rows(std::int64_t count, std::int64_t following, std::int64_t dim, Row row, Weight weight, float* out) {
  constexpr std::int64_t kAhead = 8;
  constexpr std::int64_t kLine = 16;
  std::int64_t d = 0;
  for (; d + kStep <= dim; d += kStep) {
    Floats sums[kPartials] = {};
    for (std::int64_t i = 0; i < count; ++i) {
      if (i + kAhead < count + following) {
        for (std::int64_t line = 0; line < kStep; line += kLine) __builtin_prefetch(row(i + kAhead) + d + line);
      }
      const float* const from = row(i) + d;
      const float factor = weight(i);
#pragma GCC unroll 4
      for (int j = 0; j < kPartials; ++j) sums[j] += factor * load(from + j * kFloats);
    }
    for (int j = 0; j < kPartials; ++j) store(out + d + j * kFloats, sums[j]);
  }
  const auto narrow = [&](auto lanes, std::int64_t at) {
    using Lanes = decltype(lanes);
    using Loose [[gnu::aligned(4), gnu::may_alias]] = Lanes;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i + kAhead < count + following) __builtin_prefetch(row(i + kAhead) + at);
      lanes += weight(i) * *reinterpret_cast<const Loose*>(row(i) + at);
    }
    *reinterpret_cast<Loose*>(out + at) = lanes;
  };
  for (; d + kFloats <= dim; d += kFloats) narrow(Floats{}, d);
  // What is left of a wide row is added with the vector that ends with it, some of it a second time.
  if (d < dim && dim >= kFloats) {
    narrow(Floats{}, dim - kFloats);
    return;
  }
  for (; d + kFloats / 2 <= dim; d += kFloats / 2) narrow(HalfFloats{}, d);
  for (; d < dim; ++d) {
    float one = 0;
    for (std::int64_t i = 0; i < count; ++i) one += weight(i) * row(i)[d];
    out[d] = one;
  }
}

void bag(const float* table, const std::int64_t* indices, std::int64_t lookups, std::int64_t following,
         std::int64_t dim, float* out) {
  sum_rows(
      lookups, following, dim, [=](std::int64_t i) { return table + indices[i] * dim; },
      [](std::int64_t) { return 1.0F; }, out);
}

void sparse_row(const float* values, const std::int32_t* columns, std::int64_t count, std::int64_t following,
                const float* dense, std::int64_t features, float* out) {
  sum_rows(
      count, following, features, [=](std::int64_t i) { return dense + columns[i] * features; },
      [=](std::int64_t i) { return values[i]; }, out);
}

}  // namespace

const VectorLoops RIDGEPOINT_VECTOR_LOOPS {
  .bits = kBytes * 8, .read = read, .write = write<Ordinary>, .copy = copy<Ordinary>, .scale = scale,
  .triad = triad<Ordinary>,
#if defined(__x86_64__)
  .write_nt = write<PassingCaches>, .copy_nt = copy<PassingCaches>, .triad_nt = triad<PassingCaches>,
#else
  .write_nt = nullptr, .copy_nt = nullptr, .triad_nt = nullptr,
#endif
  .fma_fp32 = fma_fp32, .fma_fp64 = fma_fp64,
#if defined(RIDGEPOINT_HAS_DOTS)
  .dot_bf16 = dot_bf16, .dot_int8 = dot_int8,
#else
  .dot_bf16 = nullptr, .dot_int8 = nullptr,
#endif
  .add = add, .sub = sub, .mul = mul, .div = div, .add_scalar = add_scalar, .mul_scalar = mul_scalar, .relu = relu,
  .gelu = gelu, .tanh = tanh, .exp = exp, .erf = erf, .sigmoid = sigmoid, .silu_and_mul = silu_and_mul,
  .softmax = softmax, .layernorm = layernorm, .rmsnorm = rmsnorm, .rmsnorm_add = rmsnorm_add,
  .scale_shift = scale_shift, .sum = sum, .max = max, .bag = bag, .sparse_row = sparse_row,
};

}  // namespace ridgepoint::cpu

// NOLINTEND(misc-definitions-in-headers)
