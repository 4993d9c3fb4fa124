#include "cost/rows.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "cost/machine.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum Own : std::size_t {
  kSmoothness = kMemoryParameters,
  kCallNorm,
  kRereadSoftmax,
  kRereadNorm,
  kSlotsSoftmax,
  kSlotsNorm,
  kRowShort,
  kRowSoftmax,
  kRowNorm,
  kFlightSoftmax,
  kFlightNorm,
  kSpillEdge,
  kWalk,
  kCount,
};

constexpr std::array kOwn{
    ModelParameter{"smoothness", "of the maximum of memory and units", 1, 12, 4, 0.4},
    ModelParameter{"call_norm", "host time of a call of a norm, in calls of a softmax", 0.3, 4, 1.4, 0.3},
    ModelParameter{"reread_softmax", "times that a long row of a softmax is read again", 0.05, 10, 2, 0.2},
    ModelParameter{"reread_norm", "times that a row of a norm is read again", 0.05, 10, 1.2, 0.3},
    ModelParameter{"slots_softmax", "issue slots of softmax per element, in FLOPs of the vector peak", 0.5, 200, 14,
                   0.4},
    ModelParameter{"slots_norm", "the same of norms", 0.5, 200, 12, 0.4},
    ModelParameter{"row_clocks_short", "clocks per row that one warp holds, on one compute unit", 0.1, 3000, 9, 0.4},
    ModelParameter{"row_clocks_softmax", "clocks per longer row of a softmax", 1, 10000, 195, 0.4},
    ModelParameter{"row_clocks_norm", "clocks per row of a norm", 1, 10000, 650, 0.5},
    ModelParameter{"rows_in_flight_softmax", "long rows of a softmax that a compute unit works on", 0.2, 64, 2.5, 0.4},
    ModelParameter{"rows_in_flight_norm", "rows of a norm that a compute unit works on", 0.2, 64, 14, 0.4},
    ModelParameter{"spill_edge", "the power with which rows in flight outgrow the cache", 0.5, 8, 2.5, 0.4},
    ModelParameter{"walk_clocks", "clocks for 1024 columns of a long row, which one block walks over", 1, 10000, 400, 1,
                   1},
};
constexpr auto kParameters = with_memory(kOwn);
constexpr double kSampleSpread = 0.06;
static_assert(kParameters.size() == kCount && kParameters.size() <= kMaxParameters);

constexpr double kShortRow = 1024;

/// What decides the kernel of a row.
enum class RowKind : std::uint8_t { kShortSoftmax, kLongSoftmax, kNorm, kBatchNorm, kReduction };

RowKind row_kind(const Stream& stream) {
  if (stream.kind == StreamKind::kReduction) return RowKind::kReduction;
  if (stream.op == "batch_norm") return RowKind::kBatchNorm;
  if (stream.op.find("softmax") == std::string_view::npos) return RowKind::kNorm;
  return stream.cols <= kShortRow ? RowKind::kShortSoftmax : RowKind::kLongSoftmax;
}

double padded(double cols) {
  return static_cast<double>(std::bit_ceil(static_cast<std::uint64_t>(std::max(1.0, std::ceil(cols)))));
}

/// The parts of a pass: bytes through dram and through the cache in seconds, and the units' time.
struct Parts {
  double cached = 0;
  double spilled = 0;
  double dram = 0;
  double cache = 0;
  double units = 0;
  double walk = 0;
};

/// The parameters of a kind of row.
struct RowCost {
  double reread = 0;
  double in_flight = 1;
  double slots = 0;
  double clocks = 0;
  double walk = 0;  ///< clocks of a block for 1024 columns; 0 where a row is not one block's
};

RowCost row_cost(RowKind kind, const Stream& stream, const ParameterValues& p) {
  switch (kind) {
    case RowKind::kShortSoftmax: return {0, 1, p[kSlotsSoftmax] * padded(stream.cols) / stream.cols, p[kRowShort]};
    case RowKind::kLongSoftmax:
      return {p[kRereadSoftmax], p[kFlightSoftmax], p[kSlotsSoftmax], p[kRowSoftmax], p[kWalk]};
    case RowKind::kNorm: return {p[kRereadNorm], p[kFlightNorm], p[kSlotsNorm], p[kRowNorm], p[kWalk]};
    // Its rows are too long for one compute unit: several share one, and the second pass is in what is read.
    case RowKind::kBatchNorm: return {0, 1, p[kSlotsNorm], p[kRowNorm]};
    case RowKind::kReduction: break;
  }
  return {0, 1, stream.flops_per_element, stream.cols <= kShortRow ? p[kRowShort] : p[kRowSoftmax]};
}

