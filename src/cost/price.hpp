#pragma once
// The time of one kernel on a device.

#include <array>

#include "cost/bound.hpp"
#include "cost/defaults.hpp"
#include "hardware/device.hpp"
#include "kernels/kernel.hpp"

namespace ridgepoint {

/// How times are predicted: by the plain roofline (data-sheet peaks, nothing else), or from the data sheet with
/// efficiencies, a launch time and a smooth maximum pooled over measured devices.
enum class Mode : std::uint8_t { kRoofline, kDatasheet };

inline constexpr std::array<std::string_view, 2> kModeNames{"roofline", "datasheet"};

/// One kernel to be priced: what it is, and its demand with what was fused into it. `part` says that it is a part of a
/// larger kernel and pays for no launch of its own.
struct Launch {
  Kernel kernel;
  Work work;
  bool part = false;
};

/// What each resource needs for a launch, and the time that follows.
struct Price {
  std::array<Seconds, kBoundCount> needs{};  ///< by Bound; what a resource needs alone
  Seconds time{};
  Seconds p10{};
  Seconds p90{};
  Seconds roofline{};  ///< the plain roofline's time
  Bound bound = Bound::kNone;
};

/// Prices a launch. The device must have a rate for the launch's math format (see expect_format).
Price price(const Launch& launch, const Device& device, Mode mode);

/// Makes a kernel's price that of one issued by an eager framework. The host issues the next kernel while this one
/// runs: whichever takes longer sets the pace.
void wait_for_host(Price& price);

/// Throws InputError when the device has no rate for matrix products in this format; names the formats it has.
void expect_format(const Device& device, DType math);

}  // namespace ridgepoint
