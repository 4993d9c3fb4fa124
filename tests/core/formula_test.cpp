#include "core/formula.hpp"

#include <stdexcept>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

double value_of(std::string_view symbol) {
  if (symbol == "m") return 512;
  if (symbol == "n_2") return 0.25;
  throw std::logic_error("no symbol");
}

double value(std::string_view formula) { return evaluate_formula(formula, value_of); }

TEST_CASE("formulas are read as people write them", "[core]") {
  CHECK(value("2 m n_2") == 256);
  CHECK(value("m (m - 1) / 2") == 512 * 511 / 2);
  CHECK(value("m / 2 n_2") == 64);
  CHECK(value("1 + 2 * 3 - -m") == 519);
  CHECK(value("2 m^2") == 2 * 512 * 512);
  CHECK(value("max(1, m / 256, n_2) min(3, 2)") == 4);
  CHECK(value("ceil(m / 100) + floor(n_2)") == 6);
  CHECK(value("-m expm1(3 log1p(-1 / m))") == Approx(2.994148));
  CHECK(value("if(m > 256, 1, 0) + if(m <= 2, 1, 0)") == 1);
  CHECK(value("1e3 n_2") == 250);
}

TEST_CASE("a formula shows its numbers", "[core]") {
  CHECK(formula_with_numbers("2 m n_2 (m - 1) / max(1, m)", value_of) == "2 x 512 x 0.25 x (512 - 1) / max(1, 512)");
}

TEST_CASE("a formula that cannot be read is a bug that says where", "[core]") {
  for (const std::string_view wrong : {"", "2 +", "(m", "exp(1, 2)", "m )", "q", "2 $ m"}) {
    INFO(wrong);
    CHECK_THROWS_AS(value(wrong), std::logic_error);
  }
}

TEST_CASE("each term of a derivation follows from those before it", "[core]") {
  Derivation d;
  d.given("m", 3);
  d.step("a", "2 m", "B");
  d.given("m", 5);
  d.result("b", "a + m", 12, "B");
  CHECK(d.find("a")->value == 6);
  CHECK(d.find("m")->value == 5);
  CHECK(d.find("c") == nullptr);
  CHECK(d.numbers(d.terms()[1]) == "2 x 3");
  CHECK(d.numbers(d.terms()[3]) == "6 + 5");
  CHECK(d.evaluate("a + m") == 11);  // the engine's number stands; a test compares the two
  CHECK(d.find("b")->value == 12);
  CHECK_THROWS_AS(d.step("x", "y", ""), std::logic_error);
}

}  // namespace
}  // namespace ridgepoint
