// Softmax and norms over rows, as a good library writes them: each row stays in the first cache between its passes,
// rows are shared by the cores.

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr double kEpsilon = 1e-5;

/// One operation: its loop over a row, the tensors of rows x cols that it touches, and a row by the book (`row` is
/// replaced by the result).
struct Op {
  std::string_view name;
  RowLoop VectorLoops::*loop;
  int tensors;
  void (*reference)(std::vector<double>& row, std::span<const float> weight, std::span<const float> bias);
};

double mean_of(const std::vector<double>& row, double (*f)(double, double), double center) {
  double sum = 0;
  for (const double value : row) sum += f(value, center);
  return sum / static_cast<double>(row.size());
}

void softmax_row(std::vector<double>& row, std::span<const float>, std::span<const float>) {
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value);
  for (double& value : row) value /= sum;
}

void layernorm_row(std::vector<double>& row, std::span<const float> weight, std::span<const float> bias) {
  const double mean = mean_of(
      row, [](double x, double) { return x; }, 0);
  const double variance = mean_of(
      row, [](double x, double m) { return (x - m) * (x - m); }, mean);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = (row[i] - mean) / std::sqrt(variance + kEpsilon) * weight[i] + bias[i];
  }
}

void rmsnorm_row(std::vector<double>& row, std::span<const float> weight, std::span<const float>) {
  const double square = mean_of(
      row, [](double x, double) { return x * x; }, 0);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = row[i] / std::sqrt(square + kEpsilon) * weight[i];
}

// Of inference: one scale and one shift for a row, which is a channel's plane.
void scale_shift_row(std::vector<double>& row, std::span<const float> weight, std::span<const float> bias) {
  for (double& value : row) value = value * weight[0] + bias[0];
}

constexpr Op kOps[] = {
    {"softmax", &VectorLoops::softmax, 2, softmax_row},
    {"layernorm", &VectorLoops::layernorm, 2, layernorm_row},
    {"rmsnorm", &VectorLoops::rmsnorm, 2, rmsnorm_row},
    {"rmsnorm_add", &VectorLoops::rmsnorm_add, 3, rmsnorm_row},
    {"batchnorm", &VectorLoops::scale_shift, 2, scale_shift_row},
};

constexpr double kMostElements = 1 << 27;  // of a gigabyte or two: from memory all sizes are alike
constexpr std::int64_t kGrain = 1 << 14;   // elements below which one core does it

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.025}, Seconds{0.05}, Seconds{0.12});
  const int each = by_effort(design, 3, 9, 25);
  const double last =
      static_cast<double>(machine.cache_bytes(machine.last_level(), static_cast<int>(machine.cores.size())));
  const double most = std::min({last, machine.available.value() / 64, kMostElements});
  std::vector<Point> points;
  for (int i = 0; i < each; ++i) {
    for (const Op& op : kOps) {
      const std::int64_t at = design.first() + std::ssize(points);
      const std::int64_t cols = usual_size(log_between(32, 16384, halton(at, 2)));
      const double elements = log_between(2048, most, halton(at, 3));
      const std::int64_t rows = std::max<std::int64_t>(1, std::lround(elements / static_cast<double>(cols)));
      const std::int64_t copies = rotation(machine, static_cast<double>(rows * cols * 4 * op.tensors), at + i);
      points.push_back(make_point("normalization", "fp32", budget, op.name, rows, cols, copies));
    }
  }
  return points;
}

// A row from the first cache on one core: what the functions cost without the memory.
std::vector<Point> row_points(const Design& design, const Machine&) {
  const Seconds budget = by_effort(design, Seconds{0.025}, Seconds{0.05}, Seconds{0.2});
  std::vector<Point> points;
  if (design.held_out()) return points;
  for (const Op& op : kOps)
    points.push_back(in_rounds(make_point("normalization", "fp32", budget, op.name, 1, 2048, 1), kCeilingRounds));
  return points;
}

/// The tensors of one point: `copies` sets of x, residual (if the op has one) and out, then weight and bias.
struct Tensors {
  const Op& op;
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t copies;
  Buffer buffer{};

  [[nodiscard]] std::int64_t set() const { return rows * cols * op.tensors; }
  [[nodiscard]] std::int64_t floats() const { return copies * set() + 2 * cols; }
  [[nodiscard]] float* x(std::int64_t copy) const { return buffer.as<float>().data() + copy * set(); }
  [[nodiscard]] float* residual(std::int64_t copy) const { return op.tensors == 3 ? x(copy) + rows * cols : nullptr; }
  [[nodiscard]] float* out(std::int64_t copy) const { return x(copy) + (op.tensors - 1) * rows * cols; }
  [[nodiscard]] float* weight() const { return x(copies); }
  [[nodiscard]] float* bias() const { return weight() + cols; }
};

void run(const Tensors& t, const Team& team, RowLoop loop, std::int64_t copy) {
  const std::int64_t grain = (kGrain + t.cols - 1) / t.cols;
  team.split(t.rows, 1, std::max<std::int64_t>(2, grain), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      float* const residual = t.residual(copy);
      loop(t.x(copy) + row * t.cols, t.weight(), t.bias(), residual == nullptr ? nullptr : residual + row * t.cols,
           t.out(copy) + row * t.cols, t.cols);
    }
  });
}

void check(const Tensors& t, const Team& team, RowLoop loop) {
  const auto size = static_cast<std::size_t>(t.cols);
  const std::vector<std::int64_t> rows = probes(t.rows, 5);
  std::vector<std::vector<double>> expected;
  for (const std::int64_t row : rows) {
    std::vector<double> values(t.x(0) + row * t.cols, t.x(0) + (row + 1) * t.cols);
    for (std::size_t i = 0; t.residual(0) != nullptr && i < size; ++i) {
      values[i] += t.residual(0)[row * t.cols + static_cast<std::int64_t>(i)];
    }
    t.op.reference(values, {t.weight(), size}, {t.bias(), size});
    expected.push_back(std::move(values));
  }
  run(t, team, loop, 0);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < size; ++i) {
      expect_near(t.out(0)[rows[r] * t.cols + static_cast<std::int64_t>(i)], expected[r][i], 1e-4, t.op.name);
    }
  }
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto* const op =
      std::find_if(std::begin(kOps), std::end(kOps), [&](const Op& o) { return o.name == point.word("op"); });
  if (op == std::end(kOps)) return bench.cannot("no normalization " + point.word("op"));
  if (point.dtype() != "fp32") return bench.cannot("normalizations are of fp32");
  Tensors tensors{*op, point.number("rows"), point.number("cols"), point.number("copies")};
  if (!bench.fits(4 * static_cast<double>(tensors.floats()))) return std::nullopt;
  tensors.buffer = Buffer(4 * tensors.floats());
  fill_random(bench.team, tensors.buffer.as<float>());
  const RowLoop loop = best_loops().*op->loop;
  check(tensors, bench.team, loop);
  std::int64_t next = 0;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == tensors.copies ? 0 : next + 1) {
      run(tensors, bench.team, loop, next);
    }
  });
}

}  // namespace

const CpuMicrokernel kRows{
    {"rows", "normalization", "softmax and norms of rows from the inner caches: what the functions cost"},
    row_points,
    measure};

const CpuMicrokernel kNormalization{
    {"normalization", "normalization",
     "softmax, layer norm, RMS norm and RMS norm with residual over rows of fp32, with own "
     "vector loops on all cores"},
    points,
    measure};

}  // namespace ridgepoint::cpu
