#pragma once
// The time of one kernel on a device.

#include <array>

#include "cost/defaults.hpp"
#include "cost/model.hpp"

namespace ridgepoint {

/// How times are predicted: by the plain roofline (data-sheet peaks, nothing else); from the data sheet with
/// parameters of the cost models pooled over measured devices; or with the device's own, fitted ones
/// where its calibration has them. kCeilings is a roofline with the best rates that the calibration saw, and no model.
/// kAuto is the last where there is a calibration, else the second.
enum class Mode : std::uint8_t { kRoofline, kDatasheet, kCeilings, kCalibrated, kAuto };

inline constexpr std::array<std::string_view, 5> kModeNames{"roofline", "datasheet", "ceilings", "calibrated", "auto"};

constexpr std::string_view name(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

/// What kAuto means for this device; other modes stay. Throws InputError when a mode needs a calibration that the
/// device does not have.
Mode resolve(Mode mode, const Device& device);

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

/// Prices a launch. The device must have a rate for the launch's math format (see expect_format).
Price price(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances = {});

/// What prices a launch: a model with parameters. On the op and wall clocks `floor` is the host's time.
struct Pricing {
  const CostModel* model = nullptr;
  ParameterValues parameters{};
  double p10 = 1;
  double p90 = 1;
  const CalibrationEntry* entry = nullptr;  ///< of the device's calibration; null when pooled
  Clock clock = Clock::kKernel;             ///< that the parameters were fitted on
};

/// What prices a launch in this mode, which must not be the plain roofline.
Pricing pricing_of(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances);

/// The formulas behind a price with their numbers; none for the plain roofline.
Terms terms_of(const Launch& launch, const Device& device, Mode mode, const Circumstances& circumstances = {});

/// What is wrong with asking the device for matrix products in this format, or nothing; names the formats it has.
std::optional<Problem> missing_format(const Device& device, DType math);

/// Throws InputError when the device has no rate for matrix products in this format.
void expect_format(const Device& device, DType math);

}  // namespace ridgepoint
