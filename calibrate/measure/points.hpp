#pragma once
// Points as the rows of sample files, and how they are spread over the shapes that matter.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "calibrate/backend.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {

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

/// One of three values, by the effort.
template <class Value>
Value by_effort(Effort effort, Value quick, Value normal, Value thorough) {
  if (effort == Effort::kQuick) return quick;
  return effort == Effort::kNormal ? normal : thorough;
}

/// The `index`-th number of the Halton sequence of a prime base, in (0, 1): points that fill a space evenly, however
/// many are taken.
double halton(std::int64_t index, int base);

/// The value at `share` of the way from `least` to `most` on a logarithmic scale.
inline double log_between(double least, double most, double share) { return least * std::pow(most / least, share); }

/// Near `value`, a multiple of 8 above 8 and a power of two above 512, as most dimensions of networks are.
std::int64_t usual_size(double value);

}  // namespace ridgepoint
