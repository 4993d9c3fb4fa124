#include "pipeline/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/human.hpp"
#include "cost/demand.hpp"
#include "cost/price.hpp"
#include "pipeline/features.hpp"
#include "pipeline/host.hpp"

namespace ridgepoint {
namespace {

constexpr double kLinkEfficiency = 0.8;    // of a pinned copy over PCIe
constexpr double kMemoryEfficiency = 0.8;  // of the host's memory under all of it at once
constexpr double kLinkLine = 128;          // bytes that a device reads of host memory at least
constexpr double kId = 8;
constexpr double kEdge = 2 * kId;  // both ends, as frameworks send them

double link_rate(const Device& device) { return bus_rate(device) * kLinkEfficiency; }

double on_device(const Kernel& kernel, const Device& device) {
  return price({kernel, work_of(kernel)}, device, Mode::kAuto).time.value();
}

/// Rows of features by where a batch finds them.
struct RowPlaces {
  double all = 0;
  double cached = 0;
  double local = 0;   ///< on the own host
  double remote = 0;  ///< on another machine
};

/// Puts the parts together, in the order in which a batch goes through them.
class Parts {
 public:
  Parts(const PipelinePlan& plan, const PlannedBatch& planned, const NetworkPasses& network, const Device& device,
        const Device& host)
      : plan_(plan), planned_(planned), network_(network), device_(device), host_(host), core_(one_core(host)) {}

  std::vector<PipelinePart> all(const RowPlaces& rows) {
    if (plan_.sampler.kind != SamplerKind::kWhole) {
      sampling(rows);
      features(rows);
      structure();
    }
    add_pass("forward", 0, network_.forward);
    add_pass("backward", 0, network_.backward);
    all_reduce();
    add_pass("optimizer", 0, network_.optimizer);
    host_memory();
    return std::move(parts_);
  }

 private:
  void add(std::string_view name, PipelineResource resource, double rows, double bytes, double seconds) {
    if (seconds > 0) parts_.push_back({name, resource, rows, bytes, seconds});
  }

  void add_pass(std::string_view name, double bytes, double seconds) {
    if (seconds > 0) parts_.push_back({name, PipelineResource::kDevice, 0, bytes, seconds, false});
  }

  [[nodiscard]] double remote_share(const RowPlaces& rows) const { return rows.all > 0 ? rows.remote / rows.all : 0; }

  void sampling(const RowPlaces& rows) {
    const double edges = std::max(planned_.batch.edges(), planned_.batch.scanned);
    if (plan_.machine.sampling == SamplingPlace::kDevice) return sample_on_device(edges);
    const double seconds = drawing_time(plan_, planned_, core_).value();
    add("sampling", PipelineResource::kWorkers, edges, kId * edges, seconds);
    host_bytes_ += 2 * kId * edges;
    if (plan_.machine.machines == 1) return;
    // Every hop asks the machines of its nodes once, and waits for all answers.
    const auto hops = static_cast<double>(planned_.batch.hops.size());
    add("sampling requests", PipelineResource::kWorkers, 0, 0, hops * plan_.machine.network_latency_s);
    to_network("sampled edges", edges * remote_share(rows), kId);
  }

  // A read of an edge and a probe of the table of nodes for each, as the op `sample_neighbors` has them.
  void sample_on_device(double edges) {
    double seconds = 0;
    for (const SampledHop& hop : planned_.batch.hops) {
      seconds += on_device(Gather{.lookups = 2 * hop.edges,
                                  .row_bytes = kId,
                                  .table_rows = plan_.graph.edges,
                                  .index_bytes = 3 * kId * hop.sources,
                                  .other_bytes = kId * (hop.nodes + 2 * hop.edges)},
                           device_);
    }
    add("sampling", PipelineResource::kDevice, edges, kId * edges, seconds);
  }

