#pragma once
// The state of a GPU from NVIDIA's management library, which comes with the driver and may be missing.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/shared_library.hpp"

namespace ridgepoint {

/// Reasons for clocks below those that the GPU could have, as the management library gives them.
namespace throttle {
inline constexpr std::uint64_t kPowerCap = 0x4;  ///< the power limit: how the device runs heavy kernels always
inline constexpr std::uint64_t kHardware = 0x8;
inline constexpr std::uint64_t kThermalSoftware = 0x20;
inline constexpr std::uint64_t kThermalHardware = 0x40;
inline constexpr std::uint64_t kPowerBrake = 0x80;
/// Those under which a measurement says nothing about the device.
inline constexpr std::uint64_t kSpoils = kHardware | kThermalSoftware | kThermalHardware | kPowerBrake;
}  // namespace throttle

/// What a GPU is doing now. What the library does not tell is absent.
struct GpuState {
  std::optional<unsigned> sm_mhz;
  std::optional<unsigned> memory_mhz;
  std::optional<double> watts;
  std::optional<unsigned> celsius;
  std::optional<std::uint64_t> throttle;
};

/// What does not change in a session. What the library does not tell is absent.
struct GpuCard {
  std::optional<std::string> driver;  ///< "580.65.06"
  std::optional<bool> ecc;
  std::optional<bool> mig;
  std::optional<double> watt_limit;
  std::optional<unsigned> most_sm_mhz;
  std::optional<unsigned> most_memory_mhz;
  std::optional<unsigned> memory_bus_bits;
};

/// The management library's view of one GPU.
class Nvml {
 public:
  explicit Nvml(const std::string& library = "libnvidia-ml.so.1");
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml();

  /// Chooses the GPU by its place on the bus ("00000000:3B:00.0"). False, with `problem`, when it is not there.
  bool choose(const std::string& bus_id);
  /// Why nothing is known; "" when something is.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  [[nodiscard]] GpuState state() const;
  [[nodiscard]] GpuCard card() const;
  /// The memory that other processes hold on the GPU, in bytes; nothing when it cannot be told.
  [[nodiscard]] std::optional<std::uint64_t> memory_of_others() const;
  /// Uncorrected errors of its memory since the driver was started; nothing when it cannot be told.
  [[nodiscard]] std::optional<std::uint64_t> uncorrected_errors() const;

 private:
  using Device = void*;
  template <class... Arguments>
  bool call(const char* symbol, Arguments... arguments) const;
  template <class Value, class... Before>
  std::optional<Value> get(const char* symbol, Before... before) const;

  SharedLibrary library_;
  bool started_ = false;
  Device device_ = nullptr;
  std::string problem_;
};

/// "power cap, thermal (software)"; "none".
std::string throttle_text(std::uint64_t reasons);

}  // namespace ridgepoint
