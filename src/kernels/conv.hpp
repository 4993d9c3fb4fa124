#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>

#include "kernels/pass.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// Convolution of up to three spatial axes (unused ones are 1): x[n, c, d, h, w] * w[k, c/groups, t, r, s] ->
/// y[n, k, o, p, q]. The three passes do the same multiply-adds, n k o p q (c/groups) t r s; zeros of the padding
/// count.
struct Conv {
  std::int64_t n = 1;
  std::int64_t c = 1;
  std::array<std::int64_t, 3> in{1, 1, 1};  ///< d, h, w
  std::int64_t k = 1;
  std::array<std::int64_t, 3> filter{1, 1, 1};  ///< t, r, s
  std::array<std::int64_t, 3> out{1, 1, 1};     ///< o, p, q
  std::array<std::int64_t, 3> stride{1, 1, 1};
  std::int64_t groups = 1;
  Pass pass = Pass::kFprop;
  DType x = DType::kFp32;
  DType weight = DType::kFp32;
  DType y = DType::kFp32;
  DType math = DType::kFp32;
  std::int64_t bias = 0;  ///< values of a bias, in the format of y: added to what is written, or summed by wgrad

  [[nodiscard]] auto key() const {
    return std::tuple(n, c, in, k, filter, out, stride, groups, pass, x, weight, y, math, bias);
  }
  /// One input channel per group: there is no reduction over channels that a matrix unit could do.
  [[nodiscard]] bool depthwise() const { return groups > 1 && groups == c; }
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

inline Work Conv::work() const {
  const auto volume = [](const std::array<std::int64_t, 3>& e) {
    return static_cast<double>(e[0]) * static_cast<double>(e[1]) * static_cast<double>(e[2]);
  };
  const double pixels = static_cast<double>(n) * volume(out);
  const std::int64_t channels_per_group = c / groups;
  const std::int64_t filters_per_group = k / groups;
  const double taps = static_cast<double>(channels_per_group) * volume(filter);
  const double macs = pixels * static_cast<double>(k) * taps;
  const Bytes x_bytes = bytes_of(static_cast<double>(n) * static_cast<double>(c) * volume(in), x);
  const Bytes w_bytes = bytes_of(static_cast<double>(k) * taps, weight);
  const Bytes y_bytes = bytes_of(pixels * static_cast<double>(k), y);
  const Bytes bias_bytes = bytes_of(static_cast<double>(bias), y);
  const double x_passes = std::max(1.0, static_cast<double>(filters_per_group) / kLargestTile);
  const double w_passes = std::max(1.0, pixels / kLargestTile);

  Work work{.macs = macs, .math = math};
  (depthwise() ? work.vector : work.matrix) = Flops{2 * macs};
  switch (pass) {
    case Pass::kFprop:
    case Pass::kOptimizer:
      work.read = x_bytes + w_bytes + bias_bytes;
      work.written = y_bytes;
      break;
    case Pass::kDgrad:
      work.read = y_bytes + w_bytes + bias_bytes;
      work.written = x_bytes;
      break;
    case Pass::kWgrad:
      work.read = x_bytes + y_bytes;
      work.written = w_bytes + bias_bytes;
      break;
  }
  const Bytes again = x_bytes * (x_passes - 1) + (pass == Pass::kWgrad ? Bytes{} : w_bytes * (w_passes - 1));
  work.l2 = work.bytes() + (depthwise() ? Bytes{} : again);
  return work;
}

}  // namespace ridgepoint
