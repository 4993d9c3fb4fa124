#pragma once
#include <algorithm>
#include <cstdint>
#include <tuple>

#include "core/checked.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// C[batch, m, n] = A[batch, m, k] B[batch, k, n]: k is always the reduction. `a_batch` and `b_batch` are the numbers
/// of distinct A and B matrices (1 when one is shared by the whole batch). `b_scale_group` > 0 says that B is quantized
/// with one 16-bit scale per that many values.
struct Gemm {
  std::int64_t batch = 1;
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  std::int64_t a_batch = 1;
  std::int64_t b_batch = 1;
  DType a = DType::kFp32;
  DType b = DType::kFp32;
  DType c = DType::kFp32;
  DType math = DType::kFp32;
  std::int64_t b_scale_group = 0;
  std::int64_t bias = 0;  ///< elements of a bias that starts the accumulators, in C's format

  [[nodiscard]] auto key() const {
    return std::tuple(batch, m, n, k, a_batch, b_batch, a, b, c, math, b_scale_group, bias);
  }
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

inline Work Gemm::work() const {
  const double macs =
      static_cast<double>(batch) * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  const Bytes a_bytes = bytes_of(static_cast<double>(a_batch) * static_cast<double>(m) * static_cast<double>(k), a);
  const double b_elements = static_cast<double>(b_batch) * static_cast<double>(k) * static_cast<double>(n);
  const double scales = b_scale_group > 0 ? b_elements / static_cast<double>(b_scale_group) : 0;
  const Bytes b_bytes = bytes_of(b_elements, b) + bytes_of(scales, DType::kFp16);
  const Bytes c_bytes = bytes_of(static_cast<double>(batch) * static_cast<double>(m) * static_cast<double>(n), c);
  const Bytes bias_bytes = bytes_of(static_cast<double>(bias), c);
  const double a_passes = std::max(1.0, static_cast<double>(n) / kLargestTile);
  const double b_passes = std::max(1.0, static_cast<double>(m) / kLargestTile);
  return {.macs = macs,
          .matrix = Flops{2 * macs},
          .read = a_bytes + b_bytes + bias_bytes,
          .written = c_bytes,
          .l2 = a_bytes * a_passes + b_bytes * b_passes + bias_bytes + c_bytes,
          .math = math};
}

}  // namespace ridgepoint
