#include "calibrate/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr double kNoisySpread = 0.1;  // relative deviation from which a measurement is called noisy

// The points of one microkernel that wait for their turn.
struct Queue {
  Microkernel microkernel;
  std::vector<Point> points;
  std::size_t next = 0;
};

std::vector<Queue> make_queues(Backend& backend, const SessionOptions& options) {
  std::vector<Queue> queues;
  expect_microkernels(backend, options);
  for (const Microkernel& microkernel : backend.microkernels()) {
    const auto& wanted = options.microkernels;
    const bool asked = wanted.empty() || std::find(wanted.begin(), wanted.end(), microkernel.name) != wanted.end();
    if (asked) queues.push_back({microkernel, backend.points(microkernel.name, options.effort, options.shapes)});
  }
  return queues;
}

class Session {
 public:
  Session(Backend& backend, const SessionOptions& options) : backend_(backend), queues_(make_queues(backend, options)) {
    result_.machine = backend.machine();
    for (const Queue& queue : queues_) {
      for (const Point& point : queue.points) budget_ += point.budget;
      points_ += queue.points.size();
      result_.measured.push_back({queue.microkernel, {}});
    }
    if (options.budget.value() > 0 && options.budget < budget_) scale_ = options.budget / budget_;
    budget_ *= scale_;
    start_ = SteadyClock::now();
  }

  // The microkernel that is furthest behind goes next.
  SessionResult run(const std::function<void(const Progress&)>& report, const std::function<bool()>& stop) {
    for (std::size_t turn = next_queue(); turn < queues_.size(); turn = next_queue()) {
      if (stop()) {
        result_.interrupted = true;
        result_.notes.push_back(fmt::format("stopped after {} of {} points", done_, points_));
        break;
      }
      report({done_, points_, queues_[turn].microkernel.name, left()});
      if (!measure_next(turn)) break;
      ++done_;
    }
    conclude();
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::size_t next_queue() const {
    std::size_t best = queues_.size();
    double least = 1;
    for (std::size_t i = 0; i < queues_.size(); ++i) {
      const auto& queue = queues_[i];
      if (queue.next >= queue.points.size()) continue;
      const double progress = static_cast<double>(queue.next) / static_cast<double>(queue.points.size());
      if (progress < least) {
        least = progress;
        best = i;
      }
    }
    return best;
  }

  [[nodiscard]] Seconds elapsed() const {
    return Seconds{std::chrono::duration<double>(SteadyClock::now() - start_).count()};
  }

  [[nodiscard]] Seconds left() const {
    if (done_ == 0) return budget_;
    return elapsed() * (static_cast<double>(points_ - done_) / static_cast<double>(done_));
  }

  // False when the device is lost, and with it the rest of the session.
  bool measure_next(std::size_t turn) {
    Queue& queue = queues_[turn];
    const Point& point = queue.points[queue.next++];
    std::string why;
    std::optional<Measurement> measurement;
    try {
      measurement = backend_.measure(point, point.budget * scale_, why);
    } catch (const BackendLost& lost) {
      result_.interrupted = true;
      result_.notes.push_back(fmt::format("the device is lost after {} of {} points, in {} {} ({}): {}", done_, points_,
                                          queue.microkernel.name, point.dtype, fmt::join(point.values, " "),
                                          lost.what()));
      return false;
    }
    if (!measurement) {
      result_.notes.push_back(fmt::format("{} {} ({}): not measured: {}", queue.microkernel.name, point.dtype,
                                          fmt::join(point.values, " "), why));
      return true;
    }
    noisy_ += measurement->spread > kNoisySpread ? 1 : 0;
    dropped_ += measurement->dropped;
    unsettled_ += measurement->stop == Stop::kSettled ? 0 : 1;
    disturbed_ += measurement->stop == Stop::kDisturbed || measurement->jumped ? 1 : 0;
    result_.measured[turn].second.push_back({point, *measurement});
    ++measured_;
    return true;
  }

  void conclude() {
    if (measured_ == 0) {
      const std::string why = result_.notes.empty() ? "" : ": " + result_.notes.back();
      throw InputError({"nothing could be measured" + why, "at least one point that runs on this machine"});
    }
    for (std::string& note : backend_.notes()) result_.notes.push_back(std::move(note));
    result_.notes.push_back(fmt::format(
        "{} of {} points measured in {:.0f} s; {} ended by time before their spread was small; {} samples dropped as "
        "outliers",
        measured_, points_, elapsed().value(), unsettled_, dropped_));
    if (disturbed_ > 0) {
      result_.notes.push_back(
          fmt::format("{} points were disturbed: something else ran on the cores, or the clock changed", disturbed_));
    }
    if (noisy_ * 10 > measured_) {
      result_.notes.push_back(fmt::format("the machine is noisy: {} of {} points spread by more than {:.0f} %", noisy_,
                                          measured_, kNoisySpread * 100));
    }
  }

  Backend& backend_;
  std::vector<Queue> queues_;
  SessionResult result_;
  Seconds budget_{};
  double scale_ = 1;  ///< of the budgets of the points, to keep to the whole
  SteadyClock::time_point start_;
  std::size_t points_ = 0;
  std::size_t done_ = 0;
  std::size_t measured_ = 0;
  std::size_t noisy_ = 0;
  std::size_t unsettled_ = 0;
  std::size_t disturbed_ = 0;
  std::int64_t dropped_ = 0;
};

}  // namespace

std::vector<MeasuredPoint> SessionResult::points() const {
  std::vector<MeasuredPoint> all;
  for (const auto& [microkernel, points] : measured) all.insert(all.end(), points.begin(), points.end());
  return all;
}

void expect_microkernels(Backend& backend, const SessionOptions& options) {
  const std::vector<Microkernel> all = backend.microkernels();
  const std::vector<std::string_view> names = names_of(all);
  for (const std::string& wanted : options.microkernels) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
    throw InputError({fmt::format("unknown microkernel {}", in_quotes(wanted)), join_choices(names, 40),
                      std::string(nearest(wanted, names))});
  }
}

SessionResult run_session(Backend& backend, const SessionOptions& options,
                          const std::function<void(const Progress&)>& report, const std::function<bool()>& stop) {
  return Session(backend, options).run(report, stop);
}

std::string sample_file_text(const SessionResult& result, std::string_view kernel, std::string_view clock) {
  const auto kinds = sample_kernels();
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const SampleKernel& k) { return k.name == kernel; });
  if (kind == kinds.end()) throw std::logic_error(fmt::format("a microkernel of no sample kernel: {}", kernel));
  std::string rows;
  for (const auto& [microkernel, points] : result.measured) {
    if (microkernel.kernel != kernel) continue;
    for (const MeasuredPoint& p : points) {
      rows += fmt::format("{},{},{},{},{},{:.6g}\n", csv_text(result.machine.name), clock, kernel, p.point.dtype,
                          fmt::join(p.point.values, ","), p.measurement.time.value() * 1e6);
    }
  }
  if (rows.empty()) return "";
  std::string header = "gpu,clock,kernel,dtype";
  for (const SampleColumn& column : kind->columns) header += fmt::format(",{}", column.name);
  return header + ",time_us\n" + rows;
}

}  // namespace ridgepoint
