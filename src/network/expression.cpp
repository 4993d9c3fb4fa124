#include "network/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "core/checked.hpp"
#include "core/expected.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr int kMaxNesting = 64;
constexpr std::array<std::string_view, 4> kOrdinals{"first", "second", "third", "fourth"};

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

double real(std::int64_t value) { return static_cast<double>(value); }

struct Function {
  std::string_view name;
  std::size_t arguments;
  std::int64_t (*apply)(const std::vector<std::int64_t>&);
};

constexpr std::array kFunctions{
    Function{"min", 2, [](const std::vector<std::int64_t>& a) { return std::min(a[0], a[1]); }},
    Function{"max", 2, [](const std::vector<std::int64_t>& a) { return std::max(a[0], a[1]); }},
    Function{"ceil_div", 2,
             [](const std::vector<std::int64_t>& a) { return checked_sub(0, floor_div(checked_sub(0, a[0]), a[1])); }},
    Function{"exact_div", 2, [](const std::vector<std::int64_t>& a) { return floor_div(a[0], a[1]); }},
    Function{"if", 3, [](const std::vector<std::int64_t>& a) { return a[0] != 0 ? a[1] : a[2]; }},
    Function{
        "distinct", 2,
        [](const std::vector<std::int64_t>& a) { return nearest_integer(expected_distinct(real(a[0]), real(a[1]))); }},
    Function{"reached", 3,
             [](const std::vector<std::int64_t>& a) {
               return nearest_integer(expected_reached(real(a[0]), real(a[1]), real(a[2])));
             }},
    Function{"sampled", 4,
             [](const std::vector<std::int64_t>& a) { return expected_edges(a[0], a[1], a[2], a[3], false); }},
};

// A recursive-descent parser that evaluates as it reads: comparison > sum > product > sign > atom.
class Parser {
 public:
  Parser(std::string_view text, const Resolver& resolve) : text_(text), resolve_(resolve) {}

  std::int64_t whole() {
    const std::int64_t value = comparison();
    skip_blanks();
    if (at_ != text_.size()) fail(at_, {"unexpected " + in_quotes(text_.substr(at_, 1)), "an operator or the end"});
    return value;
  }

 private:
  [[noreturn]] static void fail(std::size_t at, Problem problem) { throw ExpressionError{at, std::move(problem)}; }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool take(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail(at_, {"incomplete expression", in_quotes(token)});
  }

  // Runs `apply`, turning an overflow into an error at `at`.
  template <class F>
  static std::int64_t checked(std::size_t at, F apply) {
    try {
      return apply();
    } catch (const OverflowError&) {
      fail(at, {"the expression overflows", "a value below 2^63"});
    }
  }

  std::int64_t comparison() {
    const std::int64_t left = sum();
    if (take("<=")) return left <= sum() ? 1 : 0;
    if (take(">=")) return left >= sum() ? 1 : 0;
    if (take("==")) return left == sum() ? 1 : 0;
    if (take("!=")) return left != sum() ? 1 : 0;
    if (take("<")) return left < sum() ? 1 : 0;
    if (take(">")) return left > sum() ? 1 : 0;
    return left;
  }

  std::int64_t sum() {
    std::int64_t value = product();
    while (true) {
      const std::size_t at = at_;
      if (take("+")) {
        const std::int64_t right = product();
        value = checked(at, [&] { return checked_add(value, right); });
      } else if (take("-")) {
        const std::int64_t right = product();
        value = checked(at, [&] { return checked_sub(value, right); });
      } else {
        return value;
      }
    }
  }

  std::int64_t product() {
    std::int64_t value = sign();
    while (true) {
      skip_blanks();
      const std::size_t at = at_;
      if (take("*")) {
        const std::int64_t right = sign();
        value = checked(at, [&] { return checked_mul(value, right); });
      } else if (take("/") || take("%")) {
        const bool quotient = text_[at_ - 1] == '/';
        const std::int64_t right = sign();
        if (right == 0) fail(at, {"division by zero", "a divisor other than 0"});
        value = checked(at, [&] {
          const std::int64_t whole = floor_div(value, right);
          return quotient ? whole : checked_sub(value, checked_mul(whole, right));
        });
      } else {
        return value;
      }
    }
  }

