// Peak rates of multiply-adds on the vector units.

#include <algorithm>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/compute.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kIterations = 16384;
constexpr int kCheckedIterations = 48;  // whole numbers up to 49 are exact in every format

// Numbers in one register of a thread.
int lanes_of(Format format) { return format == Format::kFp16 || format == Format::kBf16 ? 2 : 1; }

std::int64_t threads_of(const DeviceFacts& device) {
  return static_cast<std::int64_t>(device.sms) * kComputeBlocksPerSm * kComputeThreads;
}

// An instruction of a warp is so many bits wide.
int bits_of(Format format) { return 32 * 8 * bytes_of(format) * lanes_of(format); }

// Formats of which integers are not: their products count as FLOPs here too, since the file's column is called so.
std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.1}, Seconds{0.3});
  std::vector<Point> points;
  for (const char* const name : {"fp32", "fp16", "bf16", "fp64", "int32"}) {
    const Format format = *find_format(name);
    const std::int64_t flops = 2 * threads_of(device) * kFmaChains * kIterations * lanes_of(format);
    points.push_back(make_point("fma", name, budget, bits_of(format), flops, device.sms));
  }
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto format = find_format(point.dtype());
  const DeviceFacts& facts = bench.facts();
  if (!format) return bench.cannot("no vector unit multiplies " + point.dtype());
  const std::int64_t per_iteration = 2 * threads_of(facts) * kFmaChains * lanes_of(*format);
  const std::int64_t iterations = point.number("flops") / per_iteration;
  if (iterations < 1 || iterations * per_iteration != point.number("flops"))
    return bench.cannot(fmt::format("flops must be a multiple of {}", per_iteration));
  const std::int64_t threads = threads_of(facts);
  const DeviceBuffer sums(threads * 4);
  // Every chain counts from 1 to the number of its iterations and 1.
  launch_fma(*format, 1, 1, kCheckedIterations, facts.sms, sums.as<float>(), bench.stream());
  check_finished(bench.stream(), "fma");
  const std::vector<float> want(static_cast<std::size_t>(threads), kFmaChains * (kCheckedIterations + 1.0F));
  const DeviceBuffer reference = to_device(want);
  bench.expect_equal(sums.data(), Format::kFp32, reference.as<float>(), threads, 0, 1, "a chain of multiply-adds");
  const bool whole = *format == Format::kInt32;
  return bench.time([&](std::int64_t) {
    launch_fma(*format, whole ? 3 : 0.97F, whole ? 7 : 0.013F, static_cast<int>(iterations), facts.sms,
               sums.as<float>(), bench.stream());
    check_launch("fma");
  });
}

}  // namespace

const CudaMicrokernel kFma{
    {"fma", "fma",
     "chains of multiply-adds in registers: fp64, fp32, pairs of fp16 and of bf16, int32; flops: two for each"},
    points,
    measure};

}  // namespace ridgepoint::cuda
