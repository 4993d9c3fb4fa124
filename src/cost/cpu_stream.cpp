// Passes over tensors on a processor.
//   time = latency + fork + rows x reductions x row + t_l1 + ((t_function - t_l1)^s + (t_memory - t_l1)^s)^(1/s)
//   t_function = elements / rate(op) / vector_efficiency, t_memory = R / B_read(F) + W / B_write(F)
// t_l1 is t_memory from the first cache, which the measured rate of a function has in it: what a core does beyond it
// overlaps in part with what moves between the caches (execution-cache-memory model: Hofmann, Fey, Riedmann, Eitzinger,
// Hager and Wellein, Concurrency and Computation 29(9), 2017), with a curve in place of levels.

#include <algorithm>
#include <cmath>

#include "cost/cpu.hpp"
#include "cost/sample_point.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t { kMemory, kVector, kLatency, kFork, kRow, kExtremeRow, kSmoothness, kAlone };

constexpr std::array kParameters{
    ModelParameter{"memory_efficiency", "share of the measured bandwidth at its footprint", 0.02, 3, 1, 0.35},
    ModelParameter{"vector_efficiency", "share of the measured rate of its function", 0.02, 3, 1, 0.35},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 2e-8, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"row_s", "time of a sum over a row, whatever its length", 1e-11, 1e-5, 1e-8, 1},
    ModelParameter{"extreme_row_s", "the same of rows whose maximum is looked for", 1e-11, 1e-5, 2e-8, 1},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
    ModelParameter{"alone", "bandwidth of one core over its share of that of all", 0.3, 3, 1, 0.2},
};

// Elements from which loops are shared between cores, as in the measured loops and in frameworks.
constexpr double kGrain = 1 << 14;

/// What a row costs beside its elements.
struct RowOp {
  std::string_view op;
  double sums;
  bool extreme;
  bool in_place = false;  ///< half of what is written replaces what was just read: no line is fetched for it
};
constexpr std::array kRowOps{RowOp{"softmax", 1, true},  RowOp{"layernorm", 2, false},
                             RowOp{"rmsnorm", 1, false}, RowOp{"rmsnorm_add", 1, false, true},
                             RowOp{"sum", 1, false},     RowOp{"max", 0, true}};

RowOp row_op(const Stream& stream, std::string_view name) {
  const auto* const found = std::find_if(kRowOps.begin(), kRowOps.end(), [&](const RowOp& o) { return o.op == name; });
  if (found != kRowOps.end()) return *found;
  return {name, stream.kind == StreamKind::kReduction ? 1.0 : 0.0, false};
}

/// How a pass is shared: the cores that take part, and the share of the rows that the busiest of them has.
struct Sharing {
  double used;
  double busiest;
};

Sharing sharing_of(const Stream& stream, double cores) {
  if (stream.rows * stream.cols < kGrain) return {1, 1};
  const bool by_rows = stream.kind == StreamKind::kNormalization || stream.kind == StreamKind::kReduction;
  if (!by_rows) return {cores, 1 / cores};
  const double used = std::max(1.0, std::min(cores, stream.rows));
  return {used, stream.rows > 0 ? std::ceil(stream.rows / used) / stream.rows : 1};
}

Timing time_of(const Situation& situation, const ParameterValues& p) {
  const auto& stream = std::get<Stream>(situation.launch.kernel);
  const Device& device = situation.device;
  const Work& work = situation.launch.work;
  const double cores = cpu_cores(device);
  const std::string_view name = sample_op(stream.op);
  const RowOp op = row_op(stream, name);
  const Sharing sharing = sharing_of(stream, cores);
  const double share = sharing.used / cores;
  const double imbalance = sharing.busiest * sharing.used;
  const Bytes written = work.written * (op.in_place ? 0.5 : 1);
  const auto moving = [&](Bytes footprint) {
    return cpu_memory_time(work.read, written, footprint, share, device).value() * imbalance;
  };
  const double rate = cpu_function_rate(name, device);
  const double elements = stream.rows * stream.cols;
  double near = moving(Bytes{1});
  // Of functions that nobody timed: their FLOPs at the peak.
  const double function = (rate > 0 ? elements / rate : (situation.demand.vector + situation.demand.special).value()) /
                          p[kVector] / share * imbalance;
  if (rate > 0) near = std::min(near, function);
  const double memory =
      moving(situation.demand.footprint) / (p[kMemory] * (sharing.used > 1 || cores == 1 ? 1 : p[kAlone]));
  const double rows = stream.rows * sharing.busiest * (op.sums * p[kRow] + (op.extreme ? p[kExtremeRow] : 0));
  const double start = (situation.launch.part ? 0 : p[kLatency]) + (sharing.used > 1 ? p[kFork] : 0);
  const double beyond = cpu_smooth(std::max(0.0, function - near), std::max(0.0, memory - near), p[kSmoothness]);
  Timing timing{.time = Seconds{start + rows + near + beyond}};
  at(timing.needs, Bound::kVector) = Seconds{function + rows};
  at(timing.needs, Bound::kDram) = Seconds{memory};
  at(timing.needs, Bound::kLaunch) = Seconds{start};
  return timing;
}

}  // namespace

const CostModel kCpuStream{"cpu_stream", kParameters, time_of};

}  // namespace ridgepoint
