#pragma once
// What the points of this backend depend on besides the effort.

#include <cstdint>
#include <string_view>

#include "calibrate/cpu/machine.hpp"
#include "calibrate/measure/points.hpp"

namespace ridgepoint::cpu {

/// What the points of a microkernel are chosen for.
struct Design {
  Effort effort = Effort::kNormal;
  Shapes shapes = Shapes::kFit;

  [[nodiscard]] bool held_out() const { return shapes == Shapes::kHeldOut; }
  /// Where in the Halton sequence its points begin: far from each other, so that none is in both.
  [[nodiscard]] std::int64_t first() const { return held_out() ? 5003 : 0; }
};

/// One of three values, by the effort.
template <class Value>
Value by_effort(const Design& design, Value quick, Value normal, Value thorough) {
  if (design.effort == Effort::kQuick) return quick;
  return design.effort == Effort::kNormal ? normal : thorough;
}

/// Through how many sets of operands of `bytes` to rotate, by turns: one, as in a loop over one layer; so many that
/// they come from a cache further out, as a layer finds the work of the one before; and so many that they come from
/// memory, if those are not too many.
std::int64_t rotation(const Machine& machine, double bytes, std::int64_t index);

/// In how many rounds a ceiling is measured: a set that lies in the caches of the cores depends on which pages it got
/// and on the clock of the moment, one beyond them on who else uses the cache and the memory. Large sets take long to
/// fill.
int ceiling_rounds(const Design& design, double bytes);
/// Points that hardly use memory.
inline constexpr int kCeilingRounds = 3;
inline Point in_rounds(Point point, int rounds) {
  point.rounds = rounds;
  return point;
}

/// A guess at the peak rate of fp32, to choose shapes that take a reasonable time; never used to judge a measurement.
double guessed_flops_per_s(const Machine& machine);

bool has_flag(const Machine& machine, std::string_view flag);

}  // namespace ridgepoint::cpu
