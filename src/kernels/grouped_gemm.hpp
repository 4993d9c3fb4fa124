#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "kernels/pass.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// The expected number of groups out of `groups` that get at least one row, when each of `tokens` tokens draws `top_k`
/// different groups, uniformly: E (1 - (1 - k/E)^T).
inline double expected_groups(double groups, double top_k, double tokens) {
  if (top_k >= groups) return groups;
  return -groups * std::expm1(tokens * std::log1p(-top_k / groups));
}

/// Products of many sizes in one launch, C_g[rows_g, n] = A_g[rows_g, k] B_g[k, n], as the experts of a mixture need
/// them: `rows` rows in all, spread over `active` of the `groups` matrices B (an expectation, so not an integer). Only
/// those are read. wgrad reduces over the rows of each group: dB_g[k, n] = A_g^T dC_g, and writes all of them.
struct GroupedGemm {
  std::int64_t groups = 1;
  double active = 1;
  double rows = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  double imbalance = 1;  ///< rows of the fullest group over the mean of the active ones
  Pass pass = Pass::kFprop;
  DType a = DType::kFp32;
  DType b = DType::kFp32;
  DType c = DType::kFp32;
  DType math = DType::kFp32;
  std::int64_t b_scale_group = 0;  ///< values per 16-bit scale of a quantized B; 0 has none
  bool bias = false;               ///< one vector of n per group, in C's format

  [[nodiscard]] auto key() const {
    return std::tuple(groups, active, rows, n, k, imbalance, pass, a, b, c, math, b_scale_group, bias);
  }
  [[nodiscard]] double rows_per_group() const { return rows / std::max(active, 1.0); }
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

inline Work GroupedGemm::work() const {
  const double width = static_cast<double>(n);
  const double depth = static_cast<double>(k);
  const double matrix = depth * width;
  const double scales = b_scale_group > 0 ? active * matrix / static_cast<double>(b_scale_group) : 0;
  const Bytes a_bytes = bytes_of(rows * depth, a);
  const Bytes c_bytes = bytes_of(rows * width, c);
  Work work{.macs = rows * matrix, .matrix = Flops{2 * rows * matrix}, .math = math};
  if (pass == Pass::kWgrad) {
    work.read = a_bytes + c_bytes;
    work.written = bytes_of(static_cast<double>(groups) * matrix, b);
    work.l2 = work.bytes() + a_bytes * (std::max(1.0, width / kLargestTile) - 1) +
              c_bytes * (std::max(1.0, depth / kLargestTile) - 1);
    return work;
  }
  const Bytes b_bytes = bytes_of(active * matrix, b) + bytes_of(scales, DType::kFp16);
  work.read = a_bytes + b_bytes + bytes_of(bias ? active * width : 0, c);
  work.written = c_bytes;
  work.l2 = work.bytes() + a_bytes * (std::max(1.0, width / kLargestTile) - 1) +
            b_bytes * (std::max(1.0, rows_per_group() / kLargestTile) - 1);
  return work;
}

}  // namespace ridgepoint
