#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/pipeline.hpp"
#include "report/pipeline_rows.hpp"

namespace ridgepoint {
namespace {

std::string list_of(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ", ") + human_size(value);
  return text;
}

std::string degrees_line(const Pipeline& run) {
  const GraphPlan& graph = run.plan.graph;
  switch (graph.law) {
    case DegreeLaw::kEven: return "all degrees alike";
    case DegreeLaw::kList:
      return fmt::format("degrees as listed, up to {}", human_size(std::round(run.planned.degrees.largest())));
    case DegreeLaw::kFile:
      return fmt::format("degrees of {}, up to {}", graph.file, human_size(std::round(run.planned.degrees.largest())));
    case DegreeLaw::kPower: break;
  }
  if (!graph.types.empty()) {
    return fmt::format("degrees of each relation by a power law{}",
                       graph.exponent ? " with exponent " + human_number(*graph.exponent) : "");
  }
  return fmt::format("degrees by a power law{} up to {}",
                     graph.exponent ? " with exponent " + human_number(*graph.exponent) : "",
                     human_size(std::round(run.planned.degrees.largest())));
}

std::string bottleneck_line(const Pipeline& run) {
  const PipelineSchedule& s = run.schedule;
  const std::string_view slowest = name(s.bottleneck);
  if (run.plan.machine.prefetch == 0) {
    return fmt::format("nothing overlaps without prefetching: a batch takes {}, most of it the {}",
                       human_seconds(s.period), slowest);
  }
  std::array<double, kPipelineResources.size()> busy = s.busy;
  std::sort(busy.begin(), busy.end());
  const double next = busy[busy.size() - 2];
  return fmt::format("the {} set{} the pace: a batch every {}; next in line is {}", slowest,
                     s.bottleneck == PipelineResource::kWorkers ? "" : "s", human_seconds(s.period),
                     human_seconds(next));
}

std::string balance_line(const Pipeline& run) {
  const PipelineSchedule& s = run.schedule;
  const double worker = s.busy[0] * std::min(static_cast<double>(run.plan.machine.workers), run.cores);
  std::string text = fmt::format("a worker prepares a batch in {}: {:.0f} of them keep up with the rest",
                                 human_seconds(worker), s.balanced_workers);
  if (s.balanced_workers > run.cores) text += fmt::format(", and a device has {:.0f} cores", run.cores);
  return text;
}

}  // namespace

std::string sampler_line(const SamplerPlan& s) {
  const std::string seeds = human_size(s.batch);
  switch (s.kind) {
    case SamplerKind::kNeighbors:
      return fmt::format("neighbours {} of {} seeds{}{}", list_of(s.fan_outs), seeds,
                         s.replace ? ", with repetition" : "", s.fresh_only ? ", only new nodes draw" : "");
    case SamplerKind::kWalks: return fmt::format("walks of {} steps from {} roots", s.walk_length, seeds);
    case SamplerKind::kLayers: return fmt::format("layers of {} nodes below {} seeds", list_of(s.layer_nodes), seeds);
    case SamplerKind::kClusters:
      return fmt::format("{} of {} clusters, {} of the edges between them", human_size(s.clusters_per_batch),
                         human_size(s.clusters), human_percent(s.cluster_cut));
    case SamplerKind::kWhole: break;
  }
  return "the whole graph at once";
}

std::string graph_line(const Pipeline& run) {
  const GraphPlan& graph = run.plan.graph;
  return fmt::format("{} nodes{}, {} edges ({} a node), {}; {} nodes to train on", human_count(graph.nodes),
                     graph.types.empty() ? "" : fmt::format(" of {} types", graph.types.size()),
                     human_count(graph.edges), human_number(graph.edges / graph.nodes), degrees_line(run),
                     human_count(graph.train_nodes));
}

std::vector<std::string> pipeline_sentences(const PipelineReport& report, const Pipeline& run) {
  const PipelineSchedule& s = run.schedule;
  const MachinePlan& machine = run.plan.machine;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("epoch: {} in {:.0f} batches{}", human_seconds(s.epoch), s.batches,
                              machine.machines * machine.devices > 1
                                  ? fmt::format(" on each of {} devices", machine.machines * machine.devices)
                                  : ""));
  lines.push_back(bottleneck_line(run));
  if (s.busy[0] > 0 && machine.prefetch > 0) lines.push_back(balance_line(run));
  if (s.preparation > 0) {
    lines.push_back(fmt::format("preparing a batch takes {} times what the network's passes take, by one worker",
                                human_number(s.preparation)));
  }
  if (machine.machines > 1) {
    lines.push_back(fmt::format("{} of a batch's nodes are on another machine, {} of the edges lead to one{}",
                                human_percent(run.remote_share), human_percent(machine.edge_cut()),
                                machine.cut ? "" : " (a random division)"));
  }
  if (machine.cache > 0) {
    lines.push_back(
        fmt::format("the cache keeps {} of the nodes, those with most edges, and has {} of what batches read",
                    human_percent(machine.cache), human_percent(run.cache_hits)));
  }
  lines.push_back(fmt::format("each machine holds {} of graph and {} of features; each device {}",
                              human_capacity(run.memory.graph), human_capacity(run.memory.features),
                              human_capacity(run.memory.device)));
  if (!report.host_measured && s.busy[0] > 0) {
    lines.push_back(fmt::format("{} was not measured: typical values of a core price its work", report.host));
  }
  for (const std::string& warning : run.warnings) lines.push_back("warning: " + warning);
  return lines;
}

}  // namespace ridgepoint
