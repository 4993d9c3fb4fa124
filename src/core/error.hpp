#pragma once
// What is said when the input is wrong: one clear message, thrown where it is found and caught once, in main.

#include <exception>
#include <string>
#include <string_view>

namespace ridgepoint {

/// A place in an input file. Line and column count from 1; zero means that only the file is known.
struct Location {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string pointer;      ///< JSON pointer of the value, "" at the root or outside JSON
  std::string source_line;  ///< the text of that line, for the caret
};

/// What is wrong, apart from where: one sentence, what was expected instead, and the near miss.
struct Problem {
  std::string what;
  std::string expected;     ///< "" when `what` says it all
  std::string near_miss{};  ///< the word that was probably meant, or ""
};

/// The user's input is wrong. `what()` is the whole message, ready to print.
class InputError : public std::exception {
 public:
  explicit InputError(Problem problem, Location location = {});
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] const Problem& problem() const { return problem_; }
  [[nodiscard]] const Location& location() const { return location_; }

 private:
  Problem problem_;
  Location location_;
  std::string message_;
};

/// An attribute or an input of an op does not fit; the reader of the description adds where. `attribute` is the key at
/// fault, or "" when it is the layer's inputs.
struct OpError {
  std::string attribute;
  Problem problem;
};

}  // namespace ridgepoint
