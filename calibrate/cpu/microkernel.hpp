#pragma once
// What a microkernel of this backend is, and what it is given to measure with.

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "calibrate/backend.hpp"
#include "calibrate/cpu/buffer.hpp"
#include "calibrate/cpu/machine.hpp"
#include "calibrate/cpu/points.hpp"
#include "calibrate/cpu/threads.hpp"
#include "calibrate/measure/timing.hpp"

namespace ridgepoint::cpu {

/// Random numbers that stay between points, since touching a gigabyte takes longer than measuring on it.
class Arena {
 public:
  std::span<const float> random(const Team& team, std::int64_t count);

 private:
  Buffer buffer_;
};

/// One measurement's surroundings.
struct Bench {
  const Machine& machine;
  const Team& team;
  TimeSource& clock;
  Arena& arena;
  Seconds budget;
  std::string& why;

  [[nodiscard]] Measurement time(const Runs& runs) const { return time_runs(runs, {.budget = budget}, clock); }
  /// Says in `why` that a point cannot be measured here.
  std::nullopt_t cannot(std::string reason) const {
    why = std::move(reason);
    return std::nullopt;
  }
  /// Whether so many bytes may be used; otherwise says why not.
  [[nodiscard]] bool fits(double bytes) const;
};

/// A row of the table of microkernels.
struct CpuMicrokernel {
  Microkernel about;
  std::vector<Point> (*points)(const Design& design, const Machine& machine) = nullptr;
  std::optional<Measurement> (*measure)(const PointFields& point, Bench& bench) = nullptr;
};

/// Throws when a result is not what the reference says.
inline void expect_near(double result, double reference, double tolerance, std::string_view what) {
  const double difference = result - reference;
  if (difference <= tolerance && difference >= -tolerance) return;
  throw std::runtime_error(fmt::format("{} is wrong: {} instead of {}", what, result, reference));
}

/// `count` positions spread over [0, size), the first and the last among them.
std::vector<std::int64_t> probes(std::int64_t size, std::int64_t count = 97);

extern const CpuMicrokernel kClock;
extern const CpuMicrokernel kStream;
extern const CpuMicrokernel kFma;
extern const CpuMicrokernel kSpecial;
extern const CpuMicrokernel kChase;
extern const CpuMicrokernel kLaunch;
extern const CpuMicrokernel kEmbedding;
extern const CpuMicrokernel kRows;
extern const CpuMicrokernel kElementwise;
extern const CpuMicrokernel kNormalization;
extern const CpuMicrokernel kReduction;
extern const CpuMicrokernel kGemm;
extern const CpuMicrokernel kConv;
extern const CpuMicrokernel kSpmm;
extern const CpuMicrokernel kSampling;

/// Shared by the element-wise microkernels.
std::optional<Measurement> measure_elementwise(const PointFields& point, Bench& bench);

}  // namespace ridgepoint::cpu
