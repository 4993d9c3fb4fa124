#pragma once
// What became worse than a baseline by more than it may.

#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace ridgepoint {

/// One thing that grew: a layer's time, or the network's time or memory.
struct Regression {
  std::string what;  ///< "time", "memory", or a layer
  std::size_t side = 0;
  double before = 0;  ///< seconds, or bytes of memory
  double after = 0;
  [[nodiscard]] double growth() const { return after / before - 1; }
};

/// Everything that is larger than on the first side by more than `threshold` (0.05 for 5 %), on any other side: the
/// network first, then layers by the seconds that they lose. Layers that only one side has are in the network's time.
std::vector<Regression> regressions_of(const Comparison& comparison, double threshold);

}  // namespace ridgepoint
