#include "report/alignment.hpp"

#include <algorithm>
#include <cstdint>

namespace ridgepoint {
namespace {

enum class Step : std::uint8_t { kPair, kPart, kSkipFirst, kSkipSecond };

/// Costs of all prefixes, row by row of the first sequence, and the last step of each.
class Table {
 public:
  Table(std::size_t rows, std::size_t columns) : columns_(columns + 1), steps_((rows + 1) * (columns + 1)) {}
  [[nodiscard]] Step& at(std::size_t row, std::size_t column) { return steps_[row * columns_ + column]; }

 private:
  std::size_t columns_;
  std::vector<Step> steps_;
};

}  // namespace

Alignment align(std::size_t n, std::size_t m, const PairCosts& costs) {
  Table table(n, m);
  std::vector<double> above(m + 1);
  std::vector<double> row(m + 1);
  for (std::size_t j = 1; j <= m; ++j) {
    above[j] = static_cast<double>(j);
    table.at(0, j) = Step::kSkipSecond;
  }
  for (std::size_t i = 1; i <= n; ++i) {
    row[0] = static_cast<double>(i);
    table.at(i, 0) = Step::kSkipFirst;
    for (std::size_t j = 1; j <= m; ++j) {
      const double pair = above[j - 1] + costs.pair(i - 1, j - 1);
      // A part follows the pair or another part of the same item, nothing else.
      const Step before = table.at(i, j - 1);
      const bool open = j > 1 && (before == Step::kPair || before == Step::kPart);
      const double part = open ? row[j - 1] + costs.part(i - 1, j - 1) : row[j - 1] + 2;
      const double skip_first = above[j] + 1;
      const double skip_second = row[j - 1] + 1;
      const double least = std::min({pair, part, skip_first, skip_second});
      row[j] = least;
      table.at(i, j) = least == pair         ? Step::kPair
                       : least == part       ? Step::kPart
                       : least == skip_first ? Step::kSkipFirst
                                             : Step::kSkipSecond;
    }
    std::swap(row, above);
  }
  Alignment result(m, -1);
  std::size_t i = n;
  std::size_t j = m;
  while (i > 0 || j > 0) {
    const Step step = table.at(i, j);
    if (step == Step::kSkipFirst) {
      --i;
      continue;
    }
    --j;
    if (step == Step::kSkipSecond) continue;
    result[j] = static_cast<std::ptrdiff_t>(i) - 1;
    if (step == Step::kPair) --i;
  }
  return result;
}

}  // namespace ridgepoint
