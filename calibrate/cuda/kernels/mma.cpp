// Peak rates of the tensor cores by their own instructions: dense products, nothing read or written.

#include "calibrate/cuda/kernels/mma.hpp"

#include <array>

#include "calibrate/cuda/device/bench.hpp"

namespace ridgepoint::cuda {
namespace {

struct Op {
  std::string_view name;
  MmaWork (*work)(const MmaRun& run, int compute);
  void (*launch)(const MmaRun& run, cudaStream_t stream);
};
constexpr std::array kOps{Op{"mma", mma_work, launch_mma}, Op{"wgmma", wgmma_work, launch_wgmma}};
constexpr int kIterations = 4096;
constexpr int kCheckedIterations = 16;

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  // Long enough for the clock to fall to what the power limit allows.
  const Seconds budget = by_effort(effort, Seconds{0.15}, Seconds{0.3}, Seconds{1});
  std::vector<Point> points;
  for (const Op& op : kOps) {
    for (const char* const name : {"fp16", "bf16", "tf32", "fp8_e4m3", "fp8_e5m2", "int8", "fp64"}) {
      const MmaRun run{*find_format(name), nullptr, nullptr, kIterations, device.sms};
      const MmaWork work = op.work(run, device.compute());
      if (work.threads == 0) continue;
      points.push_back(
          make_point("mma", name, budget, op.name, static_cast<std::int64_t>(2 * work.multiply_adds), device.sms));
    }
  }
  return points;
}

void expect_ones(const Bench& bench, const Op& op, MmaRun run) {
  run.iterations = kCheckedIterations;
  const MmaWork work = op.work(run, bench.facts().compute());
  op.launch(run, bench.stream());
  check_finished(bench.stream(), op.name);
  const std::vector<float> want(static_cast<std::size_t>(work.threads), static_cast<float>(work.sum_of_ones));
  const DeviceBuffer reference = to_device(want);
  bench.expect_equal(run.sums, Format::kFp32, reference.as<float>(), work.threads, 0, 1, op.name);
}

// Ones, as bits of the format, repeated over a word.
std::uint32_t ones(Format format) {
  switch (format) {
    case Format::kFp16: return 0x3c003c00;
    case Format::kBf16: return 0x3f803f80;
    case Format::kE4m3: return 0x38383838;
    case Format::kE5m2: return 0x3c3c3c3c;
    case Format::kInt8: return 0x01010101;
    default: return 0x3f800000;
  }
}

DeviceBuffer operands_of_ones(Format format) {
  if (format == Format::kFp64) return to_device(std::vector<double>(kMmaOperandBytes / 8, 1.0));
  return to_device(std::vector<std::uint32_t>(kMmaOperandBytes / 4, ones(format)));
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const Op* op = nullptr;
  for (const Op& one : kOps) op = one.name == point.word("op") ? &one : op;
  const auto format = find_format(point.dtype());
  if (op == nullptr || !format) return bench.cannot("mma has no " + point.word("op") + " in " + point.dtype());
  MmaRun run{*format, nullptr, nullptr, 1, bench.facts().sms};
  const MmaWork one = op->work(run, bench.facts().compute());
  if (one.threads == 0) return bench.cannot("this GPU has no such instruction");
  run.iterations = static_cast<int>(static_cast<double>(point.number("flops")) / (2 * one.multiply_adds));
  if (run.iterations < 1) return bench.cannot(fmt::format("flops must be {:.0f} or more", 2 * one.multiply_adds));
  if (op->launch == launch_wgmma) check(allow_wgmma(), "cudaFuncSetAttribute");
  const DeviceBuffer sums(one.threads * 4);
  const DeviceBuffer all_ones = operands_of_ones(*format);
  run.sums = sums.as<float>();
  run.operands = all_ones.data();
  expect_ones(bench, *op, run);
  // The power that products take depends on their operands: those of networks are random.
  const DeviceBuffer random(kMmaOperandBytes);
  bench.fill(random, *format, Values::kRandom);
  run.operands = random.data();
  return bench.time([&](std::int64_t) {
    op->launch(run, bench.stream());
    check_launch(op->name);
  });
}

}  // namespace

const CudaMicrokernel kMma{
    {"mma", "mma",
     "mma.sync, and wgmma on Hopper, on operands in registers and shared memory: fp16, bf16, tf32, fp8, int8 and fp64, "
     "dense; flops: two for a multiply-add"},
    points,
    measure};

}  // namespace ridgepoint::cuda
