// Passes over tensors on a processor: on one core, or on all after a fork, whichever is faster.
//   time = latency + fork + (t_function^s + t_memory^s)^(1/s)
//   t_function = elements / rate(op) / vector_efficiency + rows x row, t_memory = R / B_read(F) + W / B_write(F)
// The hierarchical roofline (Ilic, Pratas and Sousa, IEEE CAL 13(1), 2014), with a curve in place of levels.

#include <cmath>

#include "cost/cpu.hpp"
#include "cost/sample_point.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t { kMemory, kVector, kLatency, kFork, kRow, kSmoothness };

constexpr std::array kParameters{
    ModelParameter{"memory_efficiency", "share of the measured bandwidth at its footprint", 0.02, 3, 0.9, 0.35},
    ModelParameter{"vector_efficiency", "share of the measured rate of its function", 0.02, 3, 0.8, 0.35},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 5e-8, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"row_s", "time of a row, whatever its length", 1e-11, 1e-5, 1e-8, 1},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
};

double smooth(double a, double b, double s) {
  const double largest = std::max(a, b);
  return largest > 0 ? largest * std::pow(std::pow(a / largest, s) + std::pow(b / largest, s), 1 / s) : 0;
}

// Of functions that nobody timed: their FLOPs at the peak.
double function_time(const Stream& stream, const Situation& situation) {
  const double rate = cpu_function_rate(sample_op(stream.op), situation.device);
  if (rate > 0) return stream.rows * stream.cols / rate;
  return (situation.demand.vector + situation.demand.special).value();
}

Timing time_of(const Situation& situation, const ParameterValues& p) {
  const auto& stream = std::get<Stream>(situation.launch.kernel);
  const Work& work = situation.launch.work;
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, situation.device.compute_units));
  const double function = function_time(stream, situation) / p[kVector] + stream.rows * p[kRow] / cores;
  Timing best{};
  for (const double used : {1.0, cores}) {
    const double share = used / cores;
    const double memory =
        cpu_memory_time(work.read, work.written, situation.demand.footprint, share, situation.device).value() /
        p[kMemory];
    const double start = (situation.launch.part ? 0 : p[kLatency]) + (used > 1 ? p[kFork] : 0);
    const Seconds time{start + smooth(function / share, memory, p[kSmoothness])};
    if (used > 1 && time > best.time) continue;
    best.time = time;
    at(best.needs, Bound::kVector) = Seconds{function / share};
    at(best.needs, Bound::kDram) = Seconds{memory};
    at(best.needs, Bound::kLaunch) = Seconds{start};
  }
  return best;
}

}  // namespace

const CostModel kCpuStream{"cpu_stream", kParameters, time_of};

}  // namespace ridgepoint
