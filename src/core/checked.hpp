#pragma once
// 64-bit integer arithmetic that throws instead of wrapping: sizes come from files that nobody vouches for.

#include <cstdint>
#include <stdexcept>

namespace ridgepoint {

/// A size or count went past 2^63 - 1.
class OverflowError : public std::overflow_error {
 public:
  OverflowError() : std::overflow_error("the value does not fit in 63 bits") {}
};

inline std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw OverflowError();
  return result;
}

inline std::int64_t checked_sub(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) throw OverflowError();
  return result;
}

inline std::int64_t checked_mul(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) throw OverflowError();
  return result;
}

/// Rounds towards minus infinity, as the expressions of a description do; `b` is not zero.
inline std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  if (b == -1) return checked_sub(0, a);
  const std::int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// Rounds towards plus infinity; `b` is positive.
inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return checked_add(floor_div(a, b), a % b != 0 ? 1 : 0);
}

}  // namespace ridgepoint
