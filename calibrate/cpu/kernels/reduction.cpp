// Sums and maxima of rows.

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr double kMostElements = 1 << 28;  // a gigabyte: from memory all sizes are alike
constexpr std::int64_t kGrain = 1 << 14;   // elements below which one core does it

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.025}, Seconds{0.05}, Seconds{0.12});
  const int count = by_effort(design, 6, 20, 50);
  const double last =
      static_cast<double>(machine.cache_bytes(machine.last_level(), static_cast<int>(machine.cores.size())));
  const double most = std::min({2 * last, machine.available.value() / 64, kMostElements});
  std::vector<Point> points;
  for (std::int64_t i = design.first(); i < design.first() + count; ++i) {
    const std::int64_t cols = usual_size(log_between(32, 65536, halton(i, 2)));
    const double elements = log_between(4096, most, halton(i, 3));
    const std::int64_t rows = std::max<std::int64_t>(1, std::lround(elements / static_cast<double>(cols)));
    const std::int64_t copies = rotation(machine, static_cast<double>(rows * cols * 4), i / 2);
    points.push_back(make_point("reduction", "fp32", budget, i % 2 == 0 ? "sum" : "max", rows, cols, copies));
  }
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const bool sums = point.word("op") == "sum";
  if (!sums && point.word("op") != "max") return bench.cannot("no reduction " + point.word("op"));
  if (point.dtype() != "fp32") return bench.cannot("reductions are of fp32");
  const std::int64_t rows = point.number("rows");
  const std::int64_t cols = point.number("cols");
  const std::int64_t copies = point.number("copies");
  if (!bench.fits(static_cast<double>(copies) * static_cast<double>(rows * cols) * 4)) return std::nullopt;
  const std::span<const float> x = bench.arena.random(bench.team, copies * rows * cols);
  std::vector<float> out(static_cast<std::size_t>(rows));
  const auto loop = sums ? best_loops().sum : best_loops().max;
  const auto run = [&](std::int64_t copy) {
    const float* const from = x.data() + copy * rows * cols;
    bench.team.split(rows, 1, std::max<std::int64_t>(2, kGrain / cols), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row)
        out[static_cast<std::size_t>(row)] = loop(from + row * cols, cols);
    });
  };
  run(0);
  for (const std::int64_t row : probes(rows, 7)) {
    double reference = sums ? 0 : x[static_cast<std::size_t>(row * cols)];
    for (std::int64_t i = 0; i < cols; ++i) {
      const double value = x[static_cast<std::size_t>(row * cols + i)];
      reference = sums ? reference + value : std::max(reference, value);
    }
    expect_near(out[static_cast<std::size_t>(row)], reference, 1e-4 * std::sqrt(static_cast<double>(cols)),
                point.word("op"));
  }
  std::int64_t next = 0;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == copies ? 0 : next + 1) run(next);
  });
}

}  // namespace

const CpuMicrokernel kReduction{
    {"reduction", "reduction", "sums and maxima of rows of fp32, with own vector loops on all cores"}, points, measure};

}  // namespace ridgepoint::cpu
