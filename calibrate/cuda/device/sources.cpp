#include "calibrate/cuda/device/sources.hpp"

#include <algorithm>

namespace ridgepoint::cuda {
namespace {

constexpr Seconds kAskEvery{0.004};
constexpr double kNanosecond = 1e-9;

// The length of the union of the intervals.
double busy(const Activity* first, const Activity* last) {
  std::uint64_t sum = 0;
  std::uint64_t reached = 0;
  for (const Activity* a = first; a != last; ++a) {
    const std::uint64_t start = std::max(a->start, reached);
    if (a->end > start) sum += a->end - start;
    reached = std::max(reached, a->end);
  }
  return static_cast<double>(sum) * kNanosecond;
}

}  // namespace

std::vector<double> busy_times(const std::vector<Activity>& activities, std::int64_t runs) {
  const auto count = static_cast<std::int64_t>(activities.size());
  const Activity* const first = activities.data();
  if (count % runs != 0) return {busy(first, first + count) / static_cast<double>(runs)};
  std::vector<double> times;
  const std::int64_t each = count / runs;
  for (std::int64_t run = 0; run < runs; ++run) times.push_back(busy(first + run * each, first + (run + 1) * each));
  return times;
}

Seconds WatchedSource::now() {
  return Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

std::uint64_t WatchedSource::throttled() {
  const Seconds time = now();
  if (asked_ < Seconds{} || time - asked_ > kAskEvery) {
    reasons_ = nvml_.state().throttle.value_or(0);
    asked_ = now();
  }
  return reasons_;
}

std::vector<double> RecordedSource::take(std::int64_t runs) {
  const std::vector<Activity> activities = recorder_.record([&] {
    for (std::int64_t run = 0; run < runs; ++run) launch_(next_++);
    check_finished(stream_, "a kernel that is timed");
  });
  if (activities.empty()) throw CudaError(Fault::kOther, "CUPTI lost its records");
  return busy_times(activities, runs);
}

ReplayedSource::ReplayedSource(const Nvml& nvml, cudaStream_t stream, std::function<void(std::int64_t run)> launch)
    : WatchedSource(nvml), stream_(stream), launch_(std::move(launch)) {
  check(cudaEventCreate(&before_), "cudaEventCreate");
  check(cudaEventCreate(&after_), "cudaEventCreate");
}

ReplayedSource::~ReplayedSource() {
  release();
  if (before_ != nullptr) static_cast<void>(cudaEventDestroy(before_));
  if (after_ != nullptr) static_cast<void>(cudaEventDestroy(after_));
}

void ReplayedSource::release() {
  if (graph_ != nullptr) static_cast<void>(cudaGraphExecDestroy(graph_));
  graph_ = nullptr;
}

void ReplayedSource::capture(std::int64_t runs) {
  release();
  in_graph_ = runs;
  check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  bool good = true;
  try {
    for (std::int64_t run = 0; run < runs; ++run) launch_(run);
  } catch (const CudaError& error) {
    if (error.fault() == Fault::kLost) throw;
    good = false;
  }
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream_, &graph);
  good = good && ended == cudaSuccess && graph != nullptr &&
         cudaGraphInstantiateWithFlags(&graph_, graph, 0) == cudaSuccess;
  if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
  static_cast<void>(cudaGetLastError());
  if (!good) {
    release();
    capturable_ = false;
    return;
  }
  check(cudaGraphUpload(graph_, stream_), "cudaGraphUpload");
}

std::vector<double> ReplayedSource::take(std::int64_t runs) {
  if (capturable_ && (graph_ == nullptr || runs != in_graph_)) capture(runs);
  check(cudaEventRecord(before_, stream_), "cudaEventRecord");
  if (graph_ != nullptr) {
    check(cudaGraphLaunch(graph_, stream_), "cudaGraphLaunch");
  } else {
    for (std::int64_t run = 0; run < runs; ++run) launch_(run);
  }
  check(cudaEventRecord(after_, stream_), "cudaEventRecord");
  check_finished(stream_, "a kernel that is timed");
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, before_, after_), "cudaEventElapsedTime");
  return {std::max(static_cast<double>(milliseconds) * 1e-3, kNanosecond) / static_cast<double>(runs)};
}

std::vector<double> HostSource::take(std::int64_t runs) {
  const Seconds before = now();
  work_(runs);
  return {(now() - before).value() / static_cast<double>(runs)};
}

}  // namespace ridgepoint::cuda
