// What starting a kernel costs the host and the GPU, without any work in it.

#include <algorithm>
#include <array>
#include <chrono>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/access.hpp"

namespace ridgepoint::cuda {
namespace {

Measurement round_trip(Bench& bench) {
  return bench.device.time_host(
      [&](std::int64_t runs) {
        for (std::int64_t run = 0; run < runs; ++run) {
          launch_empty(bench.stream());
          check_finished(bench.stream(), "an empty kernel");
        }
      },
      bench.budget);
}

// Long enough in a row that what counts is the slower of issuing and starting.
Measurement back_to_back(Bench& bench) {
  constexpr int kInARow = 256;
  return scaled(bench.device.time_host(
                    [&](std::int64_t runs) {
                      for (std::int64_t run = 0; run < runs * kInARow; ++run) launch_empty(bench.stream());
                      check_finished(bench.stream(), "empty kernels");
                    },
                    bench.budget),
                1.0 / kInARow);
}

Measurement graph_node(Bench& bench) {
  constexpr int kInARow = 64;
  const Launch many = [&](std::int64_t) {
    for (int i = 0; i < kInARow; ++i) launch_empty(bench.stream());
    check_launch("empty kernels");
  };
  return scaled(bench.device.time_graph(many, 1, bench.budget), 1.0 / kInARow);
}

Measurement kernel_alone(Bench& bench) {
  return bench.time([&](std::int64_t) {
    launch_empty(bench.stream());
    check_launch("an empty kernel");
  });
}

/// An event for as long as this lives.
struct Event {
  Event() { check(cudaEventCreate(&event), "cudaEventCreate"); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { static_cast<void>(cudaEventDestroy(event)); }
  cudaEvent_t event = nullptr;
};

Measurement record_event(Bench& bench) {
  const Event event;
  return bench.device.time_host(
      [&](std::int64_t runs) {
        for (std::int64_t run = 0; run < runs; ++run)
          check(cudaEventRecord(event.event, bench.stream()), "cudaEventRecord");
        check_finished(bench.stream(), "events");
      },
      bench.budget);
}

Measurement clock_call(Bench& bench) {
  return bench.device.time_host(
      [&](std::int64_t runs) {
        for (std::int64_t run = 0; run < runs; ++run) {
          volatile auto now = std::chrono::steady_clock::now().time_since_epoch().count();
          static_cast<void>(now);
        }
      },
      bench.budget);
}

struct Op {
  std::string_view name;
  Measurement (*measure)(Bench& bench);
};
constexpr std::array kOps{Op{"round_trip", round_trip}, Op{"back_to_back", back_to_back},
                          Op{"graph_node", graph_node}, Op{"empty_kernel", kernel_alone},
                          Op{"event", record_event},    Op{"host_clock", clock_call}};

std::vector<Point> points(Effort effort, const DeviceFacts&) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.1}, Seconds{0.3});
  std::vector<Point> points;
  points.reserve(kOps.size());
  for (const Op& op : kOps) points.push_back(make_point("launch", "fp32", budget, op.name, 1));
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto* const op =
      std::find_if(kOps.begin(), kOps.end(), [&](const Op& one) { return one.name == point.word("op"); });
  if (op == kOps.end()) return bench.cannot("launch has no op " + point.word("op"));
  return op->measure(bench);
}

}  // namespace

const CudaMicrokernel kLaunch{
    {"launch", "launch",
     "an empty kernel: launched and waited for, back to back, as a node of a graph, alone on the GPU; recording an "
     "event; reading the host's clock"},
    points,
    measure};

}  // namespace ridgepoint::cuda
