#include "report/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/human.hpp"

namespace ridgepoint {
namespace {

constexpr double kExactInteger = 9007199254740992.0;  // 2^53

using Row = LayerEstimate;

constexpr std::array kColumns{
    Column{"name", "layer", ColumnKind::kText, "the layer, or the first of those that run as one kernel",
           [](const Row& r) -> Cell { return r.name; }},
    Column{"op", "op", ColumnKind::kText, "its operator", [](const Row& r) -> Cell { return r.op; }},
    Column{"block", "", ColumnKind::kText, "the blocks around it", [](const Row& r) -> Cell { return r.block; }},
    Column{"category", "", ColumnKind::kText, "matmul, reduction, elementwise, lookup, data_movement ...",
           [](const Row& r) -> Cell { return std::string(name(r.category)); }},
    Column{"repeat", "x", ColumnKind::kCount,
           "how many identical layers the row covers; all its amounts are for all of them",
           [](const Row& r) -> Cell { return static_cast<double>(r.repeat); }},
    Column{"parameters", "", ColumnKind::kCount, "learned values",
           [](const Row& r) -> Cell { return r.total.parameters; }},
    Column{"macs", "", ColumnKind::kCount, "multiply-adds of matrix products",
           [](const Row& r) -> Cell { return r.total.macs; }},
    Column{"flops", "FLOPs", ColumnKind::kFlops, "arithmetic operations; a multiply-add is two",
           [](const Row& r) -> Cell { return r.total.flops; }},
    Column{"bytes_read", "", ColumnKind::kBytes, "bytes that the algorithm must read",
           [](const Row& r) -> Cell { return r.total.bytes_read; }},
    Column{"bytes_written", "", ColumnKind::kBytes, "bytes that it must write",
           [](const Row& r) -> Cell { return r.total.bytes_written; }},
    Column{"bytes", "bytes", ColumnKind::kBytes, "bytes read and written",
           [](const Row& r) -> Cell { return r.total.bytes(); }},
    Column{"arithmetic_intensity", "FLOP/B", ColumnKind::kNumber, "FLOPs per byte",
           [](const Row& r) -> Cell { return r.total.intensity(); }},
    Column{"time_s", "time", ColumnKind::kSeconds, "predicted time", [](const Row& r) -> Cell { return r.total.time; }},
    Column{"time_p10_s", "", ColumnKind::kSeconds, "one measurement in ten should be below",
           [](const Row& r) -> Cell { return r.total.time_p10; }},
    Column{"time_p90_s", "", ColumnKind::kSeconds, "one measurement in ten should be above",
           [](const Row& r) -> Cell { return r.total.time_p90; }},
    Column{"roofline_time_s", "roofline", ColumnKind::kSeconds,
           "time of the plain roofline: data-sheet peaks and nothing else",
           [](const Row& r) -> Cell { return r.total.roofline_time; }},
    Column{"share", "share", ColumnKind::kShare, "of the network's time", [](const Row& r) -> Cell { return r.share; }},
    Column{"bound", "bound", ColumnKind::kText, "the resource that sets the time",
           [](const Row& r) -> Cell { return std::string(name(r.bound)); }},
    Column{"ridge_point", "", ColumnKind::kNumber, "FLOP per byte at which the row's unit and dram take equally long",
           [](const Row& r) -> Cell { return r.ridge_point; }},
    Column{"kernels", "", ColumnKind::kCount, "kernels launched", [](const Row& r) -> Cell { return r.kernels; }},
    Column{"live_bytes", "", ColumnKind::kBytes,
           "activations in memory while it runs; in training, those kept for the backward pass when it has run forward",
           [](const Row& r) -> Cell { return r.live_bytes; }},
};

}  // namespace

std::string_view unit_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kFlops: return "FLOP";
    case ColumnKind::kBytes: return "byte";
    case ColumnKind::kSeconds: return "s";
    case ColumnKind::kNumber: return "FLOP/byte";
    case ColumnKind::kText:
    case ColumnKind::kCount:
    case ColumnKind::kShare: break;
  }
  return "";
}

std::span<const Column> columns() { return kColumns; }

const Column* find_column(std::string_view key) {
  const auto* const found =
      std::find_if(kColumns.begin(), kColumns.end(), [&](const Column& c) { return c.key == key; });
  return found == kColumns.end() ? nullptr : &*found;
}

std::string human(const Column& column, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const double value = std::get<double>(cell);
  constexpr double kReadable = 100000;  // small counts are shown whole
  switch (column.kind) {
    case ColumnKind::kCount:
      if (column.key == "repeat" && value < kReadable) return exact(cell);
      return human_count(value);
    case ColumnKind::kFlops: return human_count(value);
    case ColumnKind::kBytes: return human_bytes(value);
    case ColumnKind::kSeconds: return human_seconds(value);
    case ColumnKind::kShare: return human_percent(value);
    case ColumnKind::kNumber: return human_number(value);
    case ColumnKind::kText: break;
  }
  return exact(cell);
}

std::string exact(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const double value = std::get<double>(cell);
  std::array<char, 32> digits{};
  const bool whole = value == std::floor(value) && std::abs(value) < kExactInteger;
  const auto end = whole ? std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::int64_t>(value))
                         : std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

}  // namespace ridgepoint
