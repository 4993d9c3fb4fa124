#pragma once
// What one kernel asks of a machine.

#include <string_view>

#include "core/dtype.hpp"
#include "core/formula.hpp"
#include "core/units.hpp"

namespace ridgepoint {

/// The demand of a kernel on each resource. One multiply-add is two FLOPs; a transcendental is one vector FLOP and one
/// special operation. `read` and `written` are the bytes the algorithm must move to and from memory; `l2` also holds
/// what tiles read again, so it is never less than their sum.
struct Work {
  double macs = 0;  ///< multiply-adds of matrix products
  Flops matrix{};   ///< FLOPs that a matrix unit can do
  Flops vector{};   ///< all other FLOPs
  Flops special{};  ///< the part of `vector` that are exp, tanh, rsqrt ...
  Bytes read{};
  Bytes written{};
  Bytes l2{};
  DType math = DType::kFp32;  ///< the format of `matrix`

  [[nodiscard]] Flops flops() const { return matrix + vector; }
  [[nodiscard]] Bytes bytes() const { return read + written; }
  [[nodiscard]] bool empty() const { return bytes().value() == 0 && flops().value() == 0; }
};

/// Sums the demands; the math format is that of the part with matrix FLOPs.
inline Work operator+(const Work& a, const Work& b) {
  return {.macs = a.macs + b.macs,
          .matrix = a.matrix + b.matrix,
          .vector = a.vector + b.vector,
          .special = a.special + b.special,
          .read = a.read + b.read,
          .written = a.written + b.written,
          .l2 = a.l2 + b.l2,
          .math = a.matrix.value() > 0 ? a.math : b.math};
}

/// A part of the demand: every amount times `share`.
inline Work operator*(const Work& work, double share) {
  return {.macs = work.macs * share,
          .matrix = work.matrix * share,
          .vector = work.vector * share,
          .special = work.special * share,
          .read = work.read * share,
          .written = work.written * share,
          .l2 = work.l2 * share,
          .math = work.math};
}

inline constexpr std::string_view kMacSource = "one multiply-add is two FLOPs";

/// The tile edge of the largest tiles that libraries use (two 128 x 256 tiles sharing operands). It gives the least
/// traffic between l2 and the units that a tiled product can have.
inline constexpr double kLargestTile = 256;

}  // namespace ridgepoint
