#pragma once
// A device as its data sheet describes it, with what was measured of it.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.hpp"
#include "core/units.hpp"
#include "hardware/calibration.hpp"
#include "io/document.hpp"

namespace ridgepoint {

/// A dense peak rate of a unit for one format. `lanes` is the multiply-adds per clock and compute unit, 0 if unknown.
struct Peak {
  FlopRate rate{};
  std::int64_t lanes = 0;
  std::string source{};
};

/// The peaks of one kind of unit, by format.
using Peaks = std::array<std::optional<Peak>, kDTypeCount>;

/// One level of memory. What no source gives is absent.
struct MemoryLevel {
  std::optional<Bytes> capacity{};
  std::optional<Bandwidth> bandwidth{};
  std::string source{};
};

/// A link to other devices or to the host, per direction.
struct Link {
  std::string name;
  Bandwidth bandwidth{};
  std::string source{};
};

/// What a device may be.
inline constexpr std::array<std::string_view, 4> kDeviceKinds{"gpu", "tpu", "accelerator", "cpu"};

/// A device by its data sheet. All peaks are dense. Rates in FLOP/s, bandwidths in byte/s.
struct Device {
  std::string name;
  std::string summary;
  std::string vendor;
  std::string architecture;
  std::string kind;  ///< of kDeviceKinds
  std::map<std::string, std::string> sources;
  std::vector<std::string> notes;

  std::int64_t compute_units = 0;  ///< 0 if unknown
  Hertz clock{};                   ///< of the vector units; 0 if unknown
  Peaks matrix;
  Peaks vector;
  std::optional<Peak> special;
  MemoryLevel dram;
  MemoryLevel l1;
  MemoryLevel l2;
  MemoryLevel llc;
  std::optional<Bytes> shared_memory_per_unit;
  std::vector<Link> links;
  std::optional<double> tdp_w;

  std::optional<Calibration> calibration;

  /// What a run asks to be otherwise than the file says (hardware/what_if.hpp), such as "dram.bandwidth x2"; it is part
  /// of the name too. The scales are of the time to start a kernel and of the host's time to issue one.
  std::vector<std::string> changes{};
  double launch_scale = 1;
  double host_scale = 1;

  /// The peak that matrix products in this format can reach: the matrix units', else the vector units', else none.
  [[nodiscard]] std::optional<FlopRate> product_rate(DType math) const;
  /// The peak of element-wise work, that of fp32 whatever the tensors are; none if the data sheet has no such rate.
  [[nodiscard]] std::optional<FlopRate> vector_rate() const;
  [[nodiscard]] Bandwidth dram_bandwidth() const { return *dram.bandwidth; }
};

/// Reads what a device file says of the device itself; `cost/device_file.hpp` reads its calibration too. Throws
/// InputError.
Device read_datasheet(const std::shared_ptr<const Document>& document);

/// Sentences about values of a device that contradict each other: rates that are not units x lanes x 2 x clock, fp8
/// that is not twice fp16 where it should be, an l2 slower than the dram. Empty for a sound file.
std::vector<std::string> contradictions(const Device& device);

}  // namespace ridgepoint
