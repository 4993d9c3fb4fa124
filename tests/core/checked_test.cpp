#include "core/checked.hpp"

#include <cstdint>
#include <string>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

constexpr std::int64_t kMax = INT64_MAX;
constexpr std::int64_t kMin = INT64_MIN;

TEST_CASE("checked arithmetic is exact up to the edge and throws behind it", "[core][checked]") {
  CHECK(checked_add(kMax - 1, 1) == kMax);
  CHECK(checked_add(kMin, kMax) == -1);
  CHECK_THROWS_AS(checked_add(kMax, 1), OverflowError);
  CHECK_THROWS_AS(checked_add(kMin, -1), OverflowError);

  CHECK(checked_sub(kMin + 1, 1) == kMin);
  CHECK(checked_sub(-1, kMin) == kMax);
  CHECK_THROWS_AS(checked_sub(kMin, 1), OverflowError);
  CHECK_THROWS_AS(checked_sub(0, kMin), OverflowError);

  CHECK(checked_mul(INT64_C(1) << 31, INT64_C(1) << 31) == INT64_C(1) << 62);
  CHECK(checked_mul(INT64_C(3037000499), INT64_C(3037000499)) == INT64_C(9223372030926249001));
  CHECK(checked_mul(kMin, 1) == kMin);
  CHECK(checked_mul(kMax, 0) == 0);
  CHECK_THROWS_AS(checked_mul(INT64_C(1) << 32, INT64_C(1) << 31), OverflowError);
  CHECK_THROWS_AS(checked_mul(INT64_C(3037000500), INT64_C(3037000500)), OverflowError);
  CHECK_THROWS_AS(checked_mul(kMin, -1), OverflowError);
}

TEST_CASE("the overflow says what it is", "[core][checked]") {
  CHECK(std::string(OverflowError().what()) == "the value does not fit in 63 bits");
}

TEST_CASE("division rounds down", "[core][checked]") {
  CHECK(floor_div(7, 2) == 3);
  CHECK(floor_div(-7, 2) == -4);
  CHECK(floor_div(7, -2) == -4);
  CHECK(floor_div(-7, -2) == 3);
  CHECK(floor_div(-8, 2) == -4);
  CHECK(floor_div(0, -5) == 0);
  CHECK(floor_div(7, -1) == -7);
  CHECK(floor_div(kMin, 1) == kMin);
  CHECK(floor_div(kMin, 2) == kMin / 2);
  CHECK(floor_div(kMax, kMin) == -1);
  CHECK_THROWS_AS(floor_div(kMin, -1), OverflowError);
}

TEST_CASE("division rounds up where asked", "[core][checked]") {
  CHECK(ceil_div(7, 2) == 4);
  CHECK(ceil_div(8, 2) == 4);
  CHECK(ceil_div(-7, 2) == -3);
  CHECK(ceil_div(0, 3) == 0);
  CHECK(ceil_div(1, kMax) == 1);
  CHECK(ceil_div(kMax, 1) == kMax);
  CHECK(ceil_div(kMax, 2) == (INT64_C(1) << 62));
  CHECK(ceil_div(kMin, kMax) == -1);
}

}  // namespace
}  // namespace ridgepoint
