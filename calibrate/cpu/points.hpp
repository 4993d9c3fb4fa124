#pragma once
// Points as the rows of sample files, and how they are spread over the shapes that matter.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "calibrate/backend.hpp"
#include "calibrate/cpu/machine.hpp"
#include "cost/sample.hpp"

namespace ridgepoint::cpu {

/// A point; the values stand in the order of the sample kernel's columns.
template <class... Values>
Point make_point(std::string_view kernel, std::string_view dtype, Seconds budget, const Values&... values) {
  return {std::string(kernel), std::string(dtype), {fmt::format("{}", values)...}, budget};
}

/// A point's values by column. Throws std::invalid_argument for a point that no sample file could hold.
class PointFields {
 public:
  explicit PointFields(const Point& point);
  [[nodiscard]] std::int64_t number(std::string_view column) const;
  [[nodiscard]] const std::string& word(std::string_view column) const;
  [[nodiscard]] const std::string& dtype() const { return point_.dtype; }
  [[nodiscard]] std::string_view kernel() const { return kernel_->name; }

 private:
  [[nodiscard]] const SampleColumn& column(std::string_view name, std::size_t& index) const;
  const Point& point_;
  const SampleKernel* kernel_ = nullptr;
};

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

/// The `index`-th number of the Halton sequence of a prime base, in (0, 1): points that fill a space evenly, however
/// many are taken.
double halton(std::int64_t index, int base);

/// The value at `share` of the way from `least` to `most` on a logarithmic scale.
inline double log_between(double least, double most, double share) { return least * std::pow(most / least, share); }

/// Near `value`, a multiple of 8 above 8 and a power of two above 512, as most dimensions of networks are.
std::int64_t usual_size(double value);

/// Through how many sets of operands of `bytes` to rotate, by turns: one, as in a loop over one layer; so many that
/// they come from a cache further out, as a layer finds the work of the one before; and so many that they come from
/// memory, if those are not too many.
std::int64_t rotation(const Machine& machine, double bytes, std::int64_t index);

/// A guess at the peak rate of fp32, to choose shapes that take a reasonable time; never used to judge a measurement.
double guessed_flops_per_s(const Machine& machine);

bool has_flag(const Machine& machine, std::string_view flag);

}  // namespace ridgepoint::cpu
