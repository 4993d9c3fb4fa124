#include "core/shape.hpp"

#include "core/checked.hpp"
#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("axes count from either end", "[core][shape]") {
  Shape shape{8, 64, 56, 57};
  CHECK(shape.rank() == 4);
  CHECK(shape[0] == 8);
  CHECK(shape[3] == 57);
  CHECK(shape[-1] == 57);
  CHECK(shape[-4] == 8);
  CHECK(shape.back() == 57);
  shape[-2] = 7;
  CHECK(shape == Shape{8, 64, 7, 57});
}

TEST_CASE("elements and rows", "[core][shape]") {
  CHECK(Shape{8, 64, 56, 57}.elements() == 8 * 64 * 56 * 57);
  CHECK(Shape{8, 64, 56, 57}.rows() == 8 * 64 * 56);
  CHECK(Shape{5}.elements() == 5);
  CHECK(Shape{5}.rows() == 1);
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{}.rows() == 1);
}

TEST_CASE("a shape too large to count is an error, not a wrong number", "[core][shape]") {
  const std::int64_t big = INT64_C(1) << 32;
  CHECK(Shape{big, big / 4}.elements() == INT64_C(1) << 62);
  CHECK_THROWS_AS((Shape{big, big}.elements()), OverflowError);
  CHECK(Shape{big, big}.rows() == big);
  CHECK_THROWS_AS((Shape{big, big, 1}.rows()), OverflowError);
  CHECK_THROWS_AS((TensorType{Shape{big, big}, DType::kInt4}.bytes()), OverflowError);
}

TEST_CASE("shapes in messages", "[core][shape]") {
  CHECK(to_string(Shape{8, 64, 56, 56}) == "8 x 64 x 56 x 56");
  CHECK(to_string(Shape{5}) == "5");
  CHECK(to_string(Shape{}) == "scalar");
}

TEST_CASE("a tensor takes the bytes of its format", "[core][shape]") {
  CHECK(TensorType{Shape{3, 5}, DType::kBf16}.bytes() == Bytes{30});
  CHECK(TensorType{Shape{3, 5}, DType::kFp4}.bytes() == Bytes{7.5});
  CHECK(TensorType{Shape{2}} == TensorType{Shape{2}, DType::kFp32});
  CHECK(TensorType{Shape{2}} != TensorType{Shape{2}, DType::kTf32});
}

}  // namespace
}  // namespace ridgepoint