// Clocks are of compute units; a device whose file does not give them has none of these terms.
double unit_time(const Situation& s, const Stream& stream, const RowCost& cost) {
  double time = 0;
  const double own = stream.rows * stream.cols * stream.flops_per_element;
  const double fused = std::max(0.0, s.launch.work.vector.value() - own);
  if (const auto rate = s.device.vector_rate())
    time += (stream.rows * stream.cols * cost.slots + fused) / rate->value();
  const double clocks = unit_clocks(s.device);
  if (clocks > 0) time += std::max(stream.rows, static_cast<double>(s.device.compute_units)) * cost.clocks / clocks;
  return std::max(time, s.demand.special.value());
}

Parts parts_of(const Situation& s, const ParameterValues& p) {
  const auto& stream = std::get<Stream>(s.launch.kernel);
  const Work& work = s.launch.work;
  const RowCost cost = row_cost(row_kind(stream), stream, p);
  const double row_bytes = work.read.value() / std::max(stream.rows, 1.0);
  Parts parts;
  parts.cached = cached_share(work.bytes().value(), s, p);
  const double rows =
      std::min(stream.rows, cost.in_flight * static_cast<double>(std::max<std::int64_t>(s.device.compute_units, 1)));
  const double capacity = cache_capacity(s.device);
  const double outgrown =
      capacity > 0 ? 1 / (1 + std::pow(capacity / std::max(rows * row_bytes, 1.0), p[kSpillEdge])) : 0;
  parts.spilled = outgrown * (1 - parts.cached);
  const double once = work.read.value() + p[kWriteCost] * work.written.value();
  const double again = cost.reread * work.read.value();
  const double rate = s.device.dram_bandwidth().value() * p[kMemoryEfficiency];
  parts.dram = (once * (1 - parts.cached) + again * parts.spilled) / rate;
  parts.cache = (once * parts.cached + again * (1 - parts.spilled)) / (rate * p[kCacheRatio]);
  parts.units = unit_time(s, stream, cost);
  parts.walk = walk_time(s.device, stream.cols, cost.walk);
  return parts;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const double latency = start_time(s, p[kLatency]);
  Timing timing;
  at(timing.needs, Bound::kDram) = Seconds{parts.dram};
  at(timing.needs, Bound::kL2) = Seconds{parts.cache};
  at(timing.needs, Bound::kVector) = Seconds{parts.units};
  at(timing.needs, Bound::kOccupancy) = Seconds{parts.walk};
  at(timing.needs, Bound::kLaunch) = Seconds{latency};
  const std::array needs{parts.dram + parts.cache, parts.units, parts.walk};
  timing.time = Seconds{latency + smooth_maximum(needs, p[kSmoothness])};
  return timing;
}

double calls_of_row(const Situation& s, const ParameterValues& p) {
  const RowKind kind = row_kind(std::get<Stream>(s.launch.kernel));
  return kind == RowKind::kNorm || kind == RowKind::kBatchNorm ? p[kCallNorm] : 1;
}

Terms terms_of_rows(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const char* const source = "docs/model.md, norms, softmax and reductions";
  return {
      {"h", "share of the bytes in the last cache", parts.cached, "", source},
      {"g", "share of what is read again that comes from dram", parts.spilled, "", source},
      {"t_dram", "((read + write_cost written) (1 - h) + reread read g) / (memory_efficiency bandwidth)", parts.dram,
       "s", source},
      {"t_cache",
       "((read + write_cost written) h + reread read (1 - g)) / (cache_bandwidth_ratio memory_efficiency bandwidth)",
       parts.cache, "s", source},
      {"t_units", "elements slots / vector rate + rows row_clocks / (units clock)", parts.units, "s", source},
      {"t_walk", "cols / 1024 walk_clocks / clock, where a row is one block's", parts.walk, "s", source},
      {"latency", "latency_s", start_time(s, p[kLatency]), "s", "fitted"},
      {"time", "latency + ((t_dram + t_cache)^s + t_units^s + t_walk^s)^(1/s)", time_of(s, p).time.value(), "s",
       source}};
}

}  // namespace

const CostModel kRowsModel{"rows", kParameters, time_of, terms_of_rows, calls_of_row, kSampleSpread};

}  // namespace ridgepoint
