#pragma once
// Integer expressions over named parameters: what a description may write wherever it may write an integer.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace ridgepoint {

/// What went wrong in an expression, and at which character of it.
struct ExpressionError {
  std::size_t position = 0;
  Problem problem;
};

/// The value of a name. Throws ExpressionError (position 0) when there is none.
using Resolver = std::function<std::int64_t(std::string_view name)>;

/// Evaluates + - * / % (division rounds down), comparisons (1 or 0), parentheses, min, max, ceil_div, exact_div (an
/// error unless it leaves no remainder) and if(c, a, b) over 64-bit integers. Throws ExpressionError on a syntax error,
/// an unknown name, a division by zero or an overflow.
std::int64_t evaluate(std::string_view text, const Resolver& resolve);

/// Whether the text could be a parameter's name: a letter or underscore, then letters, digits and underscores.
bool is_identifier(std::string_view text);

}  // namespace ridgepoint
