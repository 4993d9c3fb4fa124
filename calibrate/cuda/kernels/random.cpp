// Random rows, as lookups in tables read them, against the footprint: what is left of the bandwidth when every row is
// at another place, and beyond what translated addresses cover.

#include <algorithm>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/access.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr double kTraffic = 256e6;  // bytes that one run reads

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.08}, Seconds{0.2});
  const auto l2 = static_cast<double>(std::max<std::int64_t>(device.l2, 1 << 20));
  const double most = 0.75 * static_cast<double>(device.free_memory);
  std::vector<Point> points;
  const auto add = [&](double bytes, int row) {
    const auto rows = std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes) / row);
    points.push_back(make_point("random", "fp32", budget, rows * row, row, static_cast<std::int64_t>(kTraffic / row)));
  };
  for (const int row : {32, 128, 512}) {
    for (const double bytes : {l2 / 3, 8 * l2, most}) add(bytes, row);
  }
  const int steps = by_effort(effort, 0, 8, 24);
  for (int i = 1; i < steps; ++i) {
    add(log_between(l2 / 2, most, static_cast<double>(i) / steps), i % 2 == 0 ? 128 : 64);
  }
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t bytes = point.number("bytes");
  const auto row = static_cast<int>(point.number("row_bytes"));
  const std::int64_t rows = point.number("rows");
  if (row < 16 || row > 4096 || (row & (row - 1)) != 0) return bench.cannot("row_bytes: a power of two, 16 to 4096");
  if (bytes < row || bytes % row != 0) return bench.cannot("bytes must be a multiple of row_bytes");
  if (!bench.fits(static_cast<double>(bytes))) return std::nullopt;
  const DeviceBuffer memory(bytes);
  launch_pattern(memory.data(), bytes, bench.stream());
  check_finished(bench.stream(), "pattern");
  const DeviceBuffer sinks(8);
  check(cudaMemsetAsync(sinks.data(), 0, 8, bench.stream()), "cudaMemsetAsync");
  auto* const sink = sinks.as<std::uint32_t>();
  launch_random(memory.data(), bytes, row, rows, sink, bench.stream());
  launch_random_reference(bytes, row, rows, sink + 1, bench.stream());
  check_finished(bench.stream(), "random");
  if (from_device<std::uint32_t>(sink) != from_device<std::uint32_t>(sink + 1))
    fail_result("random rows have another checksum than they should");
  return bench.time([&](std::int64_t) {
    launch_random(memory.data(), bytes, row, rows, sink, bench.stream());
    check_launch("random");
  });
}

}  // namespace

const CudaMicrokernel kRandom{
    {"random", "random",
     "rows of 16 to 512 bytes at random places of footprints up to three quarters of the free memory; bytes: rows x "
     "row_bytes, without indices"},
    points,
    measure};

}  // namespace ridgepoint::cuda
