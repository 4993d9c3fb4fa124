#pragma once
// Physical quantities that the compiler checks: `Seconds t = flops / bandwidth` does not compile.

#include <compare>

namespace ridgepoint {

/// A double with dimensions: seconds^Time * bytes^Data * operations^Work. Same-dimension quantities add and compare;
/// products and quotients add and subtract exponents; a quotient of equals is a plain double.
template <int Time, int Data, int Work>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  /// The value in base units: seconds, bytes, operations and their products.
  [[nodiscard]] constexpr double value() const { return value_; }

  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  constexpr Quantity& operator*=(double factor) {
    value_ *= factor;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator*(Quantity a, double f) { return Quantity{a.value_ * f}; }
  friend constexpr Quantity operator*(double f, Quantity a) { return Quantity{a.value_ * f}; }
  friend constexpr Quantity operator/(Quantity a, double f) { return Quantity{a.value_ / f}; }
  friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

 private:
  double value_ = 0;
};

template <int T1, int D1, int W1, int T2, int D2, int W2>
constexpr auto operator*(Quantity<T1, D1, W1> a, Quantity<T2, D2, W2> b) {
  if constexpr (T1 + T2 == 0 && D1 + D2 == 0 && W1 + W2 == 0) {
    return a.value() * b.value();
  } else {
    return Quantity<T1 + T2, D1 + D2, W1 + W2>{a.value() * b.value()};
  }
}

template <int T1, int D1, int W1, int T2, int D2, int W2>
constexpr auto operator/(Quantity<T1, D1, W1> a, Quantity<T2, D2, W2> b) {
  if constexpr (T1 == T2 && D1 == D2 && W1 == W2) {
    return a.value() / b.value();
  } else {
    return Quantity<T1 - T2, D1 - D2, W1 - W2>{a.value() / b.value()};
  }
}

using Seconds = Quantity<1, 0, 0>;
using Bytes = Quantity<0, 1, 0>;
/// Arithmetic operations as a count; one multiply-add is two.
using Flops = Quantity<0, 0, 1>;
using Bandwidth = Quantity<-1, 1, 0>;
using FlopRate = Quantity<-1, 0, 1>;
using Hertz = Quantity<-1, 0, 0>;
/// FLOP per byte; also the unit of a ridge point (peak rate / bandwidth).
using Intensity = Quantity<0, -1, 1>;

}  // namespace ridgepoint
