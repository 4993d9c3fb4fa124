#pragma once
// Formulas as data: what `ridgepoint explain` prints, and what tests evaluate against the engine.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/term.hpp"

namespace ridgepoint {

/// Terms in an order in which each follows from those before it; one without a formula is given.
class Derivation {
 public:
  Derivation() = default;
  explicit Derivation(Terms terms) : terms_(std::move(terms)) {}

  /// A number that stands for itself: a size, a rate.
  void given(std::string_view symbol, double value, std::string_view unit = "", std::string_view source = "");
  /// A number on the way, the value of its formula. Throws std::logic_error when the formula cannot be evaluated.
  void step(std::string_view symbol, std::string_view formula, std::string_view unit = "",
            std::string_view source = "");
  /// A number of the engine, under the formula that it follows. Tests evaluate the one and compare with the other.
  void result(std::string_view symbol, std::string_view formula, double value, std::string_view unit = "",
              std::string_view source = "");

  [[nodiscard]] const Terms& terms() const { return terms_; }
  /// The last term with this symbol, or null.
  [[nodiscard]] const Term* find(std::string_view symbol) const;
  /// The value of a formula over the terms so far. Throws std::logic_error.
  [[nodiscard]] double evaluate(std::string_view formula) const;
  /// Of one of these terms: the value that its formula has over the terms before it, and the formula with their numbers
  /// in the places of symbols.
  [[nodiscard]] double evaluate(const Term& term) const;
  [[nodiscard]] std::string numbers(const Term& term) const;

 private:
  Terms terms_;
};

/// The value of a symbol. Throws std::logic_error when there is none.
using SymbolValues = std::function<double(std::string_view symbol)>;

/// Evaluates + - * / ^, products of neighbours ("2 batch m n k"), parentheses, comparisons (1 or 0), max, min, ceil,
/// floor, exp, log, sqrt, expm1, log1p and if(c, a, b) over doubles. Throws std::logic_error: formulas are ours.
double evaluate_formula(std::string_view formula, const SymbolValues& value_of);

/// The formula with numbers in the places of symbols and "x" between factors: "2 x 1 x 512 x 1024".
std::string formula_with_numbers(std::string_view formula, const SymbolValues& value_of);

}  // namespace ridgepoint
