#include "core/error.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kExcerptWidth = 100;

struct Excerpt {
  std::string text;
  std::size_t caret;  // column within the text, from 0
};

// A long line is cut to a window around the column, so that one message stays readable for a minified file.
Excerpt excerpt(const Location& location) {
  const std::string& line = location.source_line;
  const std::size_t column = location.column - 1;
  std::size_t start = 0;
  if (line.size() > kExcerptWidth && column > kExcerptWidth / 2) start = column - kExcerptWidth / 2;
  std::string text = line.substr(start, kExcerptWidth);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = ' ';
  }
  return {std::move(text), column - start};
}

std::string heading(const Location& location) {
  if (location.file.empty()) return "error: ";
  if (location.line == 0) return fmt::format("{}: error: ", printable(location.file));
  return fmt::format("{}:{}:{}: error: ", printable(location.file), location.line, location.column);
}

std::string render(const Problem& problem, const Location& location) {
  std::string text = heading(location) + printable(problem.what) + "\n";
  if (!location.pointer.empty()) text += fmt::format("  at {}\n", printable(location.pointer));
  if (location.line != 0 && !location.source_line.empty()) {
    const Excerpt shown = excerpt(location);
    text += fmt::format("{:>6} | {}\n       | {:>{}}\n", location.line, shown.text, "^", shown.caret + 1);
  }
  if (!problem.expected.empty()) text += fmt::format("  expected {}\n", printable(problem.expected));
  if (!problem.near_miss.empty()) text += fmt::format("  did you mean {}?\n", in_quotes(problem.near_miss));
  return text;
}

}  // namespace

InputError::InputError(Problem problem, Location location)
    : problem_(std::move(problem)), location_(std::move(location)), message_(render(problem_, location_)) {}

}  // namespace ridgepoint
