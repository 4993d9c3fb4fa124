#include "core/formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <stdexcept>

namespace ridgepoint {
namespace {

/// A part of a formula that was read: its value, and its text with numbers.
struct Part {
  double value = 0;
  std::string text;
  bool operator<(const Part& other) const { return value < other.value; }
};

constexpr std::size_t kAnyNumber = 0;

struct Function {
  std::string_view name;
  std::size_t arguments;
  double (*apply)(const std::vector<Part>&);
};

constexpr std::array kFunctions{
    Function{"max", kAnyNumber, [](const std::vector<Part>& a) { return std::max_element(a.begin(), a.end())->value; }},
    Function{"min", kAnyNumber, [](const std::vector<Part>& a) { return std::min_element(a.begin(), a.end())->value; }},
    Function{"ceil", 1, [](const std::vector<Part>& a) { return std::ceil(a[0].value); }},
    Function{"floor", 1, [](const std::vector<Part>& a) { return std::floor(a[0].value); }},
    Function{"exp", 1, [](const std::vector<Part>& a) { return std::exp(a[0].value); }},
    Function{"log", 1, [](const std::vector<Part>& a) { return std::log(a[0].value); }},
    Function{"sqrt", 1, [](const std::vector<Part>& a) { return std::sqrt(a[0].value); }},
    Function{"expm1", 1, [](const std::vector<Part>& a) { return std::expm1(a[0].value); }},
    Function{"log1p", 1, [](const std::vector<Part>& a) { return std::log1p(a[0].value); }},
    Function{"if", 3, [](const std::vector<Part>& a) { return a[0].value != 0 ? a[1].value : a[2].value; }},
};

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string number_text(double value) {
  constexpr double kExactInteger = 1e15;
  if (value == std::floor(value) && std::abs(value) < kExactInteger) return fmt::format("{:.0f}", value);
  return fmt::format("{:.6g}", value);
}

// Recursive descent: comparison > sum > product > power > atom.
class Reader {
 public:
  Reader(std::string_view text, const SymbolValues& value_of) : text_(text), value_of_(value_of) {}

  Part whole() {
    Part part = comparison();
    skip_blanks();
    if (at_ != text_.size()) fail("unexpected text");
    return part;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw std::logic_error(fmt::format("formula \"{}\" at {}: {}", text_, at_, what));
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail("expected " + std::string(token));
  }

  Part comparison() {
    Part left = sum();
    for (const std::string_view sign : {"<=", ">=", "==", "<", ">"}) {
      if (!take(sign)) continue;
      const Part right = sum();
      const bool holds = sign == "<="   ? left.value <= right.value
                         : sign == ">=" ? left.value >= right.value
                         : sign == "==" ? left.value == right.value
                         : sign == "<"  ? left.value < right.value
                                        : left.value > right.value;
      return {holds ? 1.0 : 0.0, fmt::format("{} {} {}", left.text, sign, right.text)};
    }
    return left;
  }

  Part sum() {
    Part left = product();
    while (true) {
      if (take("+")) {
        const Part right = product();
        left = {left.value + right.value, left.text + " + " + right.text};
      } else if (take("-")) {
        const Part right = product();
        left = {left.value - right.value, left.text + " - " + right.text};
      } else {
        return left;
      }
    }
  }

  bool at_factor() {
    skip_blanks();
    return at_ < text_.size() && (starts_name(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '(');
  }

  Part product() {
    Part left = power();
    while (true) {
      if (take("/")) {
        const Part right = power();
        left = {left.value / right.value, left.text + " / " + right.text};
      } else if (take("*") || at_factor()) {
        const Part right = power();
        left = {left.value * right.value, left.text + " x " + right.text};
      } else {
        return left;
      }
    }
  }

  Part power() {
    Part base = sign();
    if (!take("^")) return base;
    const Part exponent = sign();
    return {std::pow(base.value, exponent.value), base.text + "^" + exponent.text};
  }

  Part sign() {
    if (!take("-")) return atom();
    const Part part = atom();
    return {-part.value, "-" + part.text};
  }

  Part atom() {
    if (take("(")) {
      Part inner = comparison();
      expect(")");
      inner.text = "(" + inner.text + ")";
      return inner;
    }
    if (at_ < text_.size() && is_digit(text_[at_])) return number();
    if (at_ < text_.size() && starts_name(text_[at_])) return name_or_call();
    fail("expected a number, a symbol or (");
  }

  Part number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc{}) fail("not a number");
    const auto start = at_;
    at_ = static_cast<std::size_t>(end - text_.data());
    return {value, std::string(text_.substr(start, at_ - start))};
  }

  Part name_or_call() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (starts_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    const auto* const function =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function& f) { return f.name == word; });
    if (function == kFunctions.end()) {
      const double value = value_of_(word);
      return {value, number_text(value)};
    }
    expect("(");
    std::vector<Part> arguments{comparison()};
    while (take(",")) arguments.push_back(comparison());
    expect(")");
    if (function->arguments != kAnyNumber && arguments.size() != function->arguments) fail("wrong number of arguments");
    std::string text = std::string(word) + "(";
    for (std::size_t i = 0; i < arguments.size(); ++i) text += (i == 0 ? "" : ", ") + arguments[i].text;
    return {function->apply(arguments), text + ")"};
  }

  std::string_view text_;
  const SymbolValues& value_of_;
  std::size_t at_ = 0;
};

const Term* last_of(std::span<const Term> terms, std::string_view symbol) {
  const auto found = std::find_if(terms.rbegin(), terms.rend(), [&](const Term& t) { return t.symbol == symbol; });
  return found == terms.rend() ? nullptr : &*found;
}

SymbolValues values_of(std::span<const Term> terms) {
  return [terms](std::string_view symbol) {
    const Term* term = last_of(terms, symbol);
    if (term == nullptr) throw std::logic_error(fmt::format("no symbol {} in the formula", symbol));
    return term->value;
  };
}

std::span<const Term> before(std::span<const Term> terms, const Term& term) {
  return terms.first(static_cast<std::size_t>(&term - terms.data()));
}

}  // namespace

double evaluate_formula(std::string_view formula, const SymbolValues& value_of) {
  return Reader(formula, value_of).whole().value;
}

std::string formula_with_numbers(std::string_view formula, const SymbolValues& value_of) {
  return Reader(formula, value_of).whole().text;
}

void Derivation::given(std::string_view symbol, double value, std::string_view unit, std::string_view source) {
  terms_.push_back({std::string(symbol), "", value, std::string(unit), std::string(source)});
}

void Derivation::step(std::string_view symbol, std::string_view formula, std::string_view unit,
                      std::string_view source) {
  result(symbol, formula, evaluate(formula), unit, source);
}

void Derivation::result(std::string_view symbol, std::string_view formula, double value, std::string_view unit,
                        std::string_view source) {
  terms_.push_back({std::string(symbol), std::string(formula), value, std::string(unit), std::string(source)});
}

const Term* Derivation::find(std::string_view symbol) const { return last_of(terms_, symbol); }

double Derivation::evaluate(std::string_view formula) const { return evaluate_formula(formula, values_of(terms_)); }

double Derivation::evaluate(const Term& term) const {
  return evaluate_formula(term.formula, values_of(before(terms_, term)));
}

std::string Derivation::numbers(const Term& term) const {
  return formula_with_numbers(term.formula, values_of(before(terms_, term)));
}

}  // namespace ridgepoint
