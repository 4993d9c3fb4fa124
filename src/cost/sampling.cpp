#include "cost/sampling.hpp"

#include <algorithm>
#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t {
  kSeed,
  kAll,
  kDraw,
  kCompare,
  kPlace,
  kStep,
  kProbe,
  kParallel,
  kWalks,
  kSpread,
  kLatency,
  kFork,
};

constexpr std::array kParameters{
    ModelParameter{"seed_s", "a core's time for a seed", 2e-10, 1e-6, 3e-9, 0.7},
    ModelParameter{"all_s", "the same for a seed that takes all its edges, which takes a number of its own", 2e-10,
                   1e-6, 7e-9, 0.7},
    ModelParameter{"draw_s", "a core's time for an edge that is chosen: a random number", 2e-10, 2e-7, 2.3e-9, 0.7},
    ModelParameter{"compare_s", "to compare a choice with an earlier one of its seed", 1e-11, 1e-8, 3e-10, 0.7},
    ModelParameter{"place_s", "to write one of the places that a seed's edges have", 1e-11, 1e-7, 6e-10, 0.7},
    ModelParameter{"step_s", "a core's time for a step of a walk", 2e-10, 2e-7, 1.5e-9, 0.7},
    ModelParameter{"probe_s", "to look a node up in the table of those met", 5e-10, 2e-7, 5e-9, 0.7},
    ModelParameter{"parallel_loads", "loads that a core waits for at once", 0.5, 100, 4, 0.7},
    ModelParameter{"parallel_walks", "walks that a core has under way at once", 0.3, 30, 1.8, 0.7},
    ModelParameter{"spread", "of the graph that accesses spread over", 0.001, 1.5, 0.3, 0.7},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 2e-7, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
};

constexpr double kLine = 64;

// Without measured curves: what loads took on processors of the last ten years, from a last cache and from memory.
constexpr Seconds kCacheLoad{20e-9};
constexpr Seconds kMemoryLoad{100e-9};

double load_time(double bytes, const Device& device) {
  if (has_cpu_curves(device)) {
    if (const Seconds measured = cpu_latency(bytes, device); measured.value() > 0) return measured.value();
  }
  const std::optional<Bytes>& cache = device.llc.capacity ? device.llc.capacity : device.l2.capacity;
  return (cache && bytes < cache->value() ? kCacheLoad : kMemoryLoad).value();
}

/// A core's time for all of it, in what it does and what it waits for.
struct Parts {
  double works = 0;
  double waits = 0;
};

// Draws of one seed are compared with each other: f (f - 1) / 2 pairs. Neighbours of a seed lie together, so that they
// are no more lines than they fill.
Parts drawing(const Sampling& s, const ParameterValues& p, double load) {
  const double pairs = s.choosing * s.fan_out * (s.fan_out - 1) / 2;
  const double of_seed = std::max(1.0, s.edges / std::max(s.nodes, 1.0)) * s.index_bytes / kLine;
  const double lines = s.seeds * (1 + std::min(s.drawn / std::max(s.seeds, 1.0), std::max(1.0, of_seed)));
  const double chosen = s.choosing * s.fan_out;
  const double works = s.seeds * p[kSeed] + (s.seeds - s.choosing) * p[kAll] + chosen * p[kDraw] + pairs * p[kCompare] +
                       std::max(s.drawn, s.seeds * s.fan_out) * p[kPlace];
  return {works, lines * load / p[kParallel]};
}

// A step waits for an offset, and then for a neighbour.
Parts walking(const Sampling& s, const ParameterValues& p, double load) {
  return {s.seeds * p[kSeed] + s.drawn * p[kStep], 2 * s.drawn * load / p[kWalks]};
}

Parts parts_of(const Sampling& s, const Device& device, const ParameterValues& p) {
  const double load = load_time(std::max(graph_bytes(s) * p[kSpread], 1.0), device);
  Parts parts = s.walk ? walking(s, p, load) : drawing(s, p, load);
  if (s.probes > 0) {
    parts.works += s.probes * p[kProbe];
    parts.waits += s.probes * load_time(std::max(s.table_bytes, 1.0), device) / p[kParallel];
  }
  return parts;
}

}  // namespace

std::span<const ModelParameter> sampling_parameters() { return kParameters; }

Seconds sampling_time(const Sampling& sampling, const Device& device) {
  ParameterValues p{};
  for (std::size_t i = 0; i < kParameters.size(); ++i) p[i] = kParameters[i].typical;
  const Parts parts = parts_of(sampling, device, p);
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, device.compute_units));
  const double alone = p[kLatency] + parts.works + parts.waits;
  return Seconds{std::min(alone, p[kLatency] + p[kFork] + (parts.works + parts.waits) / cores)};
}

}  // namespace ridgepoint
