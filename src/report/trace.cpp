// The estimate as a timeline in the trace event format, which Perfetto and chrome://tracing open: "X" events with a
// start `ts` and a duration `dur` in microseconds (Trace Event Format, docs.google.com/document/d/
// 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/version.hpp"
#include "report/json_text.hpp"
#include "report/report.hpp"
#include "report/unfold.hpp"

namespace ridgepoint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLayers = 50000;  // written out; a viewer stays quick with a few hundred thousand events
constexpr double kTick = 1e-9;              // seconds: Perfetto counts in whole nanoseconds

enum class Track : std::uint8_t { kLayers = 1, kKernels, kOverhead, kCommunication };
constexpr std::array<std::string_view, 4> kTrackNames{"layers", "kernels", "overhead (launch, host)", "communication"};

std::string compact(const Json& value) { return value.dump(-1, ' ', true, Json::error_handler_t::replace); }

// Ticks as microseconds. Perfetto multiplies by 1000 and cuts off: a number that is read as a hair less than whole
// would end one event after the next one begins, and such an event is dropped.
std::string microseconds(std::int64_t ticks) {
  double value = static_cast<double>(ticks) / 1000;
  while (static_cast<std::int64_t>(value * 1000) < ticks) value = std::nextafter(value, HUGE_VAL);
  return fmt::format("{}", value);
}

/// One layer in one of the three stretches of a step, `ticks` long.
struct Step {
  std::size_t row = 0;
  std::span<const Pass> passes;
  double seconds = 0;
};

constexpr std::array kForward{Pass::kFprop};
constexpr std::array kBackward{Pass::kDgrad, Pass::kWgrad};
constexpr std::array kUpdate{Pass::kOptimizer};

double pass_time(const LayerEstimate& row, std::span<const Pass> passes) {
  double time = 0;
  for (const Pass pass : passes) time += row.passes[static_cast<std::size_t>(pass)].time;
  return time;
}

std::vector<RepeatedRow> repeated_rows(const Estimate& estimate) {
  std::vector<RepeatedRow> rows;
  for (const LayerEstimate& row : estimate.rows) rows.push_back({row.name, static_cast<std::size_t>(row.repeat)});
  return rows;
}

class Timeline {
 public:
  explicit Timeline(const Report& report) : report_(report), estimate_(report.estimate) {
    kernels_.resize(estimate_.rows.size());
    if (report.kernels == nullptr) return;  // the layers alone
    for (const ListedKernel& kernel : report.kernels->kernels) {
      if (kernel.price.time.value() > 0) kernels_[kernel.row].push_back({&kernel, kernel_args(kernel)});
    }
  }

