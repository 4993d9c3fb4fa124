// Element-wise operations and special functions. The functions are polynomials of this project that the compiler
// vectorises (exp to 2e-6, erf to 2e-7, tanh and sigmoid through exp), not the C library's.

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

/// One operation: its loop, how many tensors it reads, and what it computes.
struct Op {
  std::string_view name;
  MapLoop VectorLoops::*loop;
  int inputs;
  double (*reference)(double x, double y);
};

constexpr Op kOps[] = {
    {"add", &VectorLoops::add, 2, [](double x, double y) { return x + y; }},
    {"sub", &VectorLoops::sub, 2, [](double x, double y) { return x - y; }},
    {"mul", &VectorLoops::mul, 2, [](double x, double y) { return x * y; }},
    {"div", &VectorLoops::div, 2, [](double x, double y) { return x / y; }},
    {"add_scalar", &VectorLoops::add_scalar, 1, [](double x, double) { return x + 1.25; }},
    {"mul_scalar", &VectorLoops::mul_scalar, 1, [](double x, double) { return x * 1.25; }},
    {"relu", &VectorLoops::relu, 1, [](double x, double) { return std::max(x, 0.0); }},
    {"gelu", &VectorLoops::gelu, 1, [](double x, double) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
    {"tanh", &VectorLoops::tanh, 1, [](double x, double) { return std::tanh(x); }},
    {"exp", &VectorLoops::exp, 1, [](double x, double) { return std::exp(x); }},
    {"erf", &VectorLoops::erf, 1, [](double x, double) { return std::erf(x); }},
    {"sigmoid", &VectorLoops::sigmoid, 1, [](double x, double) { return 1 / (1 + std::exp(-x)); }},
    {"silu_and_mul", &VectorLoops::silu_and_mul, 2, [](double x, double y) { return x / (1 + std::exp(-x)) * y; }},
};

/// Sets of a gigabyte: from memory all sizes are alike, and filling more takes longer than measuring.
constexpr double kMostElements = 1 << 27;

/// Below so many elements a parallel loop costs more than it gives.
constexpr std::int64_t kGrain = 1 << 14;

const Op* op_of(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kOps), std::end(kOps), [&](const Op& op) { return op.name == name; });
  return found == std::end(kOps) ? nullptr : found;
}

std::vector<Point> elementwise_points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.02}, Seconds{0.05}, Seconds{0.12});
  const int sizes = by_effort(design, 2, 5, 12);
  const double last =
      static_cast<double>(machine.cache_bytes(machine.last_level(), static_cast<int>(machine.cores.size())));
  std::vector<Point> points;
  for (int i = 0; i < sizes; ++i) {
    std::int64_t which = design.first();
    for (const Op& op : kOps) {
      // Sizes that differ from op to op, between what fits a vector cache and what no cache holds.
      const double share = (i + halton(which++, 2)) / sizes;
      const double elements = log_between(2048, std::min({last, machine.available.value() / 64, kMostElements}), share);
      const std::int64_t cols = usual_size(std::min(4096.0, std::sqrt(elements)));
      const std::int64_t rows = std::max<std::int64_t>(1, std::lround(elements / static_cast<double>(cols)));
      const std::int64_t bytes = rows * cols * 4 * (op.inputs + 1);
      const std::int64_t copies = rotation(machine, static_cast<double>(bytes), std::ssize(points) + i);
      points.push_back(make_point("elementwise", "fp32", budget, op.name, rows, cols, copies));
    }
  }
  return points;
}

// From the first cache on one core, where nothing but the function counts, and over all cores.
std::vector<Point> special_points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.025}, Seconds{0.06}, Seconds{0.2});
  std::vector<Point> points;
  if (design.held_out()) return points;
  for (const char* const op : {"exp", "tanh", "erf", "sigmoid", "gelu", "div", "add", "relu", "silu_and_mul"}) {
    points.push_back(in_rounds(make_point("elementwise", "fp32", budget, op, 1, 2048, 1), kCeilingRounds));
    points.push_back(in_rounds(
        make_point("elementwise", "fp32", budget, op, static_cast<std::int64_t>(machine.cores.size()), kGrain, 1),
        kCeilingRounds));
  }
  return points;
}

// Exact enough for a polynomial; quotients may be large.
double tolerance(double reference) { return 2e-5 * std::max(1.0, std::abs(reference)); }

}  // namespace

std::optional<Measurement> measure_elementwise(const PointFields& point, Bench& bench) {
  const Op* const op = op_of(point.word("op"));
  if (op == nullptr) return bench.cannot("no element-wise op " + point.word("op"));
  if (point.dtype() != "fp32") return bench.cannot("element-wise ops are of fp32");
  const std::int64_t count = point.number("rows") * point.number("cols");
  const std::int64_t copies = point.number("copies");
  const std::int64_t stride = (count + 15) / 16 * 16;
  const std::int64_t set = stride * (op->inputs + 1);
  if (!bench.fits(static_cast<double>(copies * set * 4))) return std::nullopt;
  const Buffer buffer(copies * set * 4);
  const std::span<float> values = buffer.as<float>();
  fill_random(bench.team, values);
  const MapLoop loop = best_loops().*op->loop;
  const auto run = [&](std::int64_t copy) {
    float* const x = values.data() + copy * set;
    float* const y = op->inputs == 2 ? x + stride : x;
    float* const out = x + op->inputs * stride;
    bench.team.split(count, 16, kGrain, [&](std::int64_t begin, std::int64_t end) {
      loop(x + begin, y + begin, out + begin, end - begin);
    });
  };
  run(0);
  for (const std::int64_t i : probes(count)) {
    const double x = values[static_cast<std::size_t>(i)];
    const double y = values[static_cast<std::size_t>(op->inputs == 2 ? stride + i : i)];
    const double reference = op->reference(x, y);
    expect_near(values[static_cast<std::size_t>(op->inputs * stride + i)], reference, tolerance(reference), op->name);
  }
  std::int64_t next = 0;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == copies ? 0 : next + 1) run(next);
  });
}

const CpuMicrokernel kElementwise{
    {"elementwise", "elementwise",
     "one pass over tensors of fp32 with own vector loops on all cores: sums, products, relu, "
     "gelu, gates"},
    elementwise_points,
    measure_elementwise};

const CpuMicrokernel kSpecial{
    {"special", "elementwise", "exp, tanh, erf, sigmoid and gelu as vectorised polynomials, from the first cache"},
    special_points,
    measure_elementwise};

}  // namespace ridgepoint::cpu
