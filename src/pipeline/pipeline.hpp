#pragma once
// Where the time of an epoch goes: sampling, gathering, sending, and the network's passes, side by side.

#include "pipeline/batch.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// Who does a part. Parts of one resource come one after the other, those of different ones overlap.
enum class PipelineResource : std::uint8_t { kWorkers, kMemory, kNetwork, kLink, kDevice };
inline constexpr std::array<std::string_view, 5> kPipelineResources{"host workers", "host memory", "network",
                                                                    "host link", "device"};
constexpr std::string_view name(PipelineResource resource) {
  return kPipelineResources[static_cast<std::size_t>(resource)];
}

/// A part of what a batch takes: `seconds` of its resource (of one worker), rows and bytes that it moves.
struct PipelinePart {
  std::string_view name;
  PipelineResource resource = PipelineResource::kWorkers;
  double rows = 0;
  double bytes = 0;
  double seconds = 0;
  bool prepares = true;  ///< comes before the network's passes
};

/// How parts follow each other: what each resource takes for a batch, the time between two batches, and an epoch.
struct PipelineSchedule {
  std::array<double, kPipelineResources.size()> busy{};  ///< seconds for a batch, with all workers
  PipelineResource bottleneck = PipelineResource::kDevice;
  double period = 0;   ///< seconds between batches
  double latency = 0;  ///< of one batch from its seeds to its update
  double batches = 0;  ///< of each device in an epoch
  double epoch = 0;
  double balanced_workers = 0;  ///< with which the workers are no longer the bottleneck
  double preparation = 0;       ///< time of what prepares a batch, by one worker, over that of the passes
};

/// What the network's passes take on the device, and what it needs there.
struct NetworkPasses {
  double forward = 0;
  double backward = 0;
  double optimizer = 0;
  double gradient_bytes = 0;
  double memory_bytes = 0;  ///< that the passes need
  double row_bytes = 0;     ///< of a node's features
};

/// Bytes that each machine and device must hold.
struct PipelineMemory {
  double graph = 0;     ///< a machine's part of the graph
  double features = 0;  ///< a machine's part of the features
  double device = 0;    ///< on each device: passes, batches under way, cache or features
};

/// The answer for one plan.
struct Pipeline {
  PipelinePlan plan;
  PlannedBatch planned;
  NetworkPasses network;
  std::vector<PipelinePart> parts;
  PipelineSchedule schedule;
  PipelineMemory memory;
  double remote_share = 0;  ///< of a batch's rows, before the cache
  double cache_hits = 0;    ///< share of a batch's rows
  double cores = 0;         ///< of the host for each device
  std::vector<std::string> warnings;
};

/// What a training run of the network takes, in passes.
NetworkPasses passes_of(const Estimate& estimate, double row_bytes);

/// Prices a plan. `host` is a processor. Throws InputError for features that fit nowhere.
Pipeline price_pipeline(const PipelinePlan& plan, const PlannedBatch& planned, const NetworkPasses& network,
                        const Device& device, const Device& host);

/// With fixed times, bounded buffers and an endless supply the slowest resource sets the pace of a line: an epoch takes
/// one batch's way through it and one period for every other batch. Without prefetching nothing overlaps.
PipelineSchedule schedule_of(const std::vector<PipelinePart>& parts, const MachinePlan& machine, double cores,
                             double batches);

}  // namespace ridgepoint
