// Random access by row on a processor: embedding bags and sparse products.
//   time = latency + fork + rows x (latency(F) / parallel_loads / cores + row_bytes / B_read(F) / row_efficiency)
//          + t_sequential + t_vector / vector_efficiency
// A core waits for as many lines at once as it has buffers (Little's law); F are the bytes that the accesses spread
// over: of a table with skewed accesses the part that holds four fifths of them.

#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t { kParallel, kRowEfficiency, kSequential, kVector, kLatency, kFork, kSpread };

constexpr std::array kParameters{
    ModelParameter{"parallel_loads", "lines that one core waits for at once", 1, 200, 8, 0.7},
    ModelParameter{"row_efficiency", "of rows: share of the measured bandwidth at their footprint", 0.02, 10, 1, 0.7},
    ModelParameter{"memory_efficiency", "of indices and results: share of the measured bandwidth", 0.02, 3, 0.8, 0.35},
    ModelParameter{"vector_efficiency", "share of the peak of vector units", 0.01, 3, 0.5, 0.5},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 2e-7, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"spread", "of the footprint that accesses spread over", 0.001, 1.1, 0.8, 0.5},
};

/// Rows that are read at random, and what is read and written in order.
struct Access {
  double rows = 0;
  double row_bytes = 0;
  double table_bytes = 0;
  Bytes read{};
  Bytes written{};
};

// The share of a table's rows that takes four fifths of the accesses of a Zipf law, over that share: 1 when all rows
// are equal.
double concentrated(double exponent) {
  constexpr double kMost = 0.8;
  if (exponent <= 0) return 1;
  return std::pow(kMost, 1 / (1 - std::min(exponent, 0.95))) / kMost;
}

Access access_of(const Situation& situation) {
  const Work& work = situation.launch.work;
  if (const auto* gather = std::get_if<Gather>(&situation.launch.kernel)) {
    const double copies = std::max(1.0, situation.circumstances.copies);
    const double visited = situation.circumstances.copies > 0 ? std::min(gather->table_rows, gather->lookups * copies)
                                                              : gather->table_rows;
    const Bytes rows{gather->lookups * gather->row_bytes};
    return {gather->lookups, gather->row_bytes,
            visited * gather->row_bytes * concentrated(situation.circumstances.skew), work.read - rows, work.written};
  }
  const auto& spmm = std::get<Spmm>(situation.launch.kernel);
  const double row_bytes = static_cast<double>(spmm.features) * bits(spmm.dtype) / 8;
  const auto nonzeros = static_cast<double>(spmm.nonzeros);
  const Bytes rows{std::min(work.read.value(), nonzeros * row_bytes)};
  return {nonzeros, row_bytes, static_cast<double>(spmm.cols) * row_bytes, work.read - rows, work.written};
}

Timing time_of(const Situation& situation, const ParameterValues& p) {
  const Access a = access_of(situation);
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, situation.device.compute_units));
  const double spread = std::max(a.table_bytes * p[kSpread], 1.0);
  const double load = cpu_latency(spread, situation.device).value();
  const Bytes rows{a.rows * a.row_bytes};
  const double vector = (situation.demand.product + situation.demand.vector).value() * cores / p[kVector];
  Timing best{};
  for (const double used : {1.0, cores}) {
    const double share = used / cores;
    const double ordered =
        cpu_memory_time(a.read, a.written, situation.demand.footprint, share, situation.device).value() /
        p[kSequential];
    const double start = (situation.launch.part ? 0 : p[kLatency]) + (used > 1 ? p[kFork] : 0);
    const double waiting =
        a.rows * load / p[kParallel] / used +
        cpu_memory_time(rows, {}, Bytes{spread}, share, situation.device).value() / p[kRowEfficiency];
    const Seconds time{start + waiting + vector / used + ordered};
    if (used > 1 && time > best.time) continue;
    best.time = time;
    at(best.needs, Bound::kVector) = Seconds{vector / used};
    at(best.needs, Bound::kDram) = Seconds{waiting + ordered};
    at(best.needs, Bound::kLaunch) = Seconds{start};
  }
  return best;
}

}  // namespace

const CostModel kCpuRows{"cpu_rows", kParameters, time_of};

}  // namespace ridgepoint
