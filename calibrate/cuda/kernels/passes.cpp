// Passes over tensors of rows x cols, as a good library writes them: 16 bytes at a time, a warp or a block for a row.

#include "calibrate/cuda/kernels/passes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

/// One op of a sample kernel: which tensors it has besides a and out, and how many columns a has for each of out.
template <class Which>
struct Op {
  std::string_view name;
  Which op;
  bool second_input = false;
  bool vectors = false;
  bool second_output = false;
  int a_cols = 1;
};
constexpr std::array kElements{
    Op<ElementOp>{"add", ElementOp::kAdd, true},
    Op<ElementOp>{"mul", ElementOp::kMul, true},
    Op<ElementOp>{"relu", ElementOp::kRelu},
    Op<ElementOp>{"gelu", ElementOp::kGelu},
    Op<ElementOp>{"silu_and_mul", ElementOp::kSiluAndMul, false, false, false, 2},
    Op<ElementOp>{"add_scalar", ElementOp::kAddScalar},
    Op<ElementOp>{"sigmoid", ElementOp::kSigmoid},
    Op<ElementOp>{"tanh", ElementOp::kTanh},
    Op<ElementOp>{"rope", ElementOp::kRope},
};
constexpr std::array kNorms{
    Op<RowOp>{"softmax", RowOp::kSoftmax},
    Op<RowOp>{"layernorm", RowOp::kLayerNorm, false, true},
    Op<RowOp>{"rmsnorm", RowOp::kRmsNorm, false, true},
    Op<RowOp>{"rmsnorm_add", RowOp::kRmsNormAdd, true, true, true},
};
constexpr std::array kReductions{Op<RowOp>{"sum", RowOp::kSum}, Op<RowOp>{"max", RowOp::kMax}};

bool is_known(std::optional<Format> format) {
  return format == Format::kFp32 || format == Format::kFp16 || format == Format::kBf16;
}

/// A set of tensors.
struct Set {
  DeviceBuffer a, b, weight, bias, out, out2;
  PassTensors tensors{};
};

template <class Which>
double bytes_of_set(const Op<Which>& op, Format format, std::int64_t rows, std::int64_t cols) {
  const double elements = static_cast<double>(rows) * static_cast<double>(cols);
  const int tensors = op.a_cols + 1 + (op.second_input ? 1 : 0) + (op.second_output ? 1 : 0);
  return elements * tensors * bytes_of(format);
}

template <class Which>
Set make_set(const Bench& bench, const Op<Which>& op, Format format, std::int64_t rows, std::int64_t cols,
             std::uint64_t seed) {
  Set set;
  const std::int64_t size = rows * cols * bytes_of(format);
  const auto filled = [&](std::int64_t bytes, std::uint64_t number) {
    DeviceBuffer buffer(bytes);
    bench.fill(buffer, format, Values::kRandom, seed * 8 + number);
    return buffer;
  };
  set.a = filled(size * op.a_cols, 1);
  if (op.second_input) set.b = filled(size, 2);
  if (op.vectors) set.weight = filled(cols * bytes_of(format), 3);
  if (op.vectors) set.bias = filled(cols * bytes_of(format), 4);
  set.out = DeviceBuffer(size);
  if (op.second_output) set.out2 = DeviceBuffer(size);
  set.tensors = {set.a.data(), set.b.data(), set.weight.data(), set.bias.data(), set.out.data(), set.out2.data(),
                 rows,         cols};
  return set;
}

// Half a step of the output's format, and the errors of the fast functions.
double tolerance_of(Format format) { return format == Format::kBf16 ? 0.006 : format == Format::kFp16 ? 0.002 : 1e-4; }

void launch_op(ElementOp op, Format format, const PassTensors& t, cudaStream_t stream) {
  launch_elements(op, format, t, stream);
}
void launch_op(RowOp op, Format format, const PassTensors& t, cudaStream_t stream) {
  launch_rows(op, format, t, stream);
}
void launch_reference(ElementOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                      cudaStream_t stream) {
  launch_elements_reference(op, format, t, probes, want, stream);
}
void launch_reference(RowOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                      cudaStream_t stream) {
  launch_rows_reference(op, format, t, probes, want, stream);
}

