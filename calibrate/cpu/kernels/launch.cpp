// What a call costs before any work: an empty parallel region, and a primitive of oneDNN with almost nothing to do.

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/onednn.hpp"

namespace ridgepoint::cpu {
namespace {

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.05}, Seconds{0.1}, Seconds{0.4});
  const int all = static_cast<int>(machine.cores.size());
  if (design.held_out()) return {};
  std::vector<Point> points;
  for (int threads = all; threads >= 2; threads /= 2)
    points.push_back(in_rounds(make_point("launch", "fp32", budget, "fork_join", threads), kCeilingRounds));
  points.push_back(in_rounds(make_point("launch", "fp32", budget, "primitive", all), kCeilingRounds));
  return points;
}

std::optional<Measurement> fork_join(int threads, const Bench& bench) {
  std::vector<int> seen(static_cast<std::size_t>(threads), 0);
  bench.team.each(threads, [&](int thread) { seen[static_cast<std::size_t>(thread)]++; });
  for (const int count : seen) expect_near(count, 1, 0, "the number of calls of each thread");
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i) bench.team.each(threads, [](int) {});
  });
}

// A product of two 8 x 8 matrices.
std::optional<Measurement> primitive(const Bench& bench) {
  const Dims dims{8, 8};
  const dnnl::memory::desc desc(dims, Type::f32, Tag::ab);
  const std::vector<float> values = whole_numbers(dims, 1, true);
  const dnnl::memory c(desc, engine());
  const Arguments arguments{{DNNL_ARG_SRC, to_memory(values, dims, Tag::ab, desc)},
                            {DNNL_ARG_WEIGHTS, to_memory(values, dims, Tag::ab, desc)},
                            {DNNL_ARG_DST, c}};
  const dnnl::matmul product(matmul_of(desc, desc, desc));
  product.execute(stream(), arguments);
  stream().wait();
  double first = 0;
  for (std::size_t i = 0; i < 8; ++i) first += static_cast<double>(values[i]) * values[8 * i];
  expect_near(to_floats(c, dims, Tag::ab).front(), first, 0, "a small product");
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i) product.execute(stream(), arguments);
    stream().wait();
  });
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto threads = static_cast<int>(point.number("threads"));
  if (threads > bench.team.size()) return bench.cannot(fmt::format("there are {} cores", bench.team.size()));
  if (point.word("op") == "fork_join") return fork_join(threads, bench);
  if (point.word("op") != "primitive") return bench.cannot("no launch " + point.word("op"));
  if (threads != bench.team.size()) return bench.cannot("primitives run on all cores");
  return primitive(bench);
}

}  // namespace

const CpuMicrokernel kLaunch{
    {"launch", "launch", "an empty parallel region, and one call of oneDNN for a product of 8 x 8"}, points, measure};

}  // namespace ridgepoint::cpu
