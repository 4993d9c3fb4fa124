// The processor's backend: what it wants to measure fits the sample files, and each microkernel computes what it
// should.

#include <cmath>
#include <set>

#include "calibrate/cpu/backend.hpp"
#include "calibrate/cpu/graph.hpp"
#include "calibrate/cpu/points.hpp"
#include "calibrate/cpu/threads.hpp"
#include "core/units.hpp"
#include "cost/sample.hpp"
#include "io/files.hpp"
#include "tests/support.hpp"

namespace ridgepoint::cpu {
namespace {

std::unique_ptr<Backend> backend() { return make_backend(read_machine(), std::make_unique<MachineTime>()); }

constexpr Effort kEfforts[] = {Effort::kQuick, Effort::kNormal, Effort::kThorough};

std::string text_of(const Point& point) {
  std::string text = point.kernel + " " + point.dtype;
  for (const std::string& value : point.values) text += " " + value;
  return text;
}

const SampleKernel& kernel_of(const std::string& name) {
  for (const SampleKernel& kernel : sample_kernels()) {
    if (kernel.name == name) return kernel;
  }
  throw std::invalid_argument(name);
}

// The points as a sample file, with a time that is made up.
std::string sample_file(const std::vector<Point>& points) {
  std::string text = "gpu,clock,kernel,dtype";
  for (const SampleColumn& column : kernel_of(points.front().kernel).columns) text += "," + std::string(column.name);
  text += ",time_us\n";
  for (const Point& point : points) {
    text += "machine,wall," + point.kernel + "," + point.dtype;
    for (const std::string& value : point.values) text += "," + value;
    text += ",1.5\n";
  }
  return text;
}

TEST_CASE("points are rows of sample files, and the same each time", "[calibrate]") {
  const TemporaryFolder folder;
  const auto cpu = backend();
  for (const Microkernel& microkernel : cpu->microkernels()) {
    for (const Effort effort : kEfforts) {
      CAPTURE(microkernel.name, kEffortNames[static_cast<std::size_t>(effort)]);
      const std::vector<Point> points = cpu->points(microkernel.name, effort, Shapes::kFit);
      REQUIRE_FALSE(points.empty());
      const std::vector<Point> again = cpu->points(microkernel.name, effort, Shapes::kFit);
      CHECK(sample_file(points) == sample_file(again));
      write_file(folder.file("samples.csv"), sample_file(points));
      const SampleFile file = read_samples(folder.file("samples.csv"));
      for (const Sample& sample : file.samples) static_cast<void>(launch_of(file, sample));
      for (const Point& point : points) {
        CHECK(point.kernel == microkernel.kernel);
        CHECK(point.budget > Seconds{});
        CHECK_NOTHROW(PointFields(point));
      }
    }
  }
}

TEST_CASE("shapes that are held out are others, and none are ceilings", "[calibrate]") {
  const auto cpu = backend();
  const std::set<std::string_view> ceilings{"clock", "stream", "fma", "chase", "launch", "special", "rows"};
  for (const Microkernel& microkernel : cpu->microkernels()) {
    CAPTURE(microkernel.name);
    const std::vector<Point> held_out = cpu->points(microkernel.name, Effort::kNormal, Shapes::kHeldOut);
    CHECK(held_out.empty() == ceilings.contains(microkernel.name));
    std::set<std::string> fitted;
    for (const Point& point : cpu->points(microkernel.name, Effort::kNormal, Shapes::kFit)) {
      fitted.insert(text_of(point));
    }
    for (const Point& point : held_out) CHECK_FALSE(fitted.contains(text_of(point)));
  }
}

TEST_CASE("efforts take about as long as they promise", "[calibrate]") {
  const auto cpu = backend();
  double last = 0;
  for (const Effort effort : kEfforts) {
    double seconds = 0;
    std::size_t count = 0;
    for (const Microkernel& microkernel : cpu->microkernels()) {
      for (const Point& point : cpu->points(microkernel.name, effort, Shapes::kFit)) {
        seconds += point.budget.value();
        ++count;
      }
    }
    CHECK(seconds > last);
    CHECK(seconds < (effort == Effort::kQuick ? 15 : effort == Effort::kNormal ? 60 : 300));
    last = seconds;
  }
}

TEST_CASE("points that no sample file could hold are refused", "[calibrate]") {
  const auto cpu = backend();
  std::string why;
  const auto measured = [&](const Point& point) { return cpu->measure(point, Seconds{1e-4}, why).has_value(); };
  CHECK_THROWS_AS(measured({"attention", "fp32", {}}), std::invalid_argument);
  CHECK_THROWS_AS(measured({"gemm", "fp32", {"1", "2", "3"}}), std::invalid_argument);
  CHECK_THROWS_AS(measured({"gemm", "fp32", {"1", "2", "3", "0"}}), std::invalid_argument);
  CHECK_THROWS_AS(measured({"gemm", "fp32", {"1", "2", "3", "4", "1", "1"}}), std::invalid_argument);
  CHECK_THROWS_AS(cpu->points("gem", Effort::kQuick, Shapes::kFit), std::invalid_argument);
}

TEST_CASE("what cannot be measured here says why", "[calibrate]") {
  const auto cpu = backend();
  const auto why_not = [&](const Point& point) {
    std::string why;
    CHECK_FALSE(cpu->measure(point, Seconds{1e-4}, why));
    return why;
  };
  CHECK(why_not({"gemm", "fp64", {"1", "8", "8", "8"}}) == "this processor has no products of fp64");
  CHECK(why_not({"stream", "fp64", {"read", "1000", "1"}}) == "bytes must be a multiple of 512");
  CHECK(why_not({"stream", "fp64", {"read", "512", "5000"}}).starts_with("there are "));
  CHECK(why_not({"fma", "fp32", {"96", "100", "1"}}) == "no multiply-add of fp32 in 96 bits");
  CHECK(why_not({"adds", "int64", {"17", "1"}}) == "adds must be a multiple of 16");
  CHECK(why_not({"chase", "int64", {"5000", "0"}}) == "bytes must be a power of two from 1024");
  CHECK(why_not({"embedding", "fp32", {"1000000", "1000000", "1024", "1", "1"}}).starts_with("it needs "));
  CHECK(why_not({"conv", "fp32", {"1", "3", "8", "8", "4", "3", "3", "1", "1", "1", "1", "2", "fprop"}}) ==
        "the shape cannot be");
}

// Small, with odd sizes, so that what is left over of vectors and shares is seen.
std::vector<Point> small_points() {
  std::vector<Point> points;
  for (const char* op : {"read", "write", "copy", "scale", "triad", "write_nt", "copy_nt", "triad_nt"})
    points.push_back(make_point("stream", "fp64", Seconds{}, op, 6 * 512 * 3, 1));
  for (const int bits : {128, 256, 512})
    for (const char* dtype : {"fp32", "fp64", "bf16", "int8"})
      points.push_back(make_point("fma", dtype, Seconds{}, bits, 12 * 2 * 64 * 1024, 1));
  points.push_back(make_point("chase", "int64", Seconds{}, 1 << 16, 0));
  points.push_back(make_point("chase", "int64", Seconds{}, 1 << 22, 1));
  for (const char* op : {"add", "sub", "mul", "div", "add_scalar", "mul_scalar", "relu", "gelu", "tanh", "exp", "erf",
                         "sigmoid", "silu_and_mul"}) {
    points.push_back(make_point("elementwise", "fp32", Seconds{}, op, 7, 33, 2));
    points.push_back(make_point("elementwise", "fp32", Seconds{}, op, 301, 133));
  }
  for (const char* op : {"softmax", "layernorm", "rmsnorm", "rmsnorm_add"}) {
    points.push_back(make_point("normalization", "fp32", Seconds{}, op, 3, 77, 2));
    points.push_back(make_point("normalization", "fp32", Seconds{}, op, 65, 517));
  }
  for (const char* op : {"sum", "max"}) points.push_back(make_point("reduction", "fp32", Seconds{}, op, 65, 517, 2));
  points.push_back(make_point("embedding", "fp32", Seconds{}, 3, 1000, 100, 7, 40, 2, 1000));
  points.push_back(make_point("embedding", "fp32", Seconds{}, 1, 1000, 5, 1, 3));
  points.push_back(make_point("spmm", "fp32", Seconds{}, 300, 200, 5000, 37));
  for (const char* op : {"neighbors", "walk"})
    points.push_back(make_point("sampling", "int32", Seconds{}, op, 500, 4000, 100, 7));
  points.push_back(make_point("launch", "fp32", Seconds{}, "fork_join", 1));
  points.push_back(make_point("adds", "int64", Seconds{}, 160, 1));
  return points;
}

TEST_CASE("small points of own loops compute what they should", "[calibrate]") {
  const auto cpu = backend();
  for (const Point& point : small_points()) {
    CAPTURE(text_of(point));
    std::string why;
    const auto measured = cpu->measure(point, Seconds{2e-4}, why);
    if (!measured) {
      // Only what another processor has.
      const std::set<std::string> other{"fma", "stream", "chase"};
      CHECK(other.contains(point.kernel));
      CHECK_FALSE(why.empty());
      continue;
    }
    CHECK(measured->time.value() > 0);
    CHECK(measured->best <= measured->time);
    CHECK(measured->kept >= 1);
  }
}

TEST_CASE("small points of oneDNN compute what they should", "[calibrate]") {
  const auto cpu = backend();
  const int threads = static_cast<int>(read_machine().cores.size());
  std::vector<Point> points{make_point("launch", "fp32", Seconds{}, "primitive", threads)};
  for (const char* dtype : {"fp32", "bf16", "int8"}) {
    points.push_back(make_point("gemm", dtype, Seconds{}, 1, 5, 33, 17, 2));
    points.push_back(make_point("gemm", dtype, Seconds{}, 3, 7, 12, 20));
    for (const char* pass : {"fprop", "dgrad", "wgrad"}) {
      points.push_back(make_point("conv", dtype, Seconds{}, 2, 16, 9, 10, 8, 3, 3, 2, 1, 1, 0, 1, pass, 2));
      points.push_back(make_point("conv", dtype, Seconds{}, 1, 16, 9, 9, 16, 3, 3, 1, 1, 1, 1, 16, pass));
    }
  }
  for (const Point& point : points) {
    CAPTURE(text_of(point));
    std::string why;
    const auto measured = cpu->measure(point, Seconds{2e-4}, why);
    if (!measured) {
      CHECK(point.dtype != "fp32");
      continue;
    }
    CHECK(measured->time.value() > 0);
  }
}

TEST_CASE("a team's threads are all there and the caller keeps its mask", "[calibrate]") {
  const std::vector<int> before = read_affinity();
  {
    const Team team(before);
    std::vector<int> seen(before.size(), 0);
    team.each([&](int thread) { ++seen[static_cast<std::size_t>(thread)]; });
    CHECK(seen == std::vector<int>(before.size(), 1));
    CHECK(read_affinity().size() == 1);
    std::vector<int> covered(1001, 0);
    team.split(1001, 16, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) ++covered[static_cast<std::size_t>(i)];
    });
    CHECK(covered == std::vector<int>(1001, 1));
  }
  CHECK(read_affinity() == before);
}

