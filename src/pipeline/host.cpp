#include "pipeline/host.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "cost/cpu.hpp"
#include "cost/price.hpp"
#include "cost/sampling.hpp"

namespace ridgepoint {
namespace {

// A core's copy alone, on servers of the last years; and what a data sheet's bandwidth loses.
constexpr double kCoreBandwidth = 12e9;
constexpr double kMemoryEfficiency = 0.8;
constexpr double kId = 8;      // bytes of a node's number
constexpr double kEntry = 16;  // bytes of an entry of the table of nodes; half of the entries are empty

MeasuredCeiling memory(const char* op, double bytes_per_s) {
  return {.unit = CeilingUnit::kMemory, .name = std::string(kDefaultPages), .op = op, .bytes = 1, .value = bytes_per_s};
}

MeasuredCeiling latency(double bytes, double seconds) {
  return {.unit = CeilingUnit::kLatency, .name = "small_pages", .bytes = bytes, .value = seconds};
}

Seconds on_core(const Kernel& kernel, const Device& core) {
  return price({kernel, work_of(kernel)}, core, Mode::kCalibrated, {.clock = Clock::kWall}).time;
}

}  // namespace

Device priced_host(const Device& host) {
  if (host.kind != "cpu") {
    throw InputError({fmt::format("{} is no processor, but a {}", host.name, host.kind),
                      "a device of the kind cpu, such as epyc-9654 or a file of `ridgepoint calibrate --device cpu`"});
  }
  if (has_cpu_curves(host)) return host;
  Device priced = host;
  if (!priced.calibration) priced.calibration.emplace();
  const double bandwidth = host.dram_bandwidth().value() * kMemoryEfficiency;
  const double cache = host.llc.capacity ? host.llc.capacity->value() : 32e6;
  priced.calibration->ceilings = {memory("read", bandwidth), memory("write", bandwidth),
                                  // First, second and last cache, and memory, of server processors since 2015.
                                  latency(32e3, 1.5e-9), latency(1e6, 5e-9), latency(std::max(cache / 4, 2e6), 20e-9),
                                  latency(std::max(4 * cache, 64e6), 100e-9)};
  return priced;
}

Device one_core(const Device& host) {
  Device core = host;
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, host.compute_units));
  for (MeasuredCeiling& c : core.calibration->ceilings) {
    if (c.unit == CeilingUnit::kMemory) c.value = std::max(c.value / cores, std::min(c.value, kCoreBandwidth));
  }
  core.compute_units = 1;
  return core;
}

Seconds drawing_time(const PipelinePlan& plan, const PlannedBatch& planned, const Device& core) {
  if (plan.sampler.kind == SamplerKind::kWhole) return {};
  const bool walks = plan.sampler.kind == SamplerKind::kWalks;
  Sampling common{.nodes = plan.graph.nodes,
                  .edges = plan.graph.edges,
                  .index_bytes = kId,
                  .table_bytes = 2 * kEntry * planned.batch.nodes()};
  Seconds time{};
  if (walks) {
    Sampling walk = common;
    walk.walk = true;
    walk.seeds = plan.sampler.batch;
    walk.fan_out = static_cast<double>(plan.sampler.walk_length);
    walk.drawn = walk.probes = walk.seeds * walk.fan_out;
    time += sampling_time(walk, core);
  }
  const bool by_hop = plan.sampler.kind == SamplerKind::kNeighbors;
  for (const SampledHop& hop : planned.batch.hops) {
    if (!by_hop || hop.sources <= 0) continue;
    Sampling draw = common;
    draw.seeds = hop.sources;
    draw.fan_out = hop.fan_out;
    draw.drawn = draw.probes = hop.edges;
    draw.choosing = hop.choosing;
    time += sampling_time(draw, core);
  }
  if (planned.batch.scanned > 0) {
    Sampling scan = common;
    scan.seeds = planned.batch.nodes();
    scan.fan_out = planned.batch.scanned / std::max(1.0, scan.seeds);
    scan.drawn = scan.probes = planned.batch.scanned;
    time += sampling_time(scan, core);
  }
  return time;
}

Seconds gathering_time(double rows, double row_bytes, double table_rows, const Device& core) {
  if (rows <= 0) return {};
  return on_core(Gather{.lookups = rows,
                        .row_bytes = row_bytes,
                        .table_rows = table_rows,
                        .index_bytes = kId * rows,
                        .other_bytes = rows * row_bytes},
                 core);
}

}  // namespace ridgepoint
