// Random access by row on a processor: embedding bags and sparse products.
//   time = latency + fork + rows x (latency(F) / parallel_loads / cores + row_bytes / B_read(F) / row_efficiency)
//          + t_sequential + t_vector / vector_efficiency
// A core waits for as many lines at once as it has buffers (Little's law); F are the bytes that the accesses spread
// over. Where they follow a law, latency and bandwidth are means over the distances between two visits to a row, in
// bytes of the rows between them (stack distances: Mattson et al., IBM Systems Journal 9(2), 1970): a measured curve
// visits all of its footprint before it comes back, so that its value at F is that of the distance F, and the hit rate
// of a cache of F bytes is the share of shorter ones.

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
  const ReuseCurve* reuse = nullptr;  ///< of rows that a law draws
};

// The mean of what a curve over footprints says, over the distances between the accesses' visits.
template <class Curve>
double mean_over(const Access& a, double spread, Curve curve) {
  const double all = std::max(a.table_bytes * spread, 1.0);
  if (a.reuse == nullptr) return curve(all);
  double sum = 0;
  double hits_below = 0;
  for (double bytes = 1 << 12; hits_below < 1; bytes *= 2) {
    const double distance = std::min(bytes, all);  // at `all` the sets of ids begin again
    const double hits = bytes >= all ? 1 : a.reuse->lru_hit_rate(distance / spread / a.row_bytes);
    sum += (hits - hits_below) * curve(distance);
    hits_below = hits;
  }
  return sum;
}

Access access_of(const Situation& situation) {
  const Work& work = situation.launch.work;
  if (const auto* gather = std::get_if<Gather>(&situation.launch.kernel)) {
    const double copies = std::max(1.0, situation.circumstances.copies);
    const double draws = gather->lookups * copies;
    double visited = gather->table_rows;
    if (situation.circumstances.copies > 0) {
      visited = gather->reuse ? gather->reuse->distinct(draws) : std::min(gather->table_rows, draws);
    }
    const Bytes rows{gather->moved_rows() * gather->row_bytes};
    return {gather->lookups,  gather->row_bytes, visited * gather->row_bytes,
            work.read - rows, work.written,      gather->reuse.get()};
  }
  const auto& spmm = std::get<Spmm>(situation.launch.kernel);
  const double row_bytes = static_cast<double>(spmm.features) * bits(spmm.dtype) / 8;
  const auto nonzeros = static_cast<double>(spmm.nonzeros);
  const Bytes rows{std::min(work.read.value(), nonzeros * row_bytes)};
  return {nonzeros, row_bytes, static_cast<double>(spmm.cols) * row_bytes, work.read - rows, work.written, nullptr};
}

Timing time_of(const Situation& situation, const ParameterValues& p) {
  const Access a = access_of(situation);
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, situation.device.compute_units));
  const double load = mean_over(a, p[kSpread], [&](double f) { return cpu_latency(f, situation.device).value(); });
  const Bytes rows{a.rows * a.row_bytes};
  const double vector = (situation.demand.product + situation.demand.vector).value() * cores / p[kVector];
  Timing best{};
  for (const double used : {1.0, cores}) {
    const double share = used / cores;
    const double ordered =
        cpu_memory_time(a.read, a.written, situation.demand.footprint, share, situation.device).value() /
        p[kSequential];
    const double start = (situation.launch.part ? 0 : p[kLatency]) + (used > 1 ? p[kFork] : 0);
    const double waiting = a.rows * load / p[kParallel] / used +
                           mean_over(a, p[kSpread], [&](double f) {
                             return cpu_memory_time(rows, {}, Bytes{f}, share, situation.device).value();
                           }) / p[kRowEfficiency];
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
