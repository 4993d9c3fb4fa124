#pragma once
// Sizes of an ONNX graph: integers, or expressions over its open dimensions.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "network/description.hpp"

namespace ridgepoint::onnx {

/// What a polynomial is in: an open dimension by its name, or a function of sizes that is no polynomial, as text.
struct Atom {
  std::string text;
  std::int64_t value = 1;  ///< in this run
};
using AtomPtr = std::shared_ptr<const Atom>;

/// A size: its value in this run, and the polynomial in open dimensions behind it, if it depends on any. Equal
/// polynomials are equal sizes in every run. Arithmetic throws OverflowError.
class Dim {
 public:
  struct Term {
    std::int64_t factor = 1;
    std::vector<AtomPtr> atoms;  ///< sorted by text
  };
  using Terms = std::vector<Term>;  ///< sorted by atoms, no factor 0

  Dim() = default;
  Dim(std::int64_t value) : value_(value) {}  // NOLINT(google-explicit-constructor): most sizes are numbers
  static Dim symbol(std::string name, std::int64_t value);

  /// Grants the expressions of one file a bounded amount of work; what goes beyond is kept as numbers.
  static void start_work();

  [[nodiscard]] std::int64_t value() const { return value_; }
  [[nodiscard]] bool is_number() const { return terms_ == nullptr; }
  [[nodiscard]] bool is(std::int64_t number) const { return is_number() && value_ == number; }
  /// As an attribute of a description: a number or an expression.
  [[nodiscard]] Value as_value() const;
  [[nodiscard]] std::string text() const;

  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);
  /// a / b rounded down (`up`: rounded up); exact where the polynomial says so. The value of b is above 0.
  friend Dim divide(const Dim& a, const Dim& b, bool up);
  friend Dim larger(const Dim& a, const Dim& b);
  friend Dim smaller(const Dim& a, const Dim& b);
  /// In every run.
  friend bool operator==(const Dim& a, const Dim& b);

 private:
  static Dim make(std::int64_t value, Terms terms);
  static Dim opaque(std::int64_t value, std::string text);
  [[nodiscard]] Terms terms() const;

  std::int64_t value_ = 0;
  std::shared_ptr<const Terms> terms_;
};

Dim divide(const Dim& a, const Dim& b, bool up = false);
Dim larger(const Dim& a, const Dim& b);
Dim smaller(const Dim& a, const Dim& b);

using Dims = std::vector<Dim>;

/// The product of all; 1 of none.
Dim product(const Dims& dims);

/// The product of `all` over that of `known`, factors that both have left out first: what a -1 in a reshape is.
Dim quotient(Dims all, Dims known);

std::string to_string(const Dims& dims);

}  // namespace ridgepoint::onnx
