#pragma once
// A whole step of a recommender on devices: its tables and what is not.

#include <memory>

#include "placement/plan.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// What is asked of a network's tables. `batch` of the run is that of all devices together; `growth` multiplies the
/// rows of every table.
struct StepQuestion {
  const Description* description = nullptr;
  const Device* device = nullptr;
  RunOptions run{};
  EngineOptions options{};
  Surroundings around = usual_surroundings();
  HostAccess host = HostAccess::kCached;
  double devices = 1;
  double growth = 1;
  bool whole_tables = false;
  std::string plan = "auto";
};

/// A step. `dense` is the time of all that is no lookup, of a device's part of the batch, and `dense_exchange` that of
/// the gradients of its weights. Nothing overlaps in `time()`; in `prefetched()` rows that are not in device memory are
/// fetched for the next batch while this one is computed, from ids that are known that early.
struct Step {
  Estimate estimate;  ///< of one device's part, its lookups as if all tables were in its memory
  PlacementRun run;
  std::vector<Table> tables;
  std::vector<Plan> plans;  ///< the best first
  double batch = 1;
  double dense = 0;
  double dense_exchange = 0;

  [[nodiscard]] const Plan& plan() const { return plans.front(); }
  [[nodiscard]] bool fits() const { return plan().unplaced <= 0; }
  [[nodiscard]] double time() const { return plan().times.total() + dense + dense_exchange; }
  [[nodiscard]] double prefetched() const {
    return std::max(plan().times.far(), plan().times.total() - plan().times.far() + dense + dense_exchange);
  }
};

/// Throws InputError when the network has no tables, or a batch too small for the devices.
std::unique_ptr<Step> step_of(const StepQuestion& question);
/// The same of another batch of all devices.
std::unique_ptr<Step> step_of(StepQuestion question, std::int64_t batch);

/// The largest batch whose step takes no longer than `latency`, by doubling and halving; 0 when one sample takes
/// longer.
std::int64_t batch_within(const StepQuestion& question, double latency, std::int64_t most = std::int64_t{1} << 20);

}  // namespace ridgepoint
