#pragma once
// What was fitted to measurements of a device.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.hpp"
#include "hardware/ceilings.hpp"
#include "io/object_reader.hpp"

namespace ridgepoint {

/// What was timed: the kernel alone on the device, one eager framework call, or the host's clock around a synchronise.
enum class Clock : std::uint8_t { kKernel, kOp, kWall };
inline constexpr std::array<std::string_view, 3> kClockNames{"kernel", "op", "wall"};

/// The parameters of the law of cost/law.hpp. Times in seconds.
struct LawParameters {
  double compute_efficiency = 1;     ///< of the peak of matrix products
  double vector_efficiency = 1;      ///< of the peaks of vector units and special functions
  double memory_efficiency = 1;      ///< of dram bandwidth
  double latency = 0;                ///< of starting and draining a kernel
  double smoothness = 1;             ///< of the maximum over resources: 1 adds them up, infinity is the maximum
  double cache_bandwidth_ratio = 1;  ///< how many times faster than dram the last cache is
  double floor = 0;                  ///< the host's time to issue a call; a kernel under it is hidden
};

/// A parameter's name in files, and the values that it can have.
struct LawParameter {
  std::string_view name;
  double LawParameters::*member;
  double lower;
  double upper;
  bool optional;  ///< may be absent in files: it is then that of a default LawParameters
};

/// Efficiencies may pass 1 by a little: data sheets quote clocks that parts exceed.
inline constexpr std::array kLawParameters{
    LawParameter{"compute_efficiency", &LawParameters::compute_efficiency, 1e-3, 1.1, false},
    LawParameter{"vector_efficiency", &LawParameters::vector_efficiency, 1e-3, 1.1, true},
    LawParameter{"memory_efficiency", &LawParameters::memory_efficiency, 1e-3, 1.1, false},
    LawParameter{"latency_s", &LawParameters::latency, 1e-8, 1e-2, false},
    LawParameter{"smoothness", &LawParameters::smoothness, 1, 8, false},
    LawParameter{"cache_bandwidth_ratio", &LawParameters::cache_bandwidth_ratio, 1, 30, true},
    LawParameter{"floor_s", &LawParameters::floor, 1e-8, 1e-2, true},
};

/// The parameters of one kind of kernel in one format under one clock, and how well they describe the samples.
struct CalibrationEntry {
  std::string kernel;             ///< a name of kCostKinds
  std::optional<DType> format{};  ///< of the products; none for passes over memory
  Clock clock = Clock::kKernel;
  LawParameters parameters{};
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

/// A device's own parameters, and what is needed to judge and repeat them.
struct Calibration {
  std::string tool;
  std::string device;  ///< as the samples call it
  std::string date;    ///< "" when nobody gave one
  std::int64_t samples = 0;
  std::vector<CalibrationSource> sources;
  std::vector<std::pair<std::string, std::string>> facts;  ///< of the machine and the measurement: driver, clocks ...
  std::vector<CalibrationEntry> entries;
  std::vector<MeasuredCeiling> ceilings;  ///< of the machine, measured beside the samples; may be empty
};

/// What a format is called in a calibration: its name, or "any".
std::string_view format_name(std::optional<DType> format);

/// Reads a device's `calibration`. Throws InputError.
Calibration read_calibration(const std::shared_ptr<const Document>& document, const Node& node);

/// Whether `text` is a date as YYYY-MM-DD.
bool is_date(std::string_view text);

/// The text of a device file: the base's own members in their order, and this calibration in place of any earlier one.
std::string write_device(const Document& base, const Calibration& calibration);

}  // namespace ridgepoint
