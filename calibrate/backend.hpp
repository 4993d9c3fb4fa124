#pragma once
// What a measuring backend offers. Backends are modules, loaded when a command needs them, so that the tool starts as
// fast without them and runs on machines that lack what they need.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace ridgepoint {

/// How much time a calibration may take.
enum class Effort : std::uint8_t { kQuick, kNormal, kThorough };
inline constexpr std::string_view kEffortNames[] = {"quick", "normal", "thorough"};

/// Which shapes: those that a fit rests on, or others, spread over the same space, for judging it.
enum class Shapes : std::uint8_t { kFit, kHeldOut };

/// A fact about the machine for the provenance: "threads" -> "2".
struct Fact {
  std::string key;
  std::string value;
};

/// The machine that a backend measures, as far as the system tells.
struct MachineFacts {
  std::string name;     ///< short, for the sample files' first column
  std::string summary;  ///< for people
  std::vector<Fact> facts;
};

/// One thing to be measured: the values of a sample file's columns, in the order of the kernel's table, and the format.
struct Point {
  std::string kernel;  ///< a kernel of the sample files
  std::string dtype;
  std::vector<std::string> values;
  Seconds budget{0.1};  ///< the time that the backend suggests for it, without its setting up
  int rounds = 1;       ///< in so many turns, spread over the session, of which the best counts; they share the budget
};

/// Why a measurement ended: the median was certain, or the budget was over; or, worse, something else ran on the cores
/// in so many samples, for three budgets, that the shortest is all that there is to go by.
enum class Stop : std::uint8_t { kSettled, kOutOfTime, kDisturbed };
inline constexpr std::string_view kStopNames[] = {"settled", "out of time", "disturbed"};

/// The result of timing a point. Times are of one run of the kernel.
struct Measurement {
  Seconds time{};     ///< median of the samples that were kept
  Seconds best{};     ///< the shortest of them
  double spread = 0;  ///< median absolute deviation over the median; of several rounds at least half their range
  std::int64_t kept = 0;
  std::int64_t dropped = 0;    ///< outliers, and the slower level of a jump
  std::int64_t disturbed = 0;  ///< samples that had to wait for a core, and count only if `stop` says so
  bool jumped = false;         ///< the samples changed their level for good: a changed clock, a stolen core
  Stop stop = Stop::kSettled;
};

/// One measured point.
struct MeasuredPoint {
  Point point;
  Measurement measurement;
};

/// One microkernel: what it measures and the points it wants, most useful first.
struct Microkernel {
  std::string_view name;     ///< "gemm", "stream" ...
  std::string_view kernel;   ///< the kernel of the sample files that its points belong to
  std::string_view summary;  ///< what it does and the work it counts
};

/// The device went away or broke: nothing more can be measured on it in this process. What was measured stays good.
class BackendLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A backend. All calls come from one thread.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual MachineFacts machine() = 0;
  /// What the times are of: "kernel" or "wall", as sample files say it.
  [[nodiscard]] virtual std::string_view clock() const = 0;
  /// The text of a device file without a calibration: the data sheet of the machine from what the system tells, every
  /// value with its source, under the name of machine(). What no system tells (a clock under load, the bandwidth of a
  /// processor's memory) comes from the points that were measured, and the source says so. Throws InputError, naming
  /// the microkernel, when a point that it needs is not among them.
  virtual std::string base_device(std::span<const MeasuredPoint> measured) = 0;
  virtual std::vector<Microkernel> microkernels() = 0;
  /// The points of a microkernel for an effort, in the order in which they should be measured. The same call gives the
  /// same points. Of shapes that are held out there are none for ceilings.
  virtual std::vector<Point> points(std::string_view microkernel, Effort effort, Shapes shapes) = 0;
  /// Checks the kernel's result against a reference (throws std::runtime_error when it is wrong), then times it for
  /// about `budget`. Nothing when the point cannot run here (memory, instruction set), with the reason in `why`. Throws
  /// BackendLost when the device is gone.
  virtual std::optional<Measurement> measure(const Point& point, Seconds budget, std::string& why) = 0;
  /// What there is to say after a session: throttling, other programs on the device.
  virtual std::vector<std::string> notes() { return {}; }
};

/// The function that a backend's module exports under the name kBackendEntry: the backend of the device of this number.
using BackendEntry = Backend* (*)(int index);
inline constexpr const char* kBackendEntry = "ridgepoint_backend";

}  // namespace ridgepoint
