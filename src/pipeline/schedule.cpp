#include <algorithm>
#include <cmath>

#include "pipeline/pipeline.hpp"

namespace ridgepoint {

PipelineSchedule schedule_of(const std::vector<PipelinePart>& parts, const MachinePlan& machine, double cores,
                             double batches) {
  constexpr auto kWorkers = static_cast<std::size_t>(PipelineResource::kWorkers);
  PipelineSchedule s{.batches = batches};
  double passes = 0;
  for (const PipelinePart& part : parts) {
    s.busy[static_cast<std::size_t>(part.resource)] += part.seconds;
    // Memory is busy while workers and link are: it is no way of its own.
    if (part.resource != PipelineResource::kMemory) s.latency += part.seconds;
    if (!part.prepares) passes += part.seconds;
  }
  s.preparation = passes > 0 ? (s.latency - passes) / passes : 0;
  const double worker = s.busy[kWorkers];
  if (machine.prefetch == 0) {
    s.period = s.latency;
    s.bottleneck = static_cast<PipelineResource>(std::max_element(s.busy.begin(), s.busy.end()) - s.busy.begin());
    s.epoch = batches * s.period;
    return s;
  }
  s.busy[kWorkers] = worker / std::min(static_cast<double>(machine.workers), cores);
  double others = 0;
  for (std::size_t i = 0; i < s.busy.size(); ++i) others = i == kWorkers ? others : std::max(others, s.busy[i]);
  s.balanced_workers = others > 0 ? std::max(1.0, std::ceil(worker / others - 1e-9)) : 1;
  const auto* const slowest = std::max_element(s.busy.begin(), s.busy.end());
  s.bottleneck = static_cast<PipelineResource>(slowest - s.busy.begin());
  s.period = *slowest;
  s.epoch = s.latency + (batches - 1) * s.period;
  return s;
}

}  // namespace ridgepoint
