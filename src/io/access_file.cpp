#include "io/access_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 4> kHeaders{"id,count", "id,share", "id", "rank,count"};
constexpr const char* kHeaderChoices = "id,count or id,share or id or rank,count";

/// Lines of a file with what they are; files of ids are long, so a line is not copied.
class Lines {
 public:
  Lines(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  /// The next line that is not blank, without its end; false when there is none.
  bool next(std::string_view& line) {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++number_;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.find_first_not_of(" \t") != std::string_view::npos) return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t number() const { return number_; }
  [[noreturn]] void fail(Problem problem, std::string_view line = {}) const {
    throw InputError(
        std::move(problem),
        {.file = file_, .line = number_, .column = line.empty() ? 0U : 1U, .source_line = std::string(line)});
  }
  [[noreturn]] void fail_file(Problem problem) const { throw InputError(std::move(problem), {.file = file_}); }

 private:
  std::string file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

template <class Number>
bool parse(std::string_view text, Number& value) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

std::int64_t id_of(const Lines& lines, std::string_view line, std::string_view text, std::int64_t least) {
  std::int64_t id = 0;
  if (!parse(text, id) || id < least) {
    lines.fail({fmt::format("{} is no {}", in_quotes(text), least == 0 ? "id" : "rank"),
                fmt::format("an integer of at least {}", least)},
               line);
  }
  return id;
}

double count_of(const Lines& lines, std::string_view line, std::string_view text) {
  double count = 0;
  if (!parse(text, count) || !(count >= 0) || !std::isfinite(count)) {
    lines.fail({fmt::format("{} is no count", in_quotes(text)), "a number of at least 0"}, line);
  }
  return count;
}

std::pair<std::string_view, std::string_view> two_fields(const Lines& lines, std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || line.find(',', comma + 1) != std::string_view::npos)
    lines.fail({"not two fields", "two, with a comma between them"}, line);
  return {line.substr(0, comma), line.substr(comma + 1)};
}

// Rows that were taken equally often are one entry.
void group(CountedAccesses& accesses, std::vector<double> weights) {
  std::sort(weights.begin(), weights.end());
  for (const double weight : weights) {
    if (accesses.counts.empty() || accesses.counts.back().weight != weight) accesses.counts.push_back({0, weight});
    ++accesses.counts.back().rows;
  }
  accesses.seen = static_cast<double>(weights.size());
}

void note_largest(CountedAccesses& accesses, std::int64_t id, std::size_t line) {
  if (accesses.largest_line != 0 && id <= accesses.largest_id) return;
  accesses.largest_id = id;
  accesses.largest_line = line;
}

void read_counts(Lines& lines, CountedAccesses& accesses, bool shares) {
  std::unordered_map<std::int64_t, std::size_t> places;
  std::vector<double> weights;
  double sum = 0;
  for (std::string_view line; lines.next(line);) {
    const auto [id_text, count_text] = two_fields(lines, line);
    const std::int64_t id = id_of(lines, line, id_text, 0);
    const auto [place, is_new] = places.emplace(id, lines.number());
    if (!is_new)
      lines.fail({fmt::format("id {} was counted before, in line {}", id, place->second), "each id once"}, line);
    note_largest(accesses, id, lines.number());
    weights.push_back(count_of(lines, line, count_text));
    sum += weights.back();
  }
  if (shares && std::abs(sum - 1) > 1e-3) {
    lines.fail_file(
        {fmt::format("the shares sum to {:.6g}", sum), "1, within 0.001; or counts, in a column \"count\""});
  }
  if (!(sum > 0)) lines.fail_file({"no row was ever taken", "at least one count above 0"});
  group(accesses, std::move(weights));
}

void read_trace(Lines& lines, CountedAccesses& accesses) {
  std::unordered_map<std::int64_t, double> counts;
  for (std::string_view line; lines.next(line);) {
    const std::int64_t id = id_of(lines, line, line, 0);
    note_largest(accesses, id, lines.number());
    ++counts[id];
  }
  if (counts.empty()) lines.fail_file({"a trace without ids", "one id a line"});
  std::vector<double> weights;
  weights.reserve(counts.size());
  for (const auto& [id, count] : counts) weights.push_back(count);
  group(accesses, std::move(weights));
}

// The ranks behind `first` up to `last`, by the power law through both ends: parts whose ends lie 5 % apart.
void add_between(std::vector<RowCount>& counts, double first, double first_count, double last, double last_count) {
  if (last_count <= 0) {
    counts.push_back({last - first, 0});
    return;
  }
  const double power = std::log(last_count / first_count) / std::log(last / first);
  for (double a = first + 1; a <= last;) {
    const double b = std::min(last + 1, std::max(a + 1, std::floor(a * 1.05)));
    counts.push_back({b - a, first_count * std::pow(std::sqrt(a * (b - 1)) / first, power)});
    a = b;
  }
}

void read_ranks(Lines& lines, CountedAccesses& accesses) {
  std::int64_t before = 0;
  double count_before = 0;
  for (std::string_view line; lines.next(line);) {
    const auto [rank_text, count_text] = two_fields(lines, line);
    const std::int64_t rank = id_of(lines, line, rank_text, 1);
    const double count = count_of(lines, line, count_text);
    if (before == 0 && (rank != 1 || count <= 0))
      lines.fail({"ranks do not begin with the most popular row", "rank 1, with a count above 0"}, line);
    if (rank <= before) lines.fail({fmt::format("rank {} behind rank {}", rank, before), "ranks that rise"}, line);
    if (before > 0 && count > count_before)
      lines.fail(
          {fmt::format("rank {} was taken more often than rank {}", rank, before), "counts that fall with the rank"},
          line);
    if (before == 0) {
      accesses.counts.push_back({1, count});
    } else {
      add_between(accesses.counts, static_cast<double>(before), count_before, static_cast<double>(rank), count);
    }
    before = rank;
    count_before = count;
    accesses.largest_id = rank - 1;
    accesses.largest_line = lines.number();
  }
  if (before == 0) lines.fail_file({"no ranks", "a line for rank 1 at least"});
  accesses.seen = static_cast<double>(before);
}

}  // namespace

CountedAccesses parse_accesses(const std::string& file, std::string_view text) {
  Lines lines(file, text);
  std::string_view header;
  if (!lines.next(header)) lines.fail_file({"an empty file", std::string("a header: ") + kHeaderChoices});
  CountedAccesses accesses;
  if (header == "id,count" || header == "id,share") {
    read_counts(lines, accesses, header == "id,share");
  } else if (header == "id") {
    read_trace(lines, accesses);
  } else if (header == "rank,count") {
    read_ranks(lines, accesses);
  } else {
    lines.fail(
        {fmt::format("unknown header {}", in_quotes(header)), kHeaderChoices, std::string(nearest(header, kHeaders))},
        header);
  }
  return accesses;
}

CountedAccesses read_accesses(const std::string& path) { return parse_accesses(path, read_file(path)); }

}  // namespace ridgepoint
