#include "cli/ranges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

// A part of an option's text, with its place in it.
struct Piece {
  std::string_view text;
  std::size_t at = 0;
};

// An option's text, for messages.
struct Option {
  std::string_view name;
  const std::string& text;

  [[noreturn]] void fail(const Piece& piece, std::string what, std::string expected) const {
    throw InputError({std::move(what), std::move(expected)},
                     {.file = std::string(name), .line = 1, .column = piece.at + 1, .source_line = text});
  }
};

// Splits at a character that stands outside of parentheses.
std::vector<Piece> split(const Piece& whole, char at) {
  std::vector<Piece> pieces;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= whole.text.size(); ++i) {
    const char c = i < whole.text.size() ? whole.text[i] : at;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (i < whole.text.size() && (c != at || depth > 0)) continue;
    pieces.push_back({whole.text.substr(start, i - start), whole.at + start});
    start = i + 1;
  }
  return pieces;
}

constexpr const char* kRangeExpected = "FIRST:LAST:xFACTOR or FIRST:LAST:+STEP, such as 1:1024:x2";

std::int64_t whole_number(const Option& option, const Piece& piece) {
  std::int64_t value = 0;
  const char* const end = piece.text.data() + piece.text.size();
  const auto [stop, error] = std::from_chars(piece.text.data(), end, value);
  if (piece.text.empty() || error != std::errc{} || stop != end || value < 1) {
    option.fail(piece, fmt::format("{} is no end of a range", in_quotes(piece.text)),
                "a whole number above 0 in " + std::string(kRangeExpected));
  }
  return value;
}

// How a range goes on: times a factor above 1, or plus a number above 0.
struct Step {
  bool is_factor = false;
  double amount = 1;
};

Step step_of(const Option& option, const std::vector<Piece>& parts) {
  if (parts.size() < 3) return {};
  const Piece& piece = parts[2];
  Step step{.is_factor = piece.text.starts_with('x')};
  const std::string_view number = piece.text.substr(std::min<std::size_t>(1, piece.text.size()));
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), step.amount);
  const bool marked = step.is_factor || piece.text.starts_with('+');
  const bool good = marked && error == std::errc{} && stop == number.data() + number.size() &&
                    std::isfinite(step.amount) && step.amount > (step.is_factor ? 1 : 0);
  if (!good) {
    option.fail(piece, fmt::format("{} is no step of a range", in_quotes(piece.text)),
                "x and a factor above 1, or + and a number above 0, such as x2 or +256");
  }
  return step;
}

std::vector<Piece> range_parts(const Option& option, const Piece& piece) {
  std::vector<Piece> parts = split(piece, ':');
  if (parts.size() > 3) option.fail(parts[3], "a range has at most three parts", kRangeExpected);
  return parts;
}

// All values from first to last; a factor may name the same whole number twice.
std::vector<double> expand(const Option& option, const Piece& piece, double first, double last, const Step& step,
                           bool whole) {
  if (last < first) {
    option.fail(piece, fmt::format("the range {} ends before it starts", in_quotes(piece.text)), kRangeExpected);
  }
  constexpr double kRounding = 1e-9;  // of the last of many products
  std::vector<double> values;
  double exact = first;
  for (std::size_t i = 0; exact <= last * (1 + kRounding); ++i) {
    if (i >= kMostValues) {
      option.fail(piece, fmt::format("the range {} has too many values", in_quotes(piece.text)),
                  fmt::format("at most {}", kMostValues));
    }
    const double value = whole ? std::round(exact) : exact;
    if (values.empty() || values.back() != value) values.push_back(value);
    exact = step.is_factor ? first * std::pow(step.amount, static_cast<double>(i + 1))
                           : first + step.amount * static_cast<double>(i + 1);
  }
  return values;
}

// "(3,4,6,3)" is one value that is a list; an expression in brackets is the same without.
std::string_view unwrapped(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return text;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0 && i + 1 < text.size()) return text;
  }
  return text.substr(1, text.size() - 2);
}

void add_size(const Option& option, const Piece& piece, std::vector<std::string>& values) {
  if (piece.text.empty()) option.fail(piece, "a value is missing", "a value, or a range such as 1:1024:x2");
  const std::vector<Piece> parts = range_parts(option, piece);
  if (parts.size() == 1) return values.emplace_back(unwrapped(piece.text)), void();
  const auto first = static_cast<double>(whole_number(option, parts[0]));
  const auto last = static_cast<double>(whole_number(option, parts[1]));
  for (const double value : expand(option, piece, first, last, step_of(option, parts), true)) {
    values.push_back(fmt::format("{}", static_cast<std::int64_t>(value)));
  }
}

void add_change(const Option& option, std::string_view key, const Piece& piece, std::vector<DeviceChange>& changes) {
  const std::vector<Piece> parts = range_parts(option, piece);
  const DeviceChange first = parse_amount(key, parts[0].text);
  if (parts.size() == 1) return changes.push_back(first), void();
  const DeviceChange last = parse_amount(key, parts[1].text);
  if (first.is_factor != last.is_factor || first.amount <= 0) {
    option.fail(parts[1],
                fmt::format("{} and {} are no two ends of a range", in_quotes(parts[0].text), in_quotes(parts[1].text)),
                "two factors (x0.5:x4:x2) or two values, above 0");
  }
  if (parts.size() < 3) option.fail(piece, "a range without a step", "x0.5:x4:x2, or FIRST:LAST:+STEP");
  for (const double value : expand(option, piece, first.amount, last.amount, step_of(option, parts), false)) {
    changes.push_back({std::string(key), first.is_factor, value});
  }
}

}  // namespace

std::vector<std::string> parse_sizes(std::string_view option, const std::string& text) {
  std::vector<std::string> values;
  const Option named{option, text};
  for (const Piece& piece : split({text, 0}, ',')) add_size(named, piece, values);
  return values;
}

std::vector<DeviceChange> parse_changes(std::string_view key, const std::string& text) {
  const std::string name = fmt::format("--what-if {}", key);
  std::vector<DeviceChange> changes;
  const Option named{name, text};
  for (const Piece& piece : split({text, 0}, ',')) add_change(named, key, piece, changes);
  return changes;
}

}  // namespace ridgepoint
