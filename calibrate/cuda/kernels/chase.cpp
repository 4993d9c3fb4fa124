// The latency of a load that the next one waits for, against the footprint: L1, L2, memory, and the translation of
// addresses over most of it.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/access.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::int64_t kLine = 128;
constexpr std::int64_t kMostPlaces = std::int64_t{1} << 22;  // beyond it they lie farther apart
constexpr std::int64_t kSteps = 20000;

struct Layout {
  std::int64_t places;
  std::int64_t stride;
};
Layout layout_of(std::int64_t bytes) {
  const std::int64_t places = std::clamp<std::int64_t>(bytes / kLine, 2, kMostPlaces);
  return {places, bytes / places / 8 * 8};
}

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.08}, Seconds{0.2});
  std::vector<Point> points;
  const auto add = [&](double bytes) {
    const auto whole = static_cast<std::int64_t>(bytes) / kLine * kLine;
    points.push_back(make_point("chase", "int64", budget, std::max(whole, 2 * kLine), 0));
  };
  const auto l2 = static_cast<double>(std::max<std::int64_t>(device.l2, 1 << 20));
  const double most = 0.7 * static_cast<double>(device.free_memory);
  for (const double bytes : {16e3, l2 / 4, 4 * l2, most}) add(bytes);
  const int steps = by_effort(effort, 0, 12, 40);
  for (int i = 1; i < steps; ++i) add(log_between(8e3, most, static_cast<double>(i) / steps));
  return points;
}

// One cycle through all places in random order; the same for the same size.
std::vector<std::uint32_t> random_order(std::int64_t places) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(places));
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 random(1);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t bytes = point.number("bytes");
  if (point.number("huge") != 0) return bench.cannot("a GPU's pages cannot be chosen");
  if (bytes < 2 * kLine) return bench.cannot("the least footprint is two lines, 256 bytes");
  const Layout layout = layout_of(bytes);
  if (!bench.fits(static_cast<double>(bytes) + 4.0 * static_cast<double>(layout.places))) return std::nullopt;
  const std::vector<std::uint32_t> order = random_order(layout.places);
  const DeviceBuffer memory(bytes);
  const DeviceBuffer at(sizeof(void*));
  const auto place = [&](std::int64_t index) {
    return memory.at(order[static_cast<std::size_t>(index % layout.places)] * layout.stride);
  };
  {
    const DeviceBuffer on_device = to_device(order);
    launch_link(memory.data(), on_device.as<std::uint32_t>(), layout.places, layout.stride, bench.stream());
    check_finished(bench.stream(), "link");
  }
  void* start = place(0);
  check(cudaMemcpy(at.data(), &start, sizeof start, cudaMemcpyHostToDevice), "cudaMemcpy");
  // Once around, or as far as a run goes, which also brings small footprints into the caches.
  launch_chase(at.as<void*>(), kSteps, bench.stream());
  check_finished(bench.stream(), "chase");
  if (from_device<void*>(at.data()) != place(kSteps)) fail_result("a chain of addresses ended at another place");
  const Measurement chain = bench.time([&](std::int64_t) {
    launch_chase(at.as<void*>(), kSteps, bench.stream());
    check_launch("chase");
  });
  return scaled(chain, 1.0 / static_cast<double>(kSteps));
}

}  // namespace

const CudaMicrokernel kChase{{"chase", "chase",
                              "one thread follows a random cycle of addresses over footprints from 8 KB to most of the "
                              "memory; time of one load"},
                             points,
                             measure};

}  // namespace ridgepoint::cuda
