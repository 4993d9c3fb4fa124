#pragma once
#include <string>
#include <vector>

namespace ridgepoint {

/// One line of how a number came about: symbol = formula = value unit. `source` says where the form is from, or where
/// the number is.
struct Term {
  std::string symbol;
  std::string formula;
  double value = 0;
  std::string unit;
  std::string source;
};

using Terms = std::vector<Term>;

}  // namespace ridgepoint
