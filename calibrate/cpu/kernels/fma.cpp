// The peak rate of multiply-adds from registers, per format and width. One multiply-add is two operations.

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr std::int64_t kRounds = 4096;

/// One format: multiply-adds of an instruction per 128 bits, and its loop.
struct Format {
  std::string_view dtype;
  int products_per_128;
  bool (*there)(const VectorLoops& loops);
  double (*run)(const VectorLoops& loops, std::int64_t rounds);
};

constexpr Format kFormats[] = {
    {"fp32", 4, [](const VectorLoops&) { return true; },
     [](const VectorLoops& l, std::int64_t rounds) { return static_cast<double>(l.fma_fp32(rounds, 0.5F, 1.0F)); }},
    {"fp64", 2, [](const VectorLoops&) { return true; },
     [](const VectorLoops& l, std::int64_t rounds) { return l.fma_fp64(rounds, 0.5, 1.0); }},
    {"bf16", 8, [](const VectorLoops& l) { return l.dot_bf16 != nullptr; },
     [](const VectorLoops& l, std::int64_t rounds) { return static_cast<double>(l.dot_bf16(rounds)); }},
    {"int8", 16, [](const VectorLoops& l) { return l.dot_int8 != nullptr; },
     [](const VectorLoops& l, std::int64_t rounds) { return static_cast<double>(l.dot_int8(rounds)); }},
};

std::int64_t flops_per_round(const Format& format, int bits) {
  return std::int64_t{2} * kChains * format.products_per_128 * bits / 128;
}

std::vector<Point> points(Effort effort, const Machine& machine) {
  const Seconds budget = by_effort(effort, Seconds{0.025}, Seconds{0.06}, Seconds{0.2});
  const int all = static_cast<int>(machine.cores.size());
  std::vector<Point> points;
  for (const int bits : {512, 256, 128}) {
    const VectorLoops* const loops = loops_of_width(bits);
    if (loops == nullptr) continue;
    for (const Format& format : kFormats) {
      if (!format.there(*loops)) continue;
      const std::int64_t flops = kRounds * flops_per_round(format, bits);
      points.push_back(make_point("fma", format.dtype, budget, bits, flops * all, all));
      if (all > 1) points.push_back(make_point("fma", format.dtype, budget, bits, flops, 1));
    }
  }
  return points;
}

const Format* format_of(const std::string& dtype) {
  for (const Format& format : kFormats) {
    if (format.dtype == dtype) return &format;
  }
  return nullptr;
}

// fp32 and fp64: x / 2 + 1 ends at 2 in every lane. Dot products: each round adds its multiply-adds.
void check(const Format& format, const VectorLoops& loops) {
  constexpr std::int64_t kEnough = 128;
  const double products = static_cast<double>(flops_per_round(format, loops.bits)) / 2;
  const bool dot = format.dtype == "bf16" || format.dtype == "int8";
  const double expected = products * (dot ? static_cast<double>(kEnough) : 2);
  expect_near(format.run(loops, kEnough), expected, 1e-6 * expected, "a chain of multiply-adds");
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const VectorLoops* const loops = loops_of_width(static_cast<int>(point.number("bits")));
  const Format* const format = format_of(point.dtype());
  if (loops == nullptr || format == nullptr || !format->there(*loops)) {
    return bench.cannot(fmt::format("no multiply-add of {} in {} bits", point.dtype(), point.number("bits")));
  }
  const auto threads = static_cast<int>(point.number("threads"));
  if (threads > bench.team.size()) return bench.cannot(fmt::format("there are {} cores", bench.team.size()));
  const std::int64_t per_round = flops_per_round(*format, loops->bits) * threads;
  const std::int64_t rounds = point.number("flops") / per_round;
  if (rounds * per_round != point.number("flops")) {
    return bench.cannot(fmt::format("flops must be a multiple of {}", per_round));
  }
  check(*format, *loops);
  std::vector<double> results(static_cast<std::size_t>(threads) * 8);
  return bench.time([&](std::int64_t runs) {
    bench.team.each(threads, [&](int thread) {
      results[static_cast<std::size_t>(thread) * 8] = format->run(*loops, runs * rounds);
    });
  });
}

}  // namespace

const CpuMicrokernel kFma{
    {"fma", "fma",
     "multiply-adds on registers per format and vector width, and dot products of bf16 and int8; flops: two "
     "per multiply-add"},
    points,
    measure};

}  // namespace ridgepoint::cpu
