#include "core/dtype.hpp"

#include <set>
#include <string>
#include <string_view>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

constexpr bool table_follows_the_enum() {
  for (std::size_t i = 0; i < kDTypes.size(); ++i) {
    if (static_cast<std::size_t>(kDTypes[i].dtype) != i) return false;
  }
  return true;
}
static_assert(table_follows_the_enum());
static_assert(kDTypeCount == static_cast<std::size_t>(DType::kInt64) + 1);

static_assert(bytes_of(10, DType::kFp64) == Bytes{80});
static_assert(bytes_of(10, DType::kTf32) == Bytes{40});
static_assert(bytes_of(10, DType::kBf16) == Bytes{20});
static_assert(bytes_of(10, DType::kFp8E5m2) == Bytes{10});
static_assert(bytes_of(3, DType::kInt4) == Bytes{1.5});

TEST_CASE("every format is found by its name and no other", "[core][dtype]") {
  std::set<std::string_view> names;
  for (const DTypeFacts& facts : kDTypes) {
    CAPTURE(facts.name);
    CHECK(find_dtype(facts.name) == facts.dtype);
    CHECK(name(facts.dtype) == facts.name);
    CHECK(names.insert(facts.name).second);
  }
  CHECK(find_dtype("fp8_e4m3") == DType::kFp8E4m3);
  for (const std::string_view other : {"", "fp", "FP16", "fp16 ", "float16", "fp8"}) {
    CAPTURE(other);
    CHECK_FALSE(find_dtype(other).has_value());
  }
}

TEST_CASE("the width in a format's name is its storage width", "[core][dtype]") {
  for (const DTypeFacts& facts : kDTypes) {
    CAPTURE(facts.name);
    const std::size_t digits = facts.name.find_first_of("0123456789");
    CHECK(std::stoi(std::string(facts.name.substr(digits))) == facts.bits);
  }
}

TEST_CASE("only the wide integers are for indices alone", "[core][dtype]") {
  for (const DTypeFacts& facts : kDTypes) {
    CAPTURE(facts.name);
    CHECK(facts.arithmetic == (facts.name != "int32" && facts.name != "int64"));
  }
}

}  // namespace
}  // namespace ridgepoint
