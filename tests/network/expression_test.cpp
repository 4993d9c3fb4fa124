#include "network/expression.hpp"

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

std::int64_t value_of(std::string_view name) {
  if (name == "batch") return 8;
  if (name == "seq_2") return 100;
  throw ExpressionError{0, {"unknown name", "batch or seq_2"}};
}

std::int64_t eval(std::string_view text) { return evaluate(text, value_of); }

// "position: what; expected"
std::string problem(std::string_view text) {
  try {
    return "(is " + std::to_string(eval(text)) + ")";
  } catch (const ExpressionError& error) {
    return std::to_string(error.position) + ": " + error.problem.what + "; " + error.problem.expected;
  }
}

TEST_CASE("products bind before sums, sums before comparisons", "[network][expression]") {
  CHECK(eval("2 + 3 * 4") == 14);
  CHECK(eval("(2 + 3) * 4") == 20);
  CHECK(eval("20 - 5 - 3") == 12);
  CHECK(eval("100 / 10 / 5") == 2);
  CHECK(eval("7 * 3 % 4") == 1);
  CHECK(eval("-2 * -3") == 6);
  CHECK(eval("--2") == 2);
  CHECK(eval("2 - -2") == 4);
  CHECK(eval("1 + 1 < 3") == 1);
  CHECK(eval("batch * seq_2") == 800);
  CHECK(eval("\t batch ") == 8);
}

TEST_CASE("division rounds down and the remainder has the divisor's sign", "[network][expression]") {
  CHECK(eval("-7 / 2") == -4);
  CHECK(eval("-7 % 2") == 1);
  CHECK(eval("7 % -2") == -1);
  CHECK(eval("ceil_div(7, 2)") == 4);
  CHECK(eval("ceil_div(-7, 2)") == -3);
  CHECK(eval("exact_div(seq_2, 4)") == 25);
}

TEST_CASE("comparisons are 1 or 0", "[network][expression]") {
  CHECK(eval("3 <= 3") == 1);
  CHECK(eval("3 < 3") == 0);
  CHECK(eval("3 >= 4") == 0);
  CHECK(eval("4 > 3") == 1);
  CHECK(eval("3 == 3") == 1);
  CHECK(eval("3 != 3") == 0);
  CHECK(eval("if(batch > 4, 10, 20)") == 10);
  CHECK(eval("min(batch, 3) + max(batch, 3)") == 11);
}

TEST_CASE("expectations are to the nearest integer", "[network][expression]") {
  CHECK(eval("distinct(1, 5)") == 1);
  CHECK(eval("distinct(10, 6)") == 5);  // 10 (1 - 0.9^6) = 4.69
  CHECK(eval("distinct(1000000, 0)") == 0);
  CHECK(eval("sampled(100, 10, 1000, 4000)") == 400);  // no more than the mean degree
  CHECK(eval("sampled(100, 3, 1000, 4000)") == 300);
  CHECK(eval("reached(1000, 100, 400)") == 397);  // 100 + 900 (1 - 0.999^400)
  CHECK(eval("reached(1000, 1000, 400)") == 1000);
  CHECK(problem("sampled(9, -1, 10, 20)") == "0: sampled with -1 as its second argument; at least 0");
  CHECK(problem("1 + distinct(0, 4)") == "4: distinct with 0 as its first argument; at least 1");
  CHECK(problem("sampled(4611686018427387904, 3, 1, 9)") == "0: the expression overflows; a value below 2^63");
}

TEST_CASE("what is wrong is said at its character", "[network][expression]") {
  CHECK(problem("") == "0: incomplete expression; a number, a name or \"(\"");
  CHECK(problem("2 +") == "3: incomplete expression; a number, a name or \"(\"");
  CHECK(problem("(2 + 3") == "6: incomplete expression; \")\"");
  CHECK(problem("2 3") == "2: unexpected \"3\"; an operator or the end");
  CHECK(problem("2 & 3") == "2: unexpected \"&\"; an operator or the end");
  CHECK(problem("1 < 2 < 3") == "6: unexpected \"<\"; an operator or the end");
  CHECK(problem("2 * size") == "4: unknown name; batch or seq_2");
  CHECK(problem("1.5") == "0: not an integer; whole numbers in expressions");
  CHECK(problem("4 + 1e3") == "4: not an integer; whole numbers in expressions");
  CHECK(problem("batch / 0") == "6: division by zero; a divisor other than 0");
  CHECK(problem("batch % (1 - 1)") == "6: division by zero; a divisor other than 0");
  CHECK(problem("9223372036854775808") == "0: the number does not fit in 63 bits; an integer below 2^63");
  CHECK(problem("9223372036854775807 + 1") == "20: the expression overflows; a value below 2^63");
  CHECK(problem("(0 - 9223372036854775807 - 1) / -1") == "30: the expression overflows; a value below 2^63");
  CHECK(problem("-(0 - 9223372036854775807 - 1)") == "0: the expression overflows; a value below 2^63");
  CHECK(problem("mni(1, 2)") ==
        "0: unknown function \"mni\"; min, max, ceil_div, exact_div, if, distinct, reached or sampled");
  CHECK(problem("1 + min(1)") == "4: min has 1 arguments; 2");
  CHECK(problem("min()") == "4: incomplete expression; a number, a name or \"(\"");
  CHECK(problem("ceil_div(1, 0)") == "0: ceil_div by 0; a divisor above 0");
  CHECK(problem("exact_div(7, 2)") == "0: 2 does not divide 7; a divisor of 7");
}

TEST_CASE("names are letters, digits and underscores", "[network][expression]") {
  for (const char* good : {"a", "_x1", "kv_len"}) CHECK(is_identifier(good));
  for (const char* bad : {"", "1a", "a-b", "a b", "\xc3\xa4"}) CHECK(!is_identifier(bad));
}

}  // namespace
}  // namespace ridgepoint
