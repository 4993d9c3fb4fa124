#pragma once
// What limits a layer or a network, what would limit it next, and what each change would give: each computed by running
// the changed network, or the network on the changed device.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// One step down the row of limits: when this resource, and those of the steps before, take (nearly) no time, the time
/// is `time_ratio` of what it is now, and `next` sets it. `change` is the --what-if that takes the resource away; ""
/// where no property of a device does, and the row ends.
struct Bottleneck {
  Bound bound = Bound::kNone;
  std::string change;
  double time_ratio = 1;
  Bound next = Bound::kNone;
};

/// One change alone, the time of a sample behind it relative to now, and what then sets it. `network`: the ratio is of
/// the whole network's time, since the change moves layers from one row to another.
struct Effect {
  std::string what;
  double time_ratio = 1;
  Bound bound = Bound::kNone;
  bool network = false;
};

/// What limits a layer's row, or the network (`layer` ""). The row of a network adds up all rows.
struct Limits {
  LayerEstimate row;
  std::string layer;
  std::vector<Bottleneck> chain;
  std::vector<Effect> effects;  ///< the most helpful first
};

/// The sum of all rows, under the network's name.
LayerEstimate whole_of(const Estimate& estimate);

/// The row that a layer runs in, by the layer's name; null where there is none.
const LayerEstimate* row_of(const Estimate& estimate, std::string_view layer);

/// The limits, one behind the other, of a layer ("" is the network). `now` is the answer to `question`.
std::vector<Bottleneck> bottlenecks(const Question& question, const Estimate& now, std::string_view layer);

/// The same, with what each change gives.
Limits what_limits(const Question& question, const Estimate& now, std::string_view layer);

}  // namespace ridgepoint
