#include "calibrate/measure/statistics.hpp"

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

using Values = std::vector<double>;

// Values around a level, with a deviation that repeats.
Values level(double center, std::size_t count, double deviation) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(center + deviation * (static_cast<double>(i * 7 % 5) - 2));
  return values;
}

Values joined(Values a, const Values& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_CASE("the median is the middle", "[calibrate]") {
  CHECK(median({3}) == 3);
  CHECK(median({5, 1, 3}) == 3);
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(median({1, 1, 1, 1e9}) == 1);
}

TEST_CASE("the deviation is that of the middle value", "[calibrate]") {
  CHECK(median_deviation(Values{1, 2, 3, 4, 5}, 3) == 1);
  CHECK(median_deviation(Values{2, 2, 2, 1000}, 2) == 0);
}

TEST_CASE("the median grows certain with the samples", "[calibrate]") {
  const double few = median_uncertainty(level(100, 10, 1));
  const double many = median_uncertainty(level(100, 1000, 1));
  CHECK(few == Approx(1.2533 * 1.4826 * 1 / std::sqrt(10.0) / 100));
  CHECK(many == Approx(few / 10));
  CHECK(median_uncertainty(Values(10, 7.0)) == 0);
}

TEST_CASE("outliers go and the rest stays in order", "[calibrate]") {
  Values values = level(100, 20, 1);
  values.insert(values.begin() + 3, 500);
  values.push_back(1);
  const Trimmed trimmed = without_outliers(values);
  CHECK(trimmed.dropped == 2);
  CHECK(trimmed.kept == level(100, 20, 1));
}

TEST_CASE("a clock of coarse ticks has no outliers", "[calibrate]") {
  CHECK(without_outliers(Values{100, 100, 100, 100, 100, 101}).dropped == 0);
  CHECK(without_outliers(Values{100, 100, 100, 100, 100, 110}).dropped == 1);
}

TEST_CASE("a lasting change of level is a jump", "[calibrate]") {
  const auto slower = find_jump(joined(level(100, 40, 1), level(130, 40, 1)));
  REQUIRE(slower);
  CHECK(slower->at == 40);
  CHECK(slower->before == 100);
  CHECK(slower->after == 130);
  const auto faster = find_jump(joined(level(200, 30, 1), level(150, 50, 1)));
  REQUIRE(faster);
  CHECK(faster->before > faster->after);
}

TEST_CASE("noise, outliers and few samples are no jump", "[calibrate]") {
  CHECK(!find_jump(level(100, 80, 1)));
  CHECK(!find_jump(joined(level(100, 40, 1), level(103, 40, 1))));    // too small a step
  CHECK(!find_jump(joined(level(100, 40, 10), level(120, 40, 10))));  // within the noise
  CHECK(!find_jump(joined(level(100, 4, 1), level(200, 4, 1))));
  Values spiked = level(100, 80, 1);
  for (const std::size_t i : {10U, 33U, 60U}) spiked[i] = 900;
  CHECK(!find_jump(spiked));
  CHECK(!find_jump(Values{}));
}

}  // namespace
}  // namespace ridgepoint
