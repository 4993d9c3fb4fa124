#pragma once
// What was fitted to measurements of a device.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dtype.hpp"
#include "hardware/ceilings.hpp"
#include "hardware/parameter.hpp"
#include "kernels/cost_kind.hpp"

namespace ridgepoint {

/// What was timed: the kernel alone on the device, one eager framework call, or the host's clock around a synchronise.
enum class Clock : std::uint8_t { kKernel, kOp, kWall };
inline constexpr std::array<std::string_view, 3> kClockNames{"kernel", "op", "wall"};

struct CostModel;  // cost/model.hpp: what the parameters mean

/// The time below which no call comes back: a parameter of every model on the clocks `op` and `wall`. In seconds.
inline constexpr ModelParameter kFloorParameter{
    "floor_s", "the host's time to issue a call; a kernel under it is hidden", 1e-8, 1e-2, 30e-6, 1, 1e-300};

/// The parameters of one kind of kernel in one format under one clock, and how well they describe the samples.
struct CalibrationEntry {
  const CostKind* kind = nullptr;
  std::optional<DType> format{};  ///< of the products; none for passes over memory
  Clock clock = Clock::kKernel;
  const CostModel* model = nullptr;
  ParameterValues parameters{};  ///< of the model
  double floor = 0;              ///< see kFloorParameter; 0 on the kernel clock
  std::int64_t samples = 0;
  double p10 = 1;                        ///< of measured / predicted, on samples that were left out of the fit
  double p90 = 1;                        ///< the same
  double median_error = 0;               ///< median of |predicted / measured - 1| on samples that were left out
  std::vector<std::string> at_bounds{};  ///< names of parameters that the data would push further
};

/// A sample file that took part in a fit.
struct CalibrationSource {
  std::string file;
  std::int64_t samples = 0;
  std::string hash;  ///< of the file's bytes
};

/// The best that any sample reached: what a plain roofline of the device itself may use. Rates per second; 0 where no
/// sample tells. See calibrate/reached.hpp.
struct ReachedRates {
  double dram = 0;                             ///< bytes, of samples that no cache can hold
  double launch = 0;                           ///< seconds of the fastest kernel
  std::array<double, kDTypeCount> products{};  ///< FLOPs of products, by math format
};

/// A device's own parameters, and what is needed to judge and repeat them.
struct Calibration {
  std::string tool;
  std::string device;  ///< as the samples call it
  std::string date;    ///< "" when nobody gave one
  std::int64_t samples = 0;
  std::vector<CalibrationSource> sources;
  std::vector<std::pair<std::string, std::string>> facts;  ///< of the machine and the measurement: driver, clocks ...
  ReachedRates reached;
  std::vector<CalibrationEntry> entries;
  std::vector<MeasuredCeiling> ceilings;  ///< of the machine, measured beside the samples; may be empty
};

/// What a format is called in a calibration: its name, or "any".
std::string_view format_name(std::optional<DType> format);

/// Whether `text` is a date as YYYY-MM-DD.
bool is_date(std::string_view text);

}  // namespace ridgepoint
