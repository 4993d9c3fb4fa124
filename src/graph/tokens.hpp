#pragma once
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {

/// Walks over the words of a text and knows their lines. Blanks and commas separate words; a line that begins with # or
/// % is a remark.
class Tokens {
 public:
  Tokens(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {}

  /// The next word and its line; an empty one at the end.
  std::string_view next() {
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) step();
      if (at_ == text_.size() || !fresh_line_ || (text_[at_] != '#' && text_[at_] != '%')) break;
      at_ = std::min(text_.find('\n', at_), text_.size());
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_])) ++at_;
    fresh_line_ = fresh_line_ && begin == at_;
    return text_.substr(begin, at_ - begin);
  }

  /// The next word as an integer of at least 0; `what` it is, for messages.
  std::int64_t number(std::string_view what) {
    const std::string_view word = next();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (!word.empty() && error == std::errc{} && end == word.data() + word.size() && value >= 0) return value;
    fail({word.empty() ? "the file ends early" : in_quotes(word) + " is no number", std::string(what)});
  }

  /// Whether the next word is on the line of the last one.
  [[nodiscard]] bool more_on_line() const {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    return text_.substr(at_, end - at_).find_first_not_of(" \t\r,") != std::string_view::npos;
  }

  [[nodiscard]] std::size_t line() const { return line_; }

  [[noreturn]] void fail(Problem problem) const { fail_at(line_, std::move(problem)); }
  [[noreturn]] void fail_at(std::size_t line, Problem problem) const {
    throw InputError(std::move(problem), {.file = name_, .line = line});
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ','; }
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      fresh_line_ = true;
    }
    ++at_;
  }

  std::string name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool fresh_line_ = true;
};

}  // namespace ridgepoint