  void features(const RowPlaces& rows) {
    const double row = network_.row_bytes;
    if (plan_.machine.features == FeaturePlace::kHost) {
      // A machine gathers for others what others gather for it.
      const double gathered = rows.local + rows.remote;
      add("gathering", PipelineResource::kWorkers, gathered, gathered * row,
          gathering_time(gathered, row, plan_.graph.nodes / static_cast<double>(plan_.machine.machines), core_)
              .value());
      host_bytes_ += 3 * gathered * row;  // read, written, and read by the link
    }
    if (rows.remote > 0) {
      add("feature requests", PipelineResource::kWorkers, 0, 0, plan_.machine.network_latency_s);
      to_network("remote features", rows.remote, row + kId);
    }
    if (rows.cached > 0) {
      add("cached features", PipelineResource::kDevice, rows.cached, rows.cached * row,
          on_device(Gather{.lookups = rows.cached,
                           .row_bytes = row,
                           .table_rows = plan_.graph.nodes * std::max(plan_.machine.cache, 1e-9),
                           .index_bytes = kId * rows.cached,
                           .other_bytes = rows.cached * row},
                    device_));
    }
    const bool unified = plan_.machine.features == FeaturePlace::kUnified;
    const double sent = rows.local + rows.remote;
    const double bytes = sent * (unified ? std::ceil(row / kLinkLine) * kLinkLine : row);
    if (unified) host_bytes_ += bytes;
    add(unified ? "features over the link" : "sending features", PipelineResource::kLink, sent, bytes,
        bytes / link_rate(device_));
  }

  void to_network(std::string_view name, double rows, double bytes_of_row) {
    const double bytes = rows * bytes_of_row;
    add(name, PipelineResource::kNetwork, rows, bytes,
        bytes * static_cast<double>(plan_.machine.devices) / plan_.machine.network_bytes_per_s);
  }

  void structure() {
    if (plan_.machine.sampling == SamplingPlace::kDevice) return;
    const double edges = planned_.batch.edges();
    const double bytes = kEdge * edges + kId * planned_.batch.nodes();
    add("sending edges", PipelineResource::kLink, edges, bytes, bytes / link_rate(device_));
    host_bytes_ += 2 * bytes;
  }

  void all_reduce() {
    const std::int64_t ranks = plan_.machine.machines * plan_.machine.devices;
    if (ranks < 2) return;
    const Collective exchange{.op = CollectiveOp::kAllReduce,
                              .ranks = ranks,
                              .ranks_per_node = plan_.machine.devices,
                              .bytes = network_.gradient_bytes};
    add_pass("all-reduce", network_.gradient_bytes, on_device(exchange, device_));
  }

  // All devices of a machine share its memory.
  void host_memory() {
    const double rate = host_.dram_bandwidth().value() * kMemoryEfficiency;
    add("memory traffic", PipelineResource::kMemory, 0, host_bytes_,
        host_bytes_ * static_cast<double>(plan_.machine.devices) / rate);
  }

