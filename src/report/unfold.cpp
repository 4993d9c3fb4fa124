#include "report/unfold.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace ridgepoint {
namespace {

bool is_numbers(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789-") == std::string_view::npos;
}

// The end of the block's name behind `start`, with the numbers of its repetitions: "stage.1-3." of "stage.1-3.conv".
// Without a block, the whole name's.
std::size_t block_end(std::string_view name, std::size_t start) {
  const std::size_t dot = name.find('.', start);
  if (dot == std::string_view::npos) return name.size();
  const std::size_t next = name.find('.', dot + 1);
  if (next != std::string_view::npos && is_numbers(name.substr(dot + 1, next - dot - 1))) return next + 1;
  return dot + 1;
}

/// Writes rows `first` to before `last`, whose names are alike up to `start`. `left` has the repetitions not yet
/// written out by the blocks around.
class Unfolder {
 public:
  explicit Unfolder(const std::vector<RepeatedRow>& rows) : rows_(rows) {
    for (const RepeatedRow& row : rows) left_.push_back(std::max<std::size_t>(row.repeat, 1));
  }

  std::vector<std::size_t> write() {
    range(0, rows_.size(), 0);
    return std::move(order_);
  }

 private:
  void range(std::size_t first, std::size_t last, std::size_t start) {
    while (first < last) {
      const std::string_view name = rows_[first].name;
      const std::size_t end = block_end(name, start);
      std::size_t next = first + 1;
      while (next < last && end < name.size() &&
             rows_[next].name.compare(start, end - start, name, start, end - start) == 0)
        ++next;
      block(first, next, end);
      first = next;
    }
  }

  void block(std::size_t first, std::size_t last, std::size_t end) {
    std::size_t times = left_[first];
    for (std::size_t i = first; i < last; ++i) times = std::gcd(times, left_[i]);
    for (std::size_t i = first; i < last; ++i) left_[i] /= times;
    for (std::size_t time = 0; time < times; ++time) {
      if (last == first + 1 && left_[first] == 1) {
        order_.push_back(first);
      } else {
        range(first, last, end);
      }
    }
    for (std::size_t i = first; i < last; ++i) left_[i] *= times;
  }

  const std::vector<RepeatedRow>& rows_;
  std::vector<std::size_t> left_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::vector<std::size_t> unfold(const std::vector<RepeatedRow>& rows, std::size_t limit) {
  double all = 0;
  for (const RepeatedRow& row : rows) all += static_cast<double>(row.repeat);
  if (all <= static_cast<double>(limit)) return Unfolder(rows).write();
  std::vector<std::size_t> once(rows.size());
  std::iota(once.begin(), once.end(), std::size_t{0});
  return once;
}

}  // namespace ridgepoint
