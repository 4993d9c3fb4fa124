#pragma once
// A run of microkernels on a backend.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "calibrate/backend.hpp"

namespace ridgepoint {

/// What to measure and for how long.
struct SessionOptions {
  Effort effort = Effort::kNormal;
  Seconds budget{};  ///< for all points together, where that is less than the effort takes; 0: no limit
  std::vector<std::string> microkernels{};  ///< empty: all
  Shapes shapes = Shapes::kFit;
};

/// How far a session is.
struct Progress {
  std::size_t done = 0;
  std::size_t points = 0;
  std::string_view microkernel;
  Seconds left{};  ///< an estimate
};

/// What a session measured, by microkernel in the order of the backend, and what it has to say.
struct SessionResult {
  MachineFacts machine;
  std::vector<std::pair<Microkernel, std::vector<MeasuredPoint>>> measured;
  std::vector<std::string> notes;  ///< points that could not run, noise, why it ended early
  bool interrupted = false;

  /// The points of all microkernels.
  [[nodiscard]] std::vector<MeasuredPoint> points() const;
};

/// Throws InputError, with the near miss, when one of the microkernels that are asked for is none of the backend's.
void expect_microkernels(Backend& backend, const SessionOptions& options);

/// Measures the points of the backend's microkernels, taking turns between them so that a session cut short has some of
/// each. `report` hears of the progress; `stop` is asked before every point. Throws InputError on an unknown
/// microkernel, and when nothing at all could be measured.
SessionResult run_session(Backend& backend, const SessionOptions& options,
                          const std::function<void(const Progress&)>& report, const std::function<bool()>& stop);

/// The text of the sample file of one kernel of the sample files: all measured points of the microkernels that belong
/// to it. Empty when there are none. Clock is what the backend's timer is: "kernel" or "wall".
std::string sample_file_text(const SessionResult& result, std::string_view kernel, std::string_view clock);

}  // namespace ridgepoint