  const PipelinePlan& plan_;
  const PlannedBatch& planned_;
  const NetworkPasses& network_;
  const Device& device_;
  const Device& host_;
  Device core_;
  std::vector<PipelinePart> parts_;
  double host_bytes_ = 0;
};

RowPlaces places_of(const Pipeline& p) {
  RowPlaces rows{.all = p.planned.batch.nodes()};
  const MachinePlan& machine = p.plan.machine;
  rows.cached = machine.features == FeaturePlace::kDevice ? rows.all : rows.all * p.cache_hits;
  const double missed = rows.all - rows.cached;
  rows.remote = missed * p.remote_share;
  rows.local = missed - rows.remote;
  return rows;
}

PipelineMemory memory_of(const Pipeline& p) {
  const GraphPlan& graph = p.plan.graph;
  const MachinePlan& machine = p.plan.machine;
  const auto machines = static_cast<double>(machine.machines);
  const double features = graph.nodes * p.network.row_bytes;
  const double structure = kId * (graph.nodes + graph.edges);
  PipelineMemory memory{.graph = structure / machines, .features = features / machines};
  // Two batches: one that is computed, one that arrives.
  memory.device = p.network.memory_bytes + p.planned.batch.nodes() * p.network.row_bytes + features * machine.cache;
  if (machine.features == FeaturePlace::kDevice) memory.device += features;
  if (machine.sampling == SamplingPlace::kDevice) memory.device += structure;
  return memory;
}

void expect_room(const Pipeline& p, const Device& device) {
  if (!device.dram.capacity) return;
  const double room = device.dram.capacity->value();
  // Passes that do not fit alone are the network's own matter.
  if (p.memory.device <= room || p.network.memory_bytes > room) return;
  const double features = p.plan.graph.nodes * p.network.row_bytes;
  const double left = room - (p.memory.device - features * p.plan.machine.cache);
  const bool by_cache = p.plan.machine.cache > 0 && left > 0;
  throw InputError({fmt::format("the device needs {}, and {} has {}", human_capacity(p.memory.device), device.name,
                                human_capacity(room)),
                    by_cache ? fmt::format("a \"cache\" of {:.3g} at most", std::floor(1000 * left / features) / 1000)
                             : "features and graph in host memory, a smaller batch or a larger device"});
}

void warn(Pipeline& p, const Device& device) {
  const MachinePlan& machine = p.plan.machine;
  if (device.dram.capacity && p.network.memory_bytes > device.dram.capacity->value()) {
    p.warnings.push_back(fmt::format("the passes need {} and {} has {}: a smaller batch, or activations computed twice",
                                     human_capacity(p.network.memory_bytes), device.name,
                                     human_capacity(device.dram.capacity->value())));
  }
  if (static_cast<double>(machine.workers) > p.cores) {
    p.warnings.push_back(
        fmt::format("{} workers on {:.0f} cores for each device: no more work at a time", machine.workers, p.cores));
  }
  if (p.planned.isolated > 0)
    p.warnings.push_back(fmt::format("{:.0f} nodes of the graph have no edge", p.planned.isolated));
}

}  // namespace

NetworkPasses passes_of(const Estimate& estimate, double row_bytes) {
  NetworkPasses passes{.row_bytes = row_bytes};
  for (const LayerEstimate& row : estimate.rows) {
    for (std::size_t i = 0; i < kPasses.size(); ++i) {
      const double time = row.passes[i].time;
      const Pass pass = kPasses[i];
      (pass == Pass::kFprop ? passes.forward : pass == Pass::kOptimizer ? passes.optimizer : passes.backward) += time;
    }
  }
  passes.gradient_bytes = estimate.memory.gradients.value();
  passes.memory_bytes = estimate.memory.total().value();
  return passes;
}

Pipeline price_pipeline(const PipelinePlan& plan, const PlannedBatch& planned, const NetworkPasses& network,
                        const Device& device, const Device& host) {
  Pipeline p{.plan = plan, .planned = planned, .network = network};
  const auto machines = static_cast<double>(plan.machine.machines);
  const Device priced = priced_host(host);
  p.cores =
      static_cast<double>(std::max<std::int64_t>(1, host.compute_units)) / static_cast<double>(plan.machine.devices);
  p.cores = std::max(1.0, p.cores);
  // Which rows a cache keeps does not change: those that batches read most often, the nodes with most edges.
  if (plan.machine.cache > 0) {
    p.cache_hits = AccessLaw::of_counts(planned.batch.rows).top_share(plan.machine.cache * plan.graph.nodes);
  }
  const double rows = planned.batch.nodes();
  p.remote_share = rows > 0 ? remote_rows(planned.batch, machines, plan.machine.edge_cut()) / rows : 0;
  p.memory = memory_of(p);
  expect_room(p, device);
  p.parts = Parts(plan, planned, network, device, priced).all(places_of(p));
  const double all = plan.sampler.kind == SamplerKind::kWhole ? 1
                     : plan.sampler.kind == SamplerKind::kClusters
                         ? plan.sampler.clusters / plan.sampler.clusters_per_batch
                         : plan.graph.train_nodes / plan.sampler.batch;
  const double steps = std::ceil(all / (machines * static_cast<double>(plan.machine.devices)) - 1e-9);
  p.schedule = schedule_of(p.parts, plan.machine, p.cores, std::max(1.0, steps));
  warn(p, device);
  return p;
}

}  // namespace ridgepoint
