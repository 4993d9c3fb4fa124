// The pace of a pipeline against one that is played through, event by event.

#include <algorithm>
#include <queue>

#include "pipeline/pipeline.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

PipelinePart part(PipelineResource resource, double seconds) { return {"part", resource, 0, 0, seconds, true}; }

/// Times of a batch at the workers (one of them), on the network, on the link and on the device.
struct Times {
  double worker;
  double network;
  double link;
  double device;
};

std::vector<PipelinePart> parts_of(const Times& t) {
  return {part(PipelineResource::kWorkers, t.worker), part(PipelineResource::kNetwork, t.network),
          part(PipelineResource::kLink, t.link), part(PipelineResource::kDevice, t.device)};
}

// Workers take batches in turn, and stop while they have as many finished ones as they may; what follows serves one
// batch at a time, in order.
double play(const Times& t, std::size_t workers, std::size_t prefetch, std::size_t batches) {
  std::vector<double> prepared(batches);
  std::vector<double> taken(batches);  // by the network, from the worker's buffer
  double network = 0;
  double link = 0;
  double device = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const double before = i >= workers ? prepared[i - workers] : 0;
    // A place in the worker's buffer is free once the batch so many turns ago was taken.
    const std::size_t turns = workers * prefetch;
    const double room = i >= turns + workers ? taken[i - turns - workers] : 0;
    prepared[i] = std::max(before, room) + t.worker;
    taken[i] = std::max(prepared[i], network);
    network = taken[i] + t.network;
    link = std::max(link, network) + t.link;
    device = std::max(device, link) + t.device;
  }
  return device;
}

TEST_CASE("an epoch is as long as one that is played through", "[pipeline]") {
  const std::vector<Times> all{{0.1, 0.002, 0.01, 0.02},
                               {0.01, 0.002, 0.01, 0.02},
                               {0.03, 0.05, 0.01, 0.02},
                               {0.02, 0.001, 0.04, 0.02},
                               {0.02, 0.02, 0.02, 0.02}};
  for (const Times& t : all) {
    for (const std::int64_t workers : {1, 3, 16}) {
      CAPTURE(t.worker, t.network, t.link, workers);
      const MachinePlan machine{.workers = workers, .prefetch = 2};
      const PipelineSchedule s = schedule_of(parts_of(t), machine, 64, 500);
      CHECK(s.epoch == Approx(play(t, static_cast<std::size_t>(workers), 2, 500)).epsilon(0.02));
    }
  }
}

TEST_CASE("balanced workers are the fewest that no longer hold up the rest", "[pipeline]") {
  const Times t{0.1, 0.002, 0.01, 0.03};
  const PipelineSchedule s = schedule_of(parts_of(t), {.workers = 1, .prefetch = 2}, 64, 500);
  CHECK(s.balanced_workers == 4);
  CHECK(s.bottleneck == PipelineResource::kWorkers);
  CHECK(play(t, 4, 2, 500) == Approx(500 * 0.03).epsilon(0.02));
  CHECK(play(t, 3, 2, 500) > 1.05 * 500 * 0.03);
  CHECK(schedule_of(parts_of(t), {.workers = 4, .prefetch = 2}, 64, 500).bottleneck == PipelineResource::kDevice);
}

TEST_CASE("without prefetching everything comes one after the other", "[pipeline]") {
  const Times t{0.1, 0.002, 0.01, 0.03};
  const PipelineSchedule s = schedule_of(parts_of(t), {.workers = 8, .prefetch = 0}, 64, 500);
  CHECK(s.period == Approx(0.142));
  CHECK(s.epoch == Approx(71));
  CHECK(s.preparation == 0);  // every part here prepares
}

TEST_CASE("more workers than cores are no faster", "[pipeline]") {
  const Times t{0.1, 0.002, 0.01, 0.001};
  const auto period = [&](std::int64_t workers) {
    return schedule_of(parts_of(t), {.workers = workers, .prefetch = 2}, 4, 500).period;
  };
  CHECK(period(8) == period(4));
  CHECK(period(4) == Approx(0.025));
}

}  // namespace
}  // namespace ridgepoint
