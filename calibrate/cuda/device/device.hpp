#pragma once
// The GPU of a session: its stream, how kernels on it are timed, and its state.

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>
#include <string>

#include "calibrate/cuda/device/cupti.hpp"
#include "calibrate/cuda/facts.hpp"
#include "calibrate/cuda/sampling.hpp"
#include "calibrate/nvml.hpp"

namespace ridgepoint::cuda {

/// Launches one run of a kernel on the session's stream, on this one of its sets of operands.
using Launch = std::function<void(std::int64_t copy)>;

/// What a session counts besides its measurements.
struct Tally {
  std::uint64_t reasons = 0;      ///< all that held clocks down
  std::int64_t power_capped = 0;  ///< points during which the power limit did
  std::int64_t throttled = 0;     ///< samples dropped because the GPU was too hot or braked
  std::int64_t uncapturable = 0;  ///< points whose library calls fit into no graph
  unsigned least_mhz = 0;
  unsigned most_mhz = 0;
  unsigned most_celsius = 0;
  double most_watts = 0;
};

/// One GPU, chosen for this thread.
class Device {
 public:
  /// Throws InputError when there is no GPU of this number or the driver does not run.
  explicit Device(int index);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  [[nodiscard]] const DeviceFacts& facts() const { return facts_; }
  [[nodiscard]] cudaStream_t stream() const { return stream_; }
  [[nodiscard]] const Nvml& nvml() const { return nvml_; }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  /// "CUPTI activity records (130001)", or "graph replay between events" and why.
  [[nodiscard]] const std::string& clock() const { return clock_; }

  /// Times a kernel: records of CUPTI where they can be had, else the replay of a graph of its launches.
  Measurement time(const Launch& launch, std::int64_t copies, Seconds budget);
  /// Times what the host does and waits for: `work` does it so many times.
  Measurement time_host(const std::function<void(std::int64_t runs)>& work, Seconds budget);
  /// The time of each of so many launches in a graph, with what lies between them: whatever the clock.
  Measurement time_graph(const Launch& launch, std::int64_t copies, Seconds budget);
  /// Memory that could be taken now.
  [[nodiscard]] std::int64_t free_memory() const;

 private:
  Measurement take(SampleSource& source, Seconds budget);

  DeviceFacts facts_;
  Nvml nvml_;
  cudaStream_t stream_ = nullptr;
  std::unique_ptr<ActivityRecorder> recorder_;
  std::string clock_;
  Tally tally_;
};

}  // namespace ridgepoint::cuda
