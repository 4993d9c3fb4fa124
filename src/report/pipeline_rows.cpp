#include "report/pipeline_rows.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/human.hpp"

namespace ridgepoint {
namespace {

template <class Row>
using Column = PipelineColumn<Row>;

const std::array kHopColumns{
    Column<SampledHop>{"fan_out", "fan-out", ColumnKind::kNumber, [](const SampledHop& h) { return Cell(h.fan_out); }},
    Column<SampledHop>{"sources", "sources", ColumnKind::kCount, [](const SampledHop& h) { return Cell(h.sources); }},
    Column<SampledHop>{"edges", "edges", ColumnKind::kCount, [](const SampledHop& h) { return Cell(h.edges); }},
    Column<SampledHop>{"new_nodes", "new nodes", ColumnKind::kCount, [](const SampledHop& h) { return Cell(h.fresh); }},
    Column<SampledHop>{"nodes", "nodes", ColumnKind::kCount, [](const SampledHop& h) { return Cell(h.nodes); }}};

// What a part takes of the time between two batches, on a resource that has several workers of each of them.
double share_of(const PartRow& row) {
  const auto i = static_cast<std::size_t>(row.part.resource);
  double all = 0;
  for (const PipelinePart& part : row.run.parts) all += part.resource == row.part.resource ? part.seconds : 0;
  const double period = row.run.schedule.period;
  return all > 0 && period > 0 ? row.part.seconds / all * row.run.schedule.busy[i] / period : 0;
}

const std::array kPartColumns{
    Column<PartRow>{"part", "part", ColumnKind::kText, [](const PartRow& r) { return Cell(std::string(r.part.name)); }},
    Column<PartRow>{"resource", "by", ColumnKind::kText,
                    [](const PartRow& r) { return Cell(std::string(name(r.part.resource))); }},
    Column<PartRow>{"rows", "rows", ColumnKind::kCount, [](const PartRow& r) { return Cell(r.part.rows); }},
    Column<PartRow>{"bytes", "bytes", ColumnKind::kBytes, [](const PartRow& r) { return Cell(r.part.bytes); }},
    Column<PartRow>{"time_s", "time", ColumnKind::kSeconds, [](const PartRow& r) { return Cell(r.part.seconds); }},
    Column<PartRow>{"epoch_s", "epoch", ColumnKind::kSeconds,
                    [](const PartRow& r) { return Cell(r.part.seconds * r.run.schedule.batches); }},
    Column<PartRow>{"share_of_period", "of period", ColumnKind::kShare,
                    [](const PartRow& r) { return Cell(share_of(r)); }}};

template <PipelineResource kResource>
Cell busy(const Pipeline& p) {
  return p.schedule.busy[static_cast<std::size_t>(kResource)];
}

const std::array kRunColumns{
    Column<Pipeline>{"machines", "machines", ColumnKind::kNumber,
                     [](const Pipeline& p) { return Cell(static_cast<double>(p.plan.machine.machines)); }},
    Column<Pipeline>{
        "devices", "devices", ColumnKind::kNumber,
        [](const Pipeline& p) { return Cell(static_cast<double>(p.plan.machine.machines * p.plan.machine.devices)); }},
    Column<Pipeline>{"workers", "workers", ColumnKind::kNumber,
                     [](const Pipeline& p) { return Cell(static_cast<double>(p.plan.machine.workers)); }},
    Column<Pipeline>{"batch", "", ColumnKind::kNumber, [](const Pipeline& p) { return Cell(p.plan.sampler.batch); }},
    Column<Pipeline>{"nodes", "", ColumnKind::kCount, [](const Pipeline& p) { return Cell(p.planned.batch.nodes()); }},
    Column<Pipeline>{"edges", "", ColumnKind::kCount, [](const Pipeline& p) { return Cell(p.planned.batch.edges()); }},
    Column<Pipeline>{"remote_share", "remote", ColumnKind::kShare,
                     [](const Pipeline& p) { return Cell(p.remote_share); }},
    Column<Pipeline>{"cache_hits", "", ColumnKind::kShare, [](const Pipeline& p) { return Cell(p.cache_hits); }},
    Column<Pipeline>{"workers_s", "workers'", ColumnKind::kSeconds, busy<PipelineResource::kWorkers>},
    Column<Pipeline>{"memory_s", "", ColumnKind::kSeconds, busy<PipelineResource::kMemory>},
    Column<Pipeline>{"network_s", "network's", ColumnKind::kSeconds, busy<PipelineResource::kNetwork>},
    Column<Pipeline>{"link_s", "link's", ColumnKind::kSeconds, busy<PipelineResource::kLink>},
    Column<Pipeline>{"device_s", "device's", ColumnKind::kSeconds, busy<PipelineResource::kDevice>},
    Column<Pipeline>{"period_s", "period", ColumnKind::kSeconds,
                     [](const Pipeline& p) { return Cell(p.schedule.period); }},
    Column<Pipeline>{"latency_s", "", ColumnKind::kSeconds, [](const Pipeline& p) { return Cell(p.schedule.latency); }},
    Column<Pipeline>{"batches", "", ColumnKind::kNumber, [](const Pipeline& p) { return Cell(p.schedule.batches); }},
    Column<Pipeline>{"epoch_s", "epoch", ColumnKind::kSeconds,
                     [](const Pipeline& p) { return Cell(p.schedule.epoch); }},
    Column<Pipeline>{"bottleneck", "bottleneck", ColumnKind::kText,
                     [](const Pipeline& p) { return Cell(std::string(name(p.schedule.bottleneck))); }},
    Column<Pipeline>{"balanced_workers", "balance", ColumnKind::kNumber,
                     [](const Pipeline& p) { return Cell(p.schedule.balanced_workers); }},
    Column<Pipeline>{"preparation_over_passes", "", ColumnKind::kNumber,
                     [](const Pipeline& p) { return Cell(p.schedule.preparation); }},
    Column<Pipeline>{"host_bytes", "a host holds", ColumnKind::kBytes,
                     [](const Pipeline& p) {
                       const bool away = p.plan.machine.features == FeaturePlace::kDevice;
                       return Cell(p.memory.graph + (away ? 0 : p.memory.features));
                     }},
    Column<Pipeline>{"device_bytes", "", ColumnKind::kBytes, [](const Pipeline& p) { return Cell(p.memory.device); }}};

}  // namespace

std::span<const PipelineColumn<SampledHop>> hop_columns() { return kHopColumns; }
std::span<const PipelineColumn<PartRow>> part_columns() { return kPartColumns; }
std::span<const PipelineColumn<Pipeline>> run_columns() { return kRunColumns; }

std::string human_size(double value) {
  return value == std::floor(value) && std::abs(value) < 1e6 ? fmt::format("{:.0f}", value) : human_number(value);
}

std::string human_cell(ColumnKind kind, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const double value = std::get<double>(cell);
  switch (kind) {
    case ColumnKind::kBytes: return value > 0 ? human_bytes(value) : "-";
    case ColumnKind::kSeconds: return value > 0 ? human_seconds(value) : "-";
    case ColumnKind::kShare: return human_percent(value);
    case ColumnKind::kCount: return value > 0 ? human_count(value) : "-";
    default: return human_size(value);
  }
}

}  // namespace ridgepoint
