#pragma once
// One network in many runs: what each point of a sweep comes to, and what a line of points shows.

#include <optional>
#include <string>
#include <vector>

#include "roofline/pricer.hpp"

namespace ridgepoint {

/// Whether a point can be run. Without memory it is priced as if the device could hold it.
enum class PointStatus : std::uint8_t { kOk, kOutOfMemory, kImpossible };
inline constexpr std::array<std::string_view, 3> kPointStatusNames{"ok", "out of memory", "impossible"};

/// What one run of a sweep comes to. Sizes that the network does not have are 0.
struct SweepPoint {
  PointStatus status = PointStatus::kOk;
  std::string reason;  ///< why it is not ok
  Phase phase = Phase::kInference;
  std::optional<DType> dtype{};  ///< of activations, as far as it is known
  std::int64_t batch = 0;
  std::int64_t seq = 0;
  std::int64_t kv_len = 0;
  Amounts total;
  Bytes memory{};
  std::optional<Bytes> capacity{};  ///< of the device's memory
  Bound bound = Bound::kNone;       ///< of most of the time
  double ridge_point = 0;           ///< FLOP/byte at which products and dram take equally long
  std::vector<bool> above{};        ///< by row: whether its intensity reaches its ridge point

  /// Samples (sequences) in a second, and tokens where the network has a `seq`; 0 for what takes no time.
  [[nodiscard]] double samples_per_second() const;
  [[nodiscard]] double tokens_per_second() const;
};

/// Answers questions one after the other, and keeps prices of equal kernels between those of one device. For one
/// thread. The numbers are those of `answer`.
class PointEvaluator {
 public:
  /// What cannot be run is a point with the reason; nothing is thrown for wrong input.
  SweepPoint evaluate(const Question& question);

 private:
  SweepPoint run(const Question& question);

  const Device* device_ = nullptr;
  EngineOptions options_{};
  std::optional<Pricer> pricer_;
};

}  // namespace ridgepoint
