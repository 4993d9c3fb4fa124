// Rates of atomic additions in the L2, from all to one place to each at its own.

#include <algorithm>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/access.hpp"

namespace ridgepoint::cuda {
namespace {

std::vector<Point> points(Effort effort, const DeviceFacts&) {
  const Seconds budget = by_effort(effort, Seconds{0.04}, Seconds{0.06}, Seconds{0.2});
  std::vector<Point> points;
  for (const char* const dtype : {"fp32", "int32"}) {
    for (const std::int64_t words :
         {std::int64_t{1}, std::int64_t{1} << 10, std::int64_t{1} << 20, std::int64_t{1} << 26}) {
      const std::int64_t count = words < (1 << 10) ? 1 << 20 : std::max<std::int64_t>(words, 1 << 24);
      points.push_back(make_point("atomic", dtype, budget, "add", 4 * words, count));
    }
  }
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t words = point.number("bytes") / 4;
  const std::int64_t count = point.number("operations");
  const bool floating = point.dtype() == "fp32";
  if (!floating && point.dtype() != "int32") return bench.cannot("atomics are of fp32 and int32");
  if (words < 1 || (words & (words - 1)) != 0 || 4 * words != point.number("bytes"))
    return bench.cannot("bytes must be four times a power of two");
  if (count % words != 0 || count / words > (1 << 24))
    return bench.cannot("operations must be a multiple of the places, at most 2^24 for each");
  if (!bench.fits(4.0 * static_cast<double>(words))) return std::nullopt;
  const DeviceBuffer memory(4 * words);
  const DeviceBuffer wrong(sizeof(unsigned));
  check(cudaMemsetAsync(memory.data(), 0, static_cast<std::size_t>(4 * words), bench.stream()), "cudaMemsetAsync");
  check(cudaMemsetAsync(wrong.data(), 0, sizeof(unsigned), bench.stream()), "cudaMemsetAsync");
  launch_atomics(floating, memory.data(), words, count, bench.stream());
  check_atomics(floating, memory.data(), words, count, wrong.as<unsigned>(), bench.stream());
  check_finished(bench.stream(), "atomics");
  if (const auto bad = from_device<unsigned>(wrong.data()); bad > 0)
    fail_result(fmt::format("{} of {} places hold another sum", bad, words));
  return bench.time([&](std::int64_t) {
    launch_atomics(floating, memory.data(), words, count, bench.stream());
    check_launch("atomics");
  });
}

}  // namespace

const CudaMicrokernel kAtomics{
    {"atomics", "atomic", "additions of 1 to one place, to a thousand, a million and 64 million, scattered"},
    points,
    measure};

}  // namespace ridgepoint::cuda
