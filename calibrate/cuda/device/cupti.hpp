#pragma once
// Times of kernels as the driver records them, through CUPTI's activity interface.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ridgepoint::cuda {

/// One kernel, copy or fill that ran on the GPU. Times in ns of one clock.
struct Activity {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

/// The recorder. There is one per process, since CUPTI serves one client.
class ActivityRecorder {
 public:
  /// Loads CUPTI and records a probe. Null, with the reason in `why`, where that does not work.
  static std::unique_ptr<ActivityRecorder> start(const std::function<void()>& probe, std::string& why);
  ActivityRecorder(const ActivityRecorder&) = delete;
  ActivityRecorder& operator=(const ActivityRecorder&) = delete;
  virtual ~ActivityRecorder() = default;

  /// What ran on the GPU while `work`, which must wait for its end, was done; by start. Empty when records were lost.
  virtual std::vector<Activity> record(const std::function<void()>& work) = 0;
  [[nodiscard]] virtual std::string version() const = 0;

 protected:
  ActivityRecorder() = default;
};

}  // namespace ridgepoint::cuda