TEST_CASE("graphs have the size that was asked for, and hubs", "[calibrate]") {
  const Graph graph = power_law_graph(2000, 3000, 40000);
  CHECK(graph.rows() == 2000);
  CHECK(graph.edges() == 40000);
  std::int64_t largest = 0;
  for (std::int64_t row = 0; row < graph.rows(); ++row) {
    REQUIRE(graph.degree(row) >= 0);
    largest = std::max(largest, graph.degree(row));
  }
  CHECK(largest > 10 * 20);
  for (const std::int32_t column : graph.neighbors) REQUIRE((column >= 0 && column < 3000));
  CHECK(power_law_graph(2000, 3000, 40000).neighbors == graph.neighbors);
  CHECK(power_law_graph(3, 3, 1).edges() == 1);
}

TEST_CASE("the Halton sequence fills the interval", "[calibrate]") {
  CHECK(halton(0, 2) == 0.5);
  CHECK(halton(1, 2) == 0.25);
  CHECK(halton(2, 2) == 0.75);
  CHECK(halton(3, 3) == Approx(4.0 / 9));
  CHECK(usual_size(0.6) == 1);
  CHECK(usual_size(7.2) == 7);
  CHECK(usual_size(100) == 104);
  CHECK(usual_size(700) == 512);
}

}  // namespace
}  // namespace ridgepoint::cpu
