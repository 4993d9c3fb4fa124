// The shapes that GPUs are measured on.

#include <set>
#include <stdexcept>

#include "calibrate/cuda/design.hpp"
#include "calibrate/measure/points.hpp"
#include "tests/support.hpp"

namespace ridgepoint::cuda {
namespace {

DeviceFacts large_gpu() {
  DeviceFacts facts;
  facts.l2 = 50 << 20;
  facts.free_memory = std::int64_t{78} << 30;
  return facts;
}

TEST_CASE("every design fits its kernel, and no shape is there twice", "[cuda]") {
  REQUIRE(design_names().size() >= 9);
  for (const std::string_view name : design_names()) {
    CAPTURE(std::string(name));
    const auto points =
        design_points({name, name, 100000, Seconds{1}}, large_gpu(), [](const DesignRow&) { return 1e8; });
    CHECK(points.size() == design_of(name).rows.size());
    std::set<std::string> seen;
    for (const Point& point : points) {
      CHECK_NOTHROW(PointFields(point));
      std::string all = point.dtype;
      for (const std::string& value : point.values) all += "," + value;
      seen.insert(all);
    }
    CHECK(seen.size() > points.size() * 9 / 10);
  }
}

TEST_CASE("a design's beginning is what an effort takes, and every second point is cold", "[cuda]") {
  const auto bytes = [](const DesignRow&) { return 20e6; };
  const auto few = design_points({"gemm", "gemm", 20, Seconds{1}}, large_gpu(), bytes);
  const auto more = design_points({"gemm", "gemm", 60, Seconds{1}}, large_gpu(), bytes);
  REQUIRE(few.size() == 20);
  REQUIRE(more.size() == 60);
  for (std::size_t i = 0; i < few.size(); ++i) CHECK(few[i].values == more[i].values);
  CHECK(few[0].values.back() == "1");
  CHECK(few[1].values.back() == "7");
}

TEST_CASE("held-out shapes are in no fit, whatever the effort, and ceilings have none", "[cuda]") {
  const auto take = [](std::size_t count, Shapes shapes) {
    auto points = design_points({"gemm", "gemm", count, Seconds{1}}, large_gpu(), [](const DesignRow&) { return 1e6; });
    std::set<std::string> rows;
    for (const Point& p : choose_points(std::move(points), "gemm", shapes)) {
      rows.insert(p.dtype + p.values[0] + "," + p.values[1] + "," + p.values[2] + "," + p.values[3]);
    }
    return rows;
  };
  const auto fitted = take(500, Shapes::kFit);
  const auto held_out = take(60, Shapes::kHeldOut);
  CHECK(held_out.size() == 8);
  for (const std::string& row : held_out) CHECK(!fitted.contains(row));
  CHECK(choose_points({{"launch", "fp32", {"event", "1"}}}, "launch", Shapes::kHeldOut).empty());
  CHECK(choose_points({{"launch", "fp32", {"event", "1"}}}, "launch", Shapes::kFit).size() == 1);
}

TEST_CASE("shapes that do not fit into memory are left out", "[cuda]") {
  CHECK(design_points({"gemm", "gemm", 20, Seconds{1}}, large_gpu(), [](const DesignRow&) { return 1e12; }).empty());
  CHECK(design_points({"gemm", "gemm", 20, Seconds{1}}, large_gpu(), [](const DesignRow&) { return 0.0; }).empty());
}

TEST_CASE("a design that is broken says where", "[cuda]") {
  const auto problem = [](const char* text) -> std::string {
    try {
      parse_design(text);
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(problem("dtype,m,n\nbf16,1\n") == "line 2: 2 fields for 3 columns");
  CHECK(problem("m,n\n") == "line 1: no column dtype");
  CHECK(parse_design("# words\ndtype,m\nbf16,7\n").rows.at(0).number(0) == 7);
  CHECK_THROWS_AS(design_of("nothing"), std::logic_error);
}

}  // namespace
}  // namespace ridgepoint::cuda
