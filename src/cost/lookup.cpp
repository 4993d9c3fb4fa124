#include "cost/lookup.hpp"

#include <algorithm>

#include "core/expected.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum Own : std::size_t { kUnitBytes = kMemoryParameters, kHitGain, kCount };

constexpr std::array kOwn{
    ModelParameter{"unit_bytes_per_clock", "bytes that a compute unit moves per clock, of rows read and written", 0.2,
                   200, 6, 0.8},
    ModelParameter{"hit_gain", "share of that time which a row in the last cache saves", 1e-3, 0.9, 0.12, 0.7},
};
constexpr auto kParameters = with_memory(kOwn);
static_assert(kParameters.size() == kCount);

constexpr double kSector = 32;  // bytes: what a GPU fetches from dram at least
constexpr double kSmoothness = 4;
constexpr double kSampleSpread = 0.06;

/// Rows read from anywhere: how many, of what size, out of how many, and the bytes that move one after the other.
struct Access {
  double lookups;
  double row_bytes;
  double table_rows;
  double other_read;
  double written;
  double results;  ///< bytes written by the lookup itself, without what was fused into it
  double distinct;
  const ReuseCurve* reuse;  ///< null where rows are drawn uniformly
};

Access access_of(const Situation& s) {
  const Work& work = s.launch.work;
  if (const auto* gather = std::get_if<Gather>(&s.launch.kernel)) {
    const double rows = gather->moved_rows() * gather->row_bytes;
    const double table = std::max(gather->table_rows, 1.0);
    return {gather->lookups,
            gather->row_bytes,
            table,
            std::max(0.0, work.read.value() - rows),
            work.written.value(),
            gather->scatter ? gather->lookups * gather->row_bytes : gather->other_bytes,
            gather->reuse ? gather->distinct : expected_distinct(table, gather->lookups),
            gather->reuse.get()};
  }
  const auto& spmm = std::get<Spmm>(s.launch.kernel);
  const auto entries = static_cast<double>(spmm.nonzeros);
  const double row = bytes_of(static_cast<double>(spmm.features), spmm.dtype).value();
  return {entries,
          row,
          static_cast<double>(spmm.cols),
          std::max(0.0, work.read.value() - entries * row),
          work.written.value(),
          static_cast<double>(spmm.rows) * row,
          expected_distinct(static_cast<double>(spmm.cols), entries),
          nullptr};
}

/// The parts of a lookup in seconds.
struct Parts {
  double distinct = 0;  // rows
  double cached = 0;    // share of the table in the last cache
  double dram = 0;
  double cache = 0;
  double units = 0;
};

/// Bytes of rows that come from dram: those of the first access to each row, and of later ones.
struct RowTraffic {
  double first = 0;
  double again = 0;
};

// Rows that a law draws. In a network the cache begins without them; a measurement that rotates through several sets of
// ids finds it as the sets before left it.
RowTraffic by_law(const Access& a, double row, double capacity, double copies) {
  const double rows = capacity / row;
  const double misses =
      copies > 1 ? a.lookups * (1 - a.reuse->lru_hit_rate(rows)) : a.reuse->lru_misses(a.lookups, rows);
  const double first = std::min(misses, a.distinct);
  return {first * row, std::max(misses, copies > 1 ? 0.0 : a.distinct) * row - first * row};
}

Parts parts_of(const Situation& s, const ParameterValues& p) {
  const Access a = access_of(s);
  Parts parts;
  parts.distinct = a.distinct;
  const double row = std::ceil(a.row_bytes / kSector) * kSector;
  const bool warm = s.circumstances.copies > 0;
  parts.cached = warm ? cached_share(a.table_rows * row, s, p) : 0;
  // A row that was read before is in the cache if the rows between two visits fit into it.
  const double capacity = cache_capacity(s.device) * p[kCacheShare];
  const double near = capacity > 0 ? 1 / (1 + std::pow(parts.distinct * row / capacity, p[kCacheEdge])) : 0;
  RowTraffic rows{parts.distinct * row * (1 - parts.cached),
                  (a.lookups - parts.distinct) * row * (1 - (warm ? near : 0))};
  if (a.reuse != nullptr) rows = by_law(a, row, capacity, s.circumstances.copies);
  const double first = rows.first;
  const double again = rows.again;
  const double hits = a.lookups * row - first - again;
  const double rate = s.device.dram_bandwidth().value() * p[kMemoryEfficiency];
  parts.dram = (first + again + a.other_read + p[kWriteCost] * a.written) / rate;
  parts.cache = hits / (rate * p[kCacheRatio]);
  const double clocks = unit_clocks(s.device);
  if (clocks > 0) {
    const double moved = a.lookups * row + a.results;
    const double hit_share = hits / std::max(a.lookups * row, 1.0);
    parts.units = moved / (clocks * p[kUnitBytes]) * (1 - p[kHitGain] * hit_share);
  }
  if (const auto vector = s.device.vector_rate())
    parts.units = std::max(parts.units, s.launch.work.vector.value() / vector->value());
  return parts;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const double latency = start_time(s, p[kLatency]);
  Timing timing;
  at(timing.needs, Bound::kDram) = Seconds{parts.dram};
  at(timing.needs, Bound::kL2) = Seconds{parts.cache};
  at(timing.needs, Bound::kVector) = Seconds{parts.units};
  at(timing.needs, Bound::kLaunch) = Seconds{latency};
  timing.time = Seconds{latency + smooth_max(parts.dram + parts.cache, parts.units, kSmoothness)};
  return timing;
}

Terms terms_of_lookup(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const char* const source = "docs/model.md, lookups";
  return {{"distinct", "R (1 - (1 - 1/R)^N), or by the law of the accesses: rows that are looked up at least once",
           parts.distinct, "", source},
          {"h", "share of the table in the last cache", parts.cached, "", source},
          {"t_dram", "(rows from dram + ids + write_cost written) / (memory_efficiency bandwidth)", parts.dram, "s",
           source},
          {"t_cache", "rows from the cache / (cache_bandwidth_ratio memory_efficiency bandwidth)", parts.cache, "s",
           source},
          {"t_units", "bytes / (units clock unit_bytes_per_clock), less for hits", parts.units, "s", source},
          {"latency", "latency_s", start_time(s, p[kLatency]), "s", "fitted"},
          {"time", "latency + ((t_dram + t_cache)^4 + t_units^4)^(1/4)", time_of(s, p).time.value(), "s", source}};
}

}  // namespace

const CostModel kLookupModel{"lookup", kParameters, time_of, terms_of_lookup, nullptr, kSampleSpread};

}  // namespace ridgepoint
