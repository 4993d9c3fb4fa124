#include "pipeline/features.hpp"

namespace ridgepoint {
double remote_rows(const SampledBatch& batch, double machines, double cut) {
  if (machines <= 1) return 0;
  double local = 1;
  double remote = 0;
  for (const SampledHop& hop : batch.hops) {
    local = local * (1 - cut) + (1 - local) * cut / (machines - 1);
    remote += hop.fresh * (1 - local);
  }
  return remote;
}

}  // namespace ridgepoint
