#include "calibrate/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr double kNoisySpread = 0.1;  // relative deviation from which a measurement is called noisy

// The points of one microkernel that wait for their turn: first all of them, then those of a second round and so on.
// Queues advance side by side, so that rounds lie far apart in time.
struct Queue {
  Microkernel microkernel;
  std::vector<Point> points;
  std::vector<std::size_t> turns;   ///< which point is measured next
  std::vector<std::size_t> places;  ///< where among the measured ones a point is; kNowhere when it cannot run
  std::size_t next = 0;
};
constexpr std::size_t kNowhere = SIZE_MAX;

Queue make_queue(Microkernel microkernel, std::vector<Point> points) {
  Queue queue{microkernel, std::move(points), {}, {}, 0};
  queue.places.assign(queue.points.size(), kNowhere);
  for (int round = 0, more = 1; more > 0; ++round) {
    more = 0;
    for (std::size_t i = 0; i < queue.points.size(); ++i) {
      if (round >= queue.points[i].rounds) continue;
      queue.turns.push_back(i);
      more += queue.points[i].rounds > round + 1 ? 1 : 0;
    }
  }
  return queue;
}

std::vector<Queue> make_queues(Backend& backend, const SessionOptions& options) {
  std::vector<Queue> queues;
  expect_microkernels(backend, options);
  for (const Microkernel& microkernel : backend.microkernels()) {
    const auto& wanted = options.microkernels;
    const bool asked = wanted.empty() || std::find(wanted.begin(), wanted.end(), microkernel.name) != wanted.end();
    if (asked)
      queues.push_back(make_queue(microkernel, backend.points(microkernel.name, options.effort, options.shapes)));
  }
  return queues;
}

// Two rounds of one point: the faster one is nearer to what the machine can do. What lies between them belongs to the
// spread, of which a single round sees only a moment.
Measurement better_of(const Measurement& a, const Measurement& b) {
  Measurement better = a.time < b.time ? a : b;
  const double range = std::abs(a.time.value() - b.time.value()) / better.time.value();
  better.spread = std::max({a.spread, b.spread, range / 2});
  better.dropped = a.dropped + b.dropped;
  better.disturbed = a.disturbed + b.disturbed;
  return better;
}

class Session {
 public:
  Session(Backend& backend, const SessionOptions& options) : backend_(backend), queues_(make_queues(backend, options)) {
    result_.machine = backend.machine();
    for (const Queue& queue : queues_) {
      for (const Point& point : queue.points) budget_ += point.budget;
      points_ += queue.points.size();
      turns_ += queue.turns.size();
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
        result_.notes.push_back(fmt::format("stopped after {} of {} points", measured_, points_));
        break;
      }
      report({done_, turns_, queues_[turn].microkernel.name, left()});
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
      if (queue.next >= queue.turns.size()) continue;
      const double progress = static_cast<double>(queue.next) / static_cast<double>(queue.turns.size());
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
    return elapsed() * (static_cast<double>(turns_ - done_) / static_cast<double>(done_));
  }

  // False when the device is lost, and with it the rest of the session.
  bool measure_next(std::size_t turn) {
    Queue& queue = queues_[turn];
    const std::size_t index = queue.turns[queue.next++];
    const Point& point = queue.points[index];
    auto& measured = result_.measured[turn].second;
    const bool again = queue.places[index] != kNowhere;
    std::string why;
    std::optional<Measurement> measurement;
    try {
      measurement = backend_.measure(point, point.budget / point.rounds * scale_, why);
    } catch (const BackendLost& lost) {
      result_.interrupted = true;
      result_.notes.push_back(fmt::format("the device is lost after {} of {} points, in {} {} ({}): {}",
                                          std::min(done_, points_), points_, queue.microkernel.name, point.dtype,
                                          fmt::join(point.values, " "), lost.what()));
      return false;
    }
    if (!measurement) {
      if (queue.next > queue.points.size()) return true;  // a further round: it was said in the first
      result_.notes.push_back(fmt::format("{} {} ({}): not measured: {}", queue.microkernel.name, point.dtype,
                                          fmt::join(point.values, " "), why));
      return true;
    }
    dropped_ += measurement->dropped;
    if (again) {
      MeasuredPoint& first = measured[queue.places[index]];
      first.measurement = better_of(first.measurement, *measurement);
      return true;
    }
    queue.places[index] = measured.size();
    measured.push_back({point, *measurement});
    ++measured_;
    return true;
  }

  void count() {
    for (const MeasuredPoint& p : result_.points()) {
      noisy_ += p.measurement.spread > kNoisySpread ? 1 : 0;
      unsettled_ += p.measurement.stop == Stop::kSettled ? 0 : 1;
      disturbed_ += p.measurement.stop == Stop::kDisturbed || p.measurement.jumped ? 1 : 0;
    }
  }

  void conclude() {
    if (measured_ == 0) {
      const std::string why = result_.notes.empty() ? "" : ": " + result_.notes.back();
      throw InputError({"nothing could be measured" + why, "at least one point that runs on this machine"});
    }
    count();
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
  std::size_t turns_ = 0;
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
