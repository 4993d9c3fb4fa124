#pragma once
// What passes over memory share: where their bytes are, and the smooth maximum.

#include <cmath>

#include "cost/model.hpp"

namespace ridgepoint {

/// (a^s + b^s)^(1/s): the larger of two times, rounded off where they are close.
inline double smooth_max(double a, double b, double smoothness) {
  const double large = std::max(a, b);
  if (large <= 0) return 0;
  return large * std::pow(1 + std::pow(std::min(a, b) / large, smoothness), 1 / smoothness);
}

/// How a pass over memory finds its bytes: the parameters that all such models begin with, in this order.
enum MemoryParameter : std::size_t {
  kMemoryEfficiency,
  kWriteCost,
  kLatency,
  kCacheRatio,
  kCacheShare,
  kCacheEdge,
  kMemoryParameters,
};

/// The rows of those parameters; the values are pooled over the GPUs that docs/model.md names.
inline constexpr std::array<ModelParameter, kMemoryParameters> kMemoryTable{
    ModelParameter{"memory_efficiency", "share of the bandwidth of dram that reads reach", 1e-2, 1.1, 0.9, 0.2},
    ModelParameter{"write_cost", "what a written byte costs, in read ones", 0.5, 2, 1.15, 0.1},
    ModelParameter{"latency_s", "time to start and drain a kernel, and to fill the memory's pipelines", 1e-7, 1e-3,
                   3e-6, 0.4},
    ModelParameter{"cache_bandwidth_ratio", "how many times faster than dram the last cache is", 1, 30, 3, 0.5},
    ModelParameter{"cache_capacity_share", "share of the last cache's capacity that one kernel can use", 0.05, 4, 0.9,
                   0.4},
    ModelParameter{"cache_edge", "the power with which the cache loses its use beyond that", 1, 16, 4, 0.4},
};

/// The parameters of a model: those of memory, then its own.
template <std::size_t N>
constexpr std::array<ModelParameter, kMemoryParameters + N> with_memory(const std::array<ModelParameter, N>& own) {
  std::array<ModelParameter, kMemoryParameters + N> all{};
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = i < kMemoryParameters ? kMemoryTable[i] : own[i - kMemoryParameters];
  return all;
}

/// The capacity of the last cache, 0 when nobody knows it.
inline double cache_capacity(const Device& device) {
  const std::optional<Bytes>& capacity = device.llc.capacity ? device.llc.capacity : device.l2.capacity;
  return capacity ? capacity->value() : 0;
}

/// The share of `bytes`, times the sets of operands that a measurement rotates through, that are still in the last
/// cache from the run before: 1 / (1 + (copies bytes / (share capacity))^edge). 0 in a network, whose operands come
/// from memory: a layer is never faster than its plain roofline.
double cached_share(double bytes, const Situation& situation, const ParameterValues& parameters);

/// Clocks per second of all compute units of a GPU together. 0 for other machines, which no fit of ours saw, and where
/// the units or the clock are unknown: terms in clocks are then left out.
inline double unit_clocks(const Device& device) {
  return device.kind == "gpu" ? static_cast<double>(device.compute_units) * device.clock.value() : 0;
}

/// The time in which one block of threads walks over a row of so many columns, 1024 at a time, each taking `clocks`:
/// the threads of a block, and a round trip to memory. 0 where clocks are unknown.
inline double walk_time(const Device& device, double cols, double clocks) {
  constexpr double kThreads = 1024;
  return unit_clocks(device) > 0 ? std::max(1.0, cols / kThreads) * clocks / device.clock.value() : 0;
}

/// Starting a kernel takes clocks of the device, not seconds (L40S at 2.5 GHz starts in 1.7 us, A100 at 1.4 in 2.5):
/// parameters are times at 1.6 GHz, and this is what they are multiplied by. A call's start is the framework's.
inline double start_scale(const Situation& situation) {
  constexpr double kUsualClock = 1.6e9;
  const Device& device = situation.device;
  const bool scales =
      situation.circumstances.clock == Clock::kKernel && device.kind == "gpu" && device.clock.value() > 0;
  return scales ? kUsualClock / device.clock.value() : 1;
}

/// The start of a kernel. The op and wall clocks bracket one call, and its events and the gap before it count; in a
/// network kernels follow each other, and only what the kernel clock sees is left.
inline double start_time(const Situation& situation, double latency) {
  constexpr double kInQueue = 5e-6;
  if (situation.launch.part) return 0;
  latency *= start_scale(situation);
  const bool network = situation.circumstances.copies == 0 && situation.circumstances.clock != Clock::kKernel;
  return network && situation.device.kind != "cpu" ? std::min(latency, kInQueue) : latency;
}

}  // namespace ridgepoint
