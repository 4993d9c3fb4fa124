#pragma once
// The time of one kernel on a device.

#include <array>

#include "cost/defaults.hpp"
#include "cost/law.hpp"

namespace ridgepoint {

/// How times are predicted: by the plain roofline (data-sheet peaks, nothing else); from the data sheet with
/// efficiencies, a launch time and a smooth maximum pooled over measured devices; or with the device's own, fitted ones
/// where its calibration has them. kAuto is the last where there is a calibration, else the second.
enum class Mode : std::uint8_t { kRoofline, kDatasheet, kCalibrated, kAuto };

inline constexpr std::array<std::string_view, 4> kModeNames{"roofline", "datasheet", "calibrated", "auto"};

constexpr std::string_view name(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

/// What kAuto means for this device; other modes stay. Throws InputError when a calibrated mode was asked of a device
/// without a calibration.
Mode resolve(Mode mode, const Device& device);

/// One kernel to be priced: what it is, and its demand with what was fused into it. `part` says that it is a part of a
/// larger kernel and pays for no launch of its own.
struct Launch {
  Kernel kernel;
  Work work;
  bool part = false;
};

/// Under what a kernel runs. On the op and wall clocks a host issues it: the host issues the next one while this one
/// runs, and whichever takes longer sets the pace. `copies` is the number of sets of operands that a measurement
/// rotates through; 0 when the operands come from memory, as in a network.
struct Circumstances {
  Clock clock = Clock::kKernel;
  double copies = 0;
};

/// What each resource needs for a launch, and the time that follows.
struct Price {
  Needs needs{};  ///< by Bound; what a resource needs alone
  Seconds time{};
  Seconds p10{};
  Seconds p90{};
  Seconds roofline{};  ///< the plain roofline's time
  Bound bound = Bound::kNone;
  bool own = false;  ///< priced with parameters of the device's calibration
};

/// The demand of a launch, with what its circumstances leave in the cache.
Demand demand_of(const Launch& launch, const Device& device, const Circumstances& circumstances);

/// Prices a launch. The device must have a rate for the launch's math format (see expect_format).
Price price(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances = {});

/// What is wrong with asking the device for matrix products in this format, or nothing; names the formats it has.
std::optional<Problem> missing_format(const Device& device, DType math);

/// Throws InputError when the device has no rate for matrix products in this format.
void expect_format(const Device& device, DType math);

}  // namespace ridgepoint
