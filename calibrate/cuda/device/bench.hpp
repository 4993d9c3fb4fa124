#pragma once
// What a microkernel of this backend is, and what it is given to measure with.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "calibrate/backend.hpp"
#include "calibrate/cuda/device/buffer.hpp"
#include "calibrate/cuda/device/device.hpp"
#include "calibrate/cuda/device/values.hpp"
#include "calibrate/measure/points.hpp"

namespace ridgepoint::cuda {

/// One measurement's surroundings.
struct Bench {
  Device& device;
  Seconds budget;
  std::string& why;

  [[nodiscard]] const DeviceFacts& facts() const { return device.facts(); }
  [[nodiscard]] cudaStream_t stream() const { return device.stream(); }
  Measurement time(const Launch& launch, std::int64_t copies = 1) const { return device.time(launch, copies, budget); }
  /// Says in `why` that a point cannot be measured here.
  std::nullopt_t cannot(std::string reason) const {
    why = std::move(reason);
    return std::nullopt;
  }
  /// Whether so many bytes may be used; otherwise says why not.
  [[nodiscard]] bool fits(double bytes) const;
  /// Throws when `got` differs from the reference by more than `tolerance` of it (values below `floor` count as that).
  void expect_equal(const void* got, Format format, const float* want, std::int64_t count, double tolerance,
                    double floor, std::string_view what) const;
  /// The exclusive or of all 32-bit words.
  [[nodiscard]] std::uint32_t checksum(const void* data, std::int64_t words) const;
  void fill(const DeviceBuffer& buffer, Format format, Values values, std::uint64_t seed = 1) const;
};

/// A row of the table of microkernels.
struct CudaMicrokernel {
  Microkernel about;
  std::vector<Point> (*points)(Effort effort, const DeviceFacts& device) = nullptr;
  std::optional<Measurement> (*measure)(const PointFields& point, Bench& bench) = nullptr;
};

/// The format of a name in sample files; nothing for one that no GPU computes in.
std::optional<Format> find_format(std::string_view name);

/// A kernel's result is wrong.
[[noreturn]] void fail_result(const std::string& what);

/// The shortest of the variants' times, in a tenth of the budget each, is measured with the whole.
template <class Variants, class Make>
Measurement best_of(const Bench& bench, const Variants& variants, Make make) {
  const auto* best = &*std::begin(variants);
  if (std::size(variants) > 1) {
    Seconds shortest{1e30};
    for (const auto& variant : variants) {
      const Seconds time = bench.device.time(make(variant), 1, bench.budget / 10.0).time;
      if (time < shortest) {
        shortest = time;
        best = &variant;
      }
    }
  }
  return bench.time(make(*best));
}

extern const CudaMicrokernel kStream;
extern const CudaMicrokernel kFma;
extern const CudaMicrokernel kSpecial;
extern const CudaMicrokernel kMma;
extern const CudaMicrokernel kChase;
extern const CudaMicrokernel kRandom;
extern const CudaMicrokernel kAtomics;
extern const CudaMicrokernel kTransfer;
extern const CudaMicrokernel kLaunch;
extern const CudaMicrokernel kGemm;
extern const CudaMicrokernel kGemmVariants;
extern const CudaMicrokernel kConv;
extern const CudaMicrokernel kAttention;
extern const CudaMicrokernel kElementwise;
extern const CudaMicrokernel kNormalization;
extern const CudaMicrokernel kReduction;
extern const CudaMicrokernel kEmbedding;
extern const CudaMicrokernel kSpmm;

}  // namespace ridgepoint::cuda
