#pragma once
// What a report shows, and the formats it is written in.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/device.hpp"
#include "roofline/advice.hpp"
#include "roofline/listing.hpp"

namespace ridgepoint {

/// How rows are put together.
enum class By : std::uint8_t { kLayer, kBlock, kOp, kCategory, kNetwork };
inline constexpr std::array<std::string_view, 5> kByNames{"layer", "block", "op", "category", "network"};

/// What the reader asked to see, and what the terminal can show.
struct View {
  By by = By::kLayer;
  std::size_t top = 0;  ///< 0 shows all
  bool color = false;
  std::size_t width = 100;
  bool unicode = false;  ///< characters beyond ASCII in drawings and bars
};

/// An estimate ready to be written.
struct Report {
  const Estimate& estimate;
  const Device& device;
  const std::vector<Advice>& advice;
  std::string command;                     ///< what was run
  const KernelListing* kernels = nullptr;  ///< for formats that list them
};

/// One format. `write` returns the whole text.
struct Format {
  std::string_view name;
  std::string_view extension;
  std::string_view summary;
  std::string (*write)(const Report& report, const View& view);
  bool shows_advice;  ///< advice costs a few more runs of the network
  bool lists_kernels = false;
};

/// All formats; the first is the default.
std::span<const Format> formats();

/// The rows that a view asks for: grouped, and with --top the largest by time and one row for the others.
std::vector<LayerEstimate> rows_of(const Estimate& estimate, const View& view);

/// The sentences that say how amounts are counted.
std::span<const std::string_view> conventions();

/// "batch 1, seq 128, bf16, inference": the run in one line.
std::string run_line(const Estimate& estimate);

/// Where the efficiencies come from: "none: data-sheet peaks", "none: pooled defaults", or the calibration's samples,
/// device, date and tool.
std::string calibration_line(const Report& report);

std::string write_table(const Report& report, const View& view);
std::string write_markdown(const Report& report, const View& view);
std::string write_csv(const Report& report, const View& view);
std::string write_json(const Report& report, const View& view);
std::string write_trace(const Report& report, const View& view);

}  // namespace ridgepoint