template <class Which>
std::optional<Measurement> measure_op(const Op<Which>& op, bool reduces, const PointFields& point, Bench& bench) {
  const auto format = find_format(point.dtype());
  if (!is_known(format)) return bench.cannot("passes are of fp32, fp16 and bf16");
  const std::int64_t rows = point.number("rows");
  const std::int64_t cols = point.number("cols");
  const std::int64_t copies = point.number("copies");
  if (!bench.fits(bytes_of_set(op, *format, rows, cols) * static_cast<double>(copies))) return std::nullopt;
  std::vector<Set> sets;
  for (std::int64_t copy = 0; copy < copies; ++copy) {
    sets.push_back(make_set(bench, op, *format, rows, cols, static_cast<std::uint64_t>(copy + 1)));
  }
  const Launch launch = [&](std::int64_t copy) {
    launch_op(op.op, *format, sets[static_cast<std::size_t>(copy)].tensors, bench.stream());
    check_launch(op.name);
  };
  launch(0);
  check_finished(bench.stream(), op.name);
  const PassTensors& first = sets.front().tensors;
  // Sums of many random numbers nearly cancel: what counts is their error against the size of the terms.
  const double floor = reduces ? std::max(1.0, std::sqrt(static_cast<double>(cols))) : 0.05;
  expect_probes(
      bench, first.out, *format, reduces ? rows : rows * cols,
      [&](std::int64_t probes, float* want) { launch_reference(op.op, *format, first, probes, want, bench.stream()); },
      tolerance_of(*format), floor, op.name);
  return bench.time(launch, copies);
}

template <class Ops>
auto find_op(const Ops& ops, std::string_view name) {
  return std::find_if(ops.begin(), ops.end(), [&](const auto& op) { return op.name == name; });
}

template <const auto& kOps>
std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto* const op = find_op(kOps, point.word("op"));
  if (op == kOps.end()) return bench.cannot(fmt::format("{} has no op {}", point.kernel(), point.word("op")));
  return measure_op(*op, point.kernel() == "reduction", point, bench);
}

template <const auto& kOps>
std::vector<Point> design(std::string_view name, std::size_t count, Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{name, name, count, by_effort(effort, Seconds{0.02}, Seconds{0.04}, Seconds{0.1})};
  return design_points(plan, device, [&](const DesignRow& row) {
    const auto format = find_format(row.dtype);
    const auto* const op = find_op(kOps, row.values.at(0));
    if (!is_known(format) || op == kOps.end()) return 0.0;
    return bytes_of_set(*op, *format, row.number(1), row.number(2));
  });
}

}  // namespace

const CudaMicrokernel kElementwise{
    {"elementwise", "elementwise", "own kernels, 16 bytes a thread and step, in fp32, fp16 and bf16"},
    [](Effort effort, const DeviceFacts& device) {
      return design<kElements>("elementwise", by_effort<std::size_t>(effort, 27, 100, 216), effort, device);
    },
    measure<kElements>};

const CudaMicrokernel kNormalization{
    {"normalization", "normalization",
     "softmax, layernorm, rmsnorm and rmsnorm_add by own kernels: a warp or a block for a row, which is read once as "
     "long as it fits into registers"},
    [](Effort effort, const DeviceFacts& device) {
      return design<kNorms>("normalization", by_effort<std::size_t>(effort, 16, 48, 96), effort, device);
    },
    measure<kNorms>};

const CudaMicrokernel kReduction{{"reduction", "reduction", "sum and maximum of rows by the same kernels"},
                                 [](Effort effort, const DeviceFacts& device) {
                                   return design<kReductions>("reduction", by_effort<std::size_t>(effort, 8, 24, 48),
                                                              effort, device);
                                 },
                                 measure<kReductions>};

}  // namespace ridgepoint::cuda
