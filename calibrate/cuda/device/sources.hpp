#pragma once
// Where the times of samples come from.

#include <chrono>
#include <functional>
#include <vector>

#include "calibrate/cuda/device/check.hpp"
#include "calibrate/cuda/device/cupti.hpp"
#include "calibrate/cuda/sampling.hpp"
#include "calibrate/nvml.hpp"

namespace ridgepoint::cuda {

/// What all sources share: the host's clock, and what holds the GPU's clocks down, asked at most every few ms.
class WatchedSource : public SampleSource {
 public:
  explicit WatchedSource(const Nvml& nvml) : nvml_(nvml) {}
  Seconds now() override;
  std::uint64_t throttled() override;

 private:
  const Nvml& nvml_;
  Seconds asked_{-1};
  std::uint64_t reasons_ = 0;
};

/// Records of CUPTI: a sample for each run, the time that its kernels were busy.
class RecordedSource final : public WatchedSource {
 public:
  RecordedSource(const Nvml& nvml, ActivityRecorder& recorder, cudaStream_t stream,
                 std::function<void(std::int64_t run)> launch)
      : WatchedSource(nvml), recorder_(recorder), stream_(stream), launch_(std::move(launch)) {}
  std::vector<double> take(std::int64_t runs) override;

 private:
  ActivityRecorder& recorder_;
  cudaStream_t stream_;
  std::function<void(std::int64_t run)> launch_;
  std::int64_t next_ = 0;
};

/// A graph of launches, replayed between events: one sample for a replay. Launches that cannot be captured run one by
/// one between the events.
class ReplayedSource final : public WatchedSource {
 public:
  ReplayedSource(const Nvml& nvml, cudaStream_t stream, std::function<void(std::int64_t run)> launch);
  ReplayedSource(const ReplayedSource&) = delete;
  ReplayedSource& operator=(const ReplayedSource&) = delete;
  ~ReplayedSource() override;
  std::vector<double> take(std::int64_t runs) override;
  [[nodiscard]] bool captured() const { return capturable_; }

 private:
  void capture(std::int64_t runs);
  void release();

  cudaStream_t stream_;
  std::function<void(std::int64_t run)> launch_;
  cudaEvent_t before_ = nullptr;
  cudaEvent_t after_ = nullptr;
  cudaGraphExec_t graph_ = nullptr;
  std::int64_t in_graph_ = 0;
  bool capturable_ = true;
};

/// The host's clock around what it does.
class HostSource final : public WatchedSource {
 public:
  HostSource(const Nvml& nvml, std::function<void(std::int64_t runs)> work)
      : WatchedSource(nvml), work_(std::move(work)) {}
  std::vector<double> take(std::int64_t runs) override;

 private:
  std::function<void(std::int64_t runs)> work_;
};

/// The time that one or more of the activities ran, in seconds, for each of `runs` groups of equally many; the average
/// for all when they cannot be divided so. Activities are ordered by their start.
std::vector<double> busy_times(const std::vector<Activity>& activities, std::int64_t runs);

}  // namespace ridgepoint::cuda
