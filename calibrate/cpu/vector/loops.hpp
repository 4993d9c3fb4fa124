#pragma once
// The inner loops of the microkernels, compiled once per instruction set and chosen when the program runs.

#include <cstdint>

namespace ridgepoint::cpu {

/// Streams take a multiple of this many doubles, aligned to 64 bytes.
inline constexpr std::int64_t kStreamBlock = 64;

/// out[i] = f(x[i], y[i]); functions of one argument leave y alone.
using MapLoop = void (*)(const float* x, const float* y, float* out, std::int64_t count);

/// A row to a row of the same length; `residual` is added to the input first and the sum written back (null: neither).
using RowLoop = void (*)(const float* x, const float* weight, const float* bias, float* residual, float* out,
                         std::int64_t cols);

/// One instruction set's loops. A null pointer: it has no such instruction.
struct VectorLoops {
  int bits;  ///< of a vector register

  double (*read)(const double* a, std::int64_t count);
  void (*write)(double* a, double value, std::int64_t count);
  void (*copy)(const double* a, double* b, std::int64_t count);
  void (*scale)(const double* a, double* b, double factor, std::int64_t count);
  void (*triad)(const double* a, const double* b, double* c, double factor, std::int64_t count);  ///< c = a + factor b
  /// The same with stores that pass the caches; on processors without such stores they are null.
  void (*write_nt)(double* a, double value, std::int64_t count);
  void (*copy_nt)(const double* a, double* b, std::int64_t count);
  void (*triad_nt)(const double* a, const double* b, double* c, double factor, std::int64_t count);

  /// acc = acc x factor + addend on kChains registers of independent chains, `rounds` times; returns their sum.
  float (*fma_fp32)(std::int64_t rounds, float factor, float addend);
  double (*fma_fp64)(std::int64_t rounds, double factor, double addend);
  /// Dot products of pairs (bf16) and quadruples (int8) of 1s into 32-bit sums, on as many registers.
  float (*dot_bf16)(std::int64_t rounds);
  std::int64_t (*dot_int8)(std::int64_t rounds);

  MapLoop add, sub, mul, div, add_scalar, mul_scalar, relu, gelu, tanh, exp, erf, sigmoid, silu_and_mul;
  RowLoop softmax, layernorm, rmsnorm, rmsnorm_add, scale_shift;
  float (*sum)(const float* x, std::int64_t count);
  float (*max)(const float* x, std::int64_t count);

  /// out = the sum of the rows of `table` (of `dim` values) that the indices name; `following` more indices, of the
  /// next bags, stand behind them.
  void (*bag)(const float* table, const std::int64_t* indices, std::int64_t lookups, std::int64_t following,
              std::int64_t dim, float* out);
  /// out = the sum of values[i] times row columns[i] of `dense`.
  void (*sparse_row)(const float* values, const std::int32_t* columns, std::int64_t count, std::int64_t following,
                     const float* dense, std::int64_t features, float* out);
};

/// Independent chains of the fma and dot loops: the latency of a multiply-add (4 cycles) times two a cycle, and a few
/// to spare.
inline constexpr int kChains = 12;

extern const VectorLoops kBaselineLoops;  ///< SSE2 on x86, NEON on ARM
#if defined(__x86_64__)
extern const VectorLoops kAvx2Loops;
extern const VectorLoops kAvx512Loops;
#endif

/// The loops for registers of so many bits, or null when this processor does not have them.
const VectorLoops* loops_of_width(int bits);

/// The widest.
const VectorLoops& best_loops();

}  // namespace ridgepoint::cpu
