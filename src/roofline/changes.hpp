#pragma once
// Changes of a run, or of its device, that somebody could make, each run.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// A changed run: what to call it, what to ask, and the samples it computes relative to now. `whole_network`: rows are
/// others than before, so that only totals compare.
struct RunChange {
  std::string what;
  Question question;
  double samples = 1;
  bool whole_network = false;
};

/// Twice the batch, a narrower format, more fusion, no host, half on a second device: those that make sense for the
/// run; whether the network and the device allow them, answer_if_possible() tells. `now` is the answer to `question`.
std::vector<RunChange> run_changes(const Question& question, const Estimate& now);

/// The estimate; nothing where the network or the device does not allow what is asked.
std::optional<Estimate> answer_if_possible(const Question& question);

/// What could be otherwise of the device, as --what-if says it.
std::vector<std::string_view> device_changes(const Question& question);

}  // namespace ridgepoint
