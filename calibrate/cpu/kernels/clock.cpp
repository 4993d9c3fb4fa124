// The clock of the cores under load, without performance counters: integer additions of which each waits for the one
// before take one cycle each on every common core (Fog, "Instruction tables", agner.org).

#include "calibrate/cpu/microkernel.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr std::int64_t kCount = 1 << 18;

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.02}, Seconds{0.05}, Seconds{0.2});
  const auto all = static_cast<std::int64_t>(machine.cores.size());
  if (design.held_out()) return {};
  std::vector<Point> points{in_rounds(make_point("adds", "int64", budget, kCount, all), kCeilingRounds)};
  if (all > 1) points.push_back(in_rounds(make_point("adds", "int64", budget, kCount, 1), kCeilingRounds));
  return points;
}

// The compiler may not see that they are additions of a constant.
std::uint64_t add(std::uint64_t sum, std::int64_t count) {
  std::uint64_t one = 1;
  asm volatile("" : "+r"(one));
  for (std::int64_t i = 0; i < count; i += 16) {
#pragma GCC unroll 16
    for (int j = 0; j < 16; ++j) {
      sum += one;
      asm volatile("" : "+r"(sum));
    }
  }
  return sum;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t adds = point.number("adds");
  const auto threads = static_cast<int>(point.number("threads"));
  if (threads > bench.team.size()) return bench.cannot(fmt::format("there are {} cores", bench.team.size()));
  if (adds % 16 != 0) return bench.cannot("adds must be a multiple of 16");
  expect_near(static_cast<double>(add(5, adds)), static_cast<double>(adds + 5), 0, "a chain of additions");
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(threads) * 8);
  return bench.time([&](std::int64_t runs) {
    bench.team.each(threads, [&](int thread) {
      std::uint64_t sum = 0;
      for (std::int64_t run = 0; run < runs; ++run) sum = add(sum, adds);
      sums[static_cast<std::size_t>(thread) * 8] = sum;
    });
  });
}

}  // namespace

const CpuMicrokernel kClock{
    {"clock", "adds", "additions of which each waits for the one before, one a cycle: the clock under load"},
    points,
    measure};

}  // namespace ridgepoint::cpu
