#pragma once
// What would help: the rows that matter most, why they take their time, and what some changes would give, each computed
// by running the changed network.

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// One change and what a sample then takes, relative to now.
struct Change {
  std::string what;
  double time_ratio = 1;
  bool whole_network = false;  ///< the ratio is of the network's time, not the row's
};

/// One row of the estimate with the changes that would help it, the best first.
struct Advice {
  std::string layer;
  double share = 0;
  std::string why;
  std::vector<Change> changes;
};

/// Advice on the `count` rows that take most time. `now` is the answer to `question`.
std::vector<Advice> advise(const Question& question, const Estimate& now, std::size_t count = 3);

}  // namespace ridgepoint