  std::int64_t sign() {
    const std::size_t at = at_;
    if (!take("-")) return atom();
    if (++depth_ > kMaxNesting) too_deep();
    const std::int64_t value = sign();
    --depth_;
    return checked(at, [&] { return checked_sub(0, value); });
  }

  std::int64_t atom() {
    skip_blanks();
    const std::size_t at = at_;
    if (take("(")) {
      if (++depth_ > kMaxNesting) too_deep();
      const std::int64_t value = comparison();
      expect(")");
      --depth_;
      return value;
    }
    if (at_ < text_.size() && is_digit(text_[at_])) return number();
    if (at_ < text_.size() && starts_name(text_[at_])) return name_or_call();
    fail(at, {"incomplete expression", "a number, a name or \"(\""});
  }

  [[noreturn]] void too_deep() const {
    fail(at_, {"the expression is nested too deeply", "at most " + std::to_string(kMaxNesting) + " levels"});
  }

  std::int64_t number() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc{}) fail(at_, {"the number does not fit in 63 bits", "an integer below 2^63"});
    const std::size_t start = at_;
    at_ = static_cast<std::size_t>(end - text_.data());
    if (at_ < text_.size() && (text_[at_] == '.' || starts_name(text_[at_]))) {
      fail(start, {"not an integer", "whole numbers in expressions"});
    }
    return value;
  }

  std::int64_t name_or_call() {
    const std::size_t start = at_;
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (take("(")) return call(word, start);
    try {
      return resolve_(word);
    } catch (ExpressionError& error) {
      error.position += start;
      throw;
    }
  }

  std::int64_t call(std::string_view word, std::size_t start) {
    const auto* const found =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function& f) { return f.name == word; });
    if (found == kFunctions.end()) {
      const std::vector<std::string_view> names = names_of(kFunctions);
      fail(start, {"unknown function " + in_quotes(word), join_choices(names), std::string(nearest(word, names))});
    }
    if (++depth_ > kMaxNesting) too_deep();
    std::vector<std::int64_t> arguments{comparison()};
    while (take(",")) arguments.push_back(comparison());
    expect(")");
    --depth_;
    if (arguments.size() != found->arguments) {
      fail(start, {std::string(word) + " has " + std::to_string(arguments.size()) + " arguments",
                   std::to_string(found->arguments)});
    }
    if (word == "ceil_div" && arguments[1] <= 0)
      fail(start, {"ceil_div by " + std::to_string(arguments[1]), "a divisor above 0"});
    if (word == "exact_div") expect_divides(arguments, start);
    if (word == "distinct" || word == "reached" || word == "sampled") expect_counts(word, arguments, start);
    return checked(start, [&] { return found->apply(arguments); });
  }

  // Expectations are of counts, out of at least one row or node (the first argument; of `sampled` the third).
  static void expect_counts(std::string_view word, const std::vector<std::int64_t>& arguments, std::size_t start) {
    const std::size_t whole = word == "sampled" ? 2 : 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::int64_t least = i == whole ? 1 : 0;
      if (arguments[i] >= least) continue;
      fail(start, {std::string(word) + " with " + std::to_string(arguments[i]) + " as its " +
                       std::string(kOrdinals[i]) + " argument",
                   "at least " + std::to_string(least)});
    }
  }

  static void expect_divides(const std::vector<std::int64_t>& arguments, std::size_t start) {
    if (arguments[1] <= 0) fail(start, {"exact_div by " + std::to_string(arguments[1]), "a divisor above 0"});
    if (arguments[0] % arguments[1] == 0) return;
    const std::string dividend = std::to_string(arguments[0]);
    fail(start, {std::to_string(arguments[1]) + " does not divide " + dividend, "a divisor of " + dividend});
  }

  std::string_view text_;
  const Resolver& resolve_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::int64_t evaluate(std::string_view text, const Resolver& resolve) { return Parser(text, resolve).whole(); }

bool is_identifier(std::string_view text) {
  return !text.empty() && starts_name(text.front()) && std::all_of(text.begin(), text.end(), continues_name);
}

}  // namespace ridgepoint
