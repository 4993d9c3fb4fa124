// Matrix products and convolutions on a processor: on one core, or on all after a fork, whichever is faster.
//   time = latency + fork + (t_product^s + t_memory^s)^(1/s)
//   t_product = FLOPs / peak / (compute_efficiency x m/(m + m_half) x n/(n + n_half) x k/(k + k_half))
// The saturating factors are those of vectors and registers that are not full: half the speed at the half sizes
// (Hockney and Jesshope's n_1/2, "Parallel Computers 2", 1988).

#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t { kCompute, kMemory, kM, kN, kK, kLatency, kFork, kSmoothness };

constexpr std::array kParameters{
    ModelParameter{"compute_efficiency", "share of the peak of large products", 0.01, 1.1, 0.8, 0.35},
    ModelParameter{"memory_efficiency", "share of the measured bandwidth at its footprint", 0.02, 3, 0.8, 0.35},
    ModelParameter{"m_half", "rows at which half the speed is reached", 0.01, 512, 1, 1},
    ModelParameter{"n_half", "columns at which half the speed is reached", 0.01, 512, 8, 1},
    ModelParameter{"k_half", "length of the reduction at which half the speed is reached", 0.01, 512, 8, 1},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 5e-7, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
};

/// The product that a kernel is.
struct Extents {
  double m;
  double n;
  double k;
  double blocks;  ///< that cores can share: no library splits the reduction for so few cores
};

double volume(const std::array<std::int64_t, 3>& e) { return static_cast<double>(e[0] * e[1] * e[2]); }

double blocks_of(std::int64_t m, std::int64_t n) {
  constexpr double kBlockRows = 32;
  constexpr double kBlockColumns = 64;
  return std::ceil(static_cast<double>(m) / kBlockRows) * std::ceil(static_cast<double>(n) / kBlockColumns);
}

Extents extents_of(const Kernel& kernel) {
  if (const auto* gemm = std::get_if<Gemm>(&kernel))
    return {static_cast<double>(gemm->m), static_cast<double>(gemm->n), static_cast<double>(gemm->k),
            static_cast<double>(gemm->batch) * blocks_of(gemm->m, gemm->n)};
  constexpr double kMany = 1e9;
  const auto& conv = std::get<Conv>(kernel);
  const double pixels = static_cast<double>(conv.n) * volume(conv.out);
  const double filters = static_cast<double>(conv.k) / static_cast<double>(conv.groups);
  const double channels = static_cast<double>(conv.c) / static_cast<double>(conv.groups);
  if (conv.pass == Pass::kWgrad) return {filters, channels * volume(conv.filter), pixels, kMany};
  if (conv.pass == Pass::kDgrad)
    return {static_cast<double>(conv.n) * volume(conv.in), channels, filters * volume(conv.filter), kMany};
  return {pixels, filters, channels * volume(conv.filter), kMany};
}

double filled(double size, double half) { return size / (size + half); }

double smooth(double a, double b, double s) {
  const double largest = std::max(a, b);
  return largest > 0 ? largest * std::pow(std::pow(a / largest, s) + std::pow(b / largest, s), 1 / s) : 0;
}

Timing time_of(const Situation& situation, const ParameterValues& p) {
  const Extents e = extents_of(situation.launch.kernel);
  const Work& work = situation.launch.work;
  const Demand& demand = situation.demand;
  const auto cores = static_cast<double>(std::max<std::int64_t>(1, situation.device.compute_units));
  const double fill = filled(e.m, p[kM]) * filled(e.n, p[kN]) * filled(e.k, p[kK]);
  const double product = (demand.product + demand.vector + demand.special).value() / (p[kCompute] * fill);
  Timing best{};
  for (const double used : {1.0, std::min(cores, e.blocks)}) {
    const double share = used / cores;
    const double memory =
        cpu_memory_time(work.read, work.written, demand.footprint, share, situation.device).value() / p[kMemory];
    const double start = (situation.launch.part ? 0 : p[kLatency]) + (used > 1 ? p[kFork] : 0);
    const Seconds time{start + smooth(product / share, memory, p[kSmoothness])};
    if (used > 1 && time > best.time) continue;
    best.time = time;
    best.needs = {};
    at(best.needs, demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{product / share};
    at(best.needs, Bound::kDram) = Seconds{memory};
    at(best.needs, Bound::kLaunch) = Seconds{start};
  }
  return best;
}

}  // namespace

const CostModel kCpuProduct{"cpu_product", kParameters, time_of};

}  // namespace ridgepoint