  std::string write() {
    plan();
    head();
    std::int64_t start = 0;
    double seconds = 0;
    const std::int64_t end = ticks(estimate_.total.time);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      seconds += steps_[i].seconds;
      const std::int64_t stop = i + 1 == steps_.size() ? end : std::min(ticks(seconds), end);
      if (stop > start) step(steps_[i], start, stop);
      start = stop;
    }
    return text_ + "\n]}\n";
  }

 private:
  struct Listed {
    const ListedKernel* kernel;
    std::string args;
  };

  static std::int64_t ticks(double seconds) { return std::llround(seconds / kTick); }

  // Forward in order, backward the other way round, then the weights, each once.
  void plan() {
    const std::vector<RepeatedRow> rows = repeated_rows(estimate_);
    std::vector<std::size_t> order = unfold(rows, kMostLayers);
    std::size_t all = 0;
    for (const RepeatedRow& row : rows) all += row.repeat;
    unfolded_ = order.size() == all;
    const auto add = [&](std::size_t row, std::span<const Pass> passes, double times) {
      const double time = pass_time(estimate_.rows[row], passes);
      if (time > 0) steps_.push_back({row, passes, time / times});
    };
    const auto times = [&](std::size_t row) { return unfolded_ ? static_cast<double>(rows[row].repeat) : 1; };
    for (const std::size_t row : order) add(row, kForward, times(row));
    for (auto row = order.rbegin(); row != order.rend(); ++row) add(*row, kBackward, times(*row));
    for (std::size_t row = 0; row < rows.size(); ++row) add(row, kUpdate, 1);
  }

  void head() {
    const Json other{{"tool", fmt::format("ridgepoint {}", version())},
                     {"command", report_.command},
                     {"model", estimate_.model},
                     {"device", estimate_.device},
                     {"run", run_line(estimate_)},
                     {"calibration", calibration_line(report_)},
                     {"time_s", estimate_.total.time},
                     {"repetitions", unfolded_ ? "one event each" : "one event for all: there are too many"}};
    text_ = fmt::format("{{\"displayTimeUnit\": \"ns\", \"otherData\": {}, \"traceEvents\": [", compact(other));
    meta("process_name", 0, {{"name", fmt::format("{} on {}, predicted", estimate_.model, estimate_.device)}});
    for (std::size_t i = 0; i < kTrackNames.size(); ++i) {
      meta("thread_name", i + 1, {{"name", kTrackNames[i]}});
      meta("thread_sort_index", i + 1, {{"sort_index", i + 1}});
    }
  }

  void meta(std::string_view what, std::size_t thread, const Json& args) {
    text_ += fmt::format(R"({}{{"name": "{}", "ph": "M", "pid": 1, "tid": {}, "args": {}}})", separator(), what, thread,
                         compact(args));
  }

  const char* separator() {
    const char* const mark = is_first_ ? "\n" : ",\n";
    is_first_ = false;
    return mark;
  }

  void event(Track track, const std::string& quoted_name, std::string_view category, std::int64_t start,
             std::int64_t stop, std::string_view args) {
    if (stop <= start && track == Track::kOverhead) return;
    text_ +=
        fmt::format(R"({}{{"name": {}, "cat": "{}", "ph": "X", "pid": 1, "tid": {}, "ts": {}, "dur": {}, "args": {}}})",
                    separator(), quoted_name, category, static_cast<int>(track), microseconds(start),
                    microseconds(stop - start), args);
  }

  void step(const Step& step, std::int64_t start, std::int64_t stop) {
    const LayerEstimate& row = estimate_.rows[step.row];
    const std::string suffix = step.passes.data() == kForward.data()    ? ""
                               : step.passes.data() == kBackward.data() ? " backward"
                                                                        : " update";
    const bool of_all = !unfolded_ || step.passes.data() == kUpdate.data();
    event(Track::kLayers, compact(row.name + suffix), "layer", start, stop, layer_args(step, of_all));
    double sum = 0;
    for (const Listed& listed : kernels_[step.row]) sum += is_of(step, listed) ? listed.kernel->price.time.value() : 0;
    double done = 0;
    std::int64_t from = start;
    for (const Listed& listed : kernels_[step.row]) {
      if (!is_of(step, listed)) continue;
      done += listed.kernel->price.time.value();
      const std::int64_t to = start + std::llround(static_cast<double>(stop - start) * std::min(done / sum, 1.0));
      kernel(listed, from, to);
      from = to;
    }
  }

  static bool is_of(const Step& step, const Listed& listed) {
    return std::find(step.passes.begin(), step.passes.end(), listed.kernel->pass) != step.passes.end();
  }

  // First the host issues it, where that is what sets the pace; then it is launched; then it works.
  void kernel(const Listed& listed, std::int64_t from, std::int64_t to) {
    const Price& price = listed.kernel->price;
    const double time = price.time.value();
    const auto need = [&](Bound bound) { return price.needs[static_cast<std::size_t>(bound)].value(); };
    double work = 0;
    for (std::size_t i = 0; i < kBoundCount; ++i) {
      const auto bound = static_cast<Bound>(i);
      if (bound != Bound::kHost && bound != Bound::kLaunch) work = std::max(work, need(bound));
    }
    const double host = price.bound == Bound::kHost ? std::max(0.0, time - work - need(Bound::kLaunch)) : 0;
    const double launch = std::min(need(Bound::kLaunch), time - host);
    const auto at = [&](double part) {
      return from + std::llround(static_cast<double>(to - from) * std::min(part / time, 1.0));
    };
    const bool sends = std::holds_alternative<Collective>(listed.kernel->launch.kernel);
    event(Track::kOverhead, "\"host issues the kernel\"", "overhead", from, at(host), "{}");
    event(Track::kOverhead, "\"launch\"", "overhead", at(host), at(host + launch), "{}");
    event(sends ? Track::kCommunication : Track::kKernels, compact(kind_name(listed.kernel->launch.kernel)), "kernel",
          at(host + launch), to, listed.args);
  }

  static std::string kernel_args(const ListedKernel& kernel) {
    const Work& work = kernel.launch.work;
    Json args{{"layer", kernel.layer},
              {"pass", name(kernel.pass)},
              {"flops", json_number(work.flops().value())},
              {"bytes_read", json_number(work.read.value())},
              {"bytes_written", json_number(work.written.value())},
              {"bound", name(kernel.price.bound)}};
    if (work.matrix.value() > 0) args["dtype"] = name(work.math);
    args["time_s"] = kernel.price.time.value();
    args["needs_s"] = json_needs(kernel.price.needs);
    return compact(args);
  }

  [[nodiscard]] std::string layer_args(const Step& step, bool of_all) const {
    const LayerEstimate& row = estimate_.rows[step.row];
    Amounts sum;
    for (const Pass pass : step.passes) sum += row.passes[static_cast<std::size_t>(pass)];
    const double times = of_all ? 1 : static_cast<double>(row.repeat);
    Json args{{"op", row.op},
              {"repeat", row.repeat},
              {"covers", of_all ? "all repetitions" : "one repetition"},
              {"flops", json_number(sum.flops / times)},
              {"bytes_read", json_number(sum.bytes_read / times)},
              {"bytes_written", json_number(sum.bytes_written / times)},
              {"bound", name(row.bound)},
              {"dtype", name(estimate_.precision.activations)},
              {"time_s", sum.time / times}};
    if (!row.fused_from.empty()) args["fused_from"] = row.fused_from;
    return compact(args);
  }

  const Report& report_;
  const Estimate& estimate_;
  std::vector<std::vector<Listed>> kernels_;
  std::vector<Step> steps_;
  bool unfolded_ = true;
  bool is_first_ = true;
  std::string text_;
};

}  // namespace

std::string write_trace(const Report& report, const View& /*view*/) { return Timeline(report).write(); }

}  // namespace ridgepoint
