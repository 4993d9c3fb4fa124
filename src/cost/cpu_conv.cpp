// Convolutions on a processor, as a library runs them directly on blocked channels.
//   time = latency + fork + elements written / cores x element + (t_product^s + t_memory^s)^(1/s)
//   t_product = FLOPs x inside x blocking / peak / (compute_efficiency x pass
//               x m/(m + m_half) x n/(n + n_half) x k/(k + k_half) x q/(q + row_half))
// m, n, k are those of the product that the pass is; q is the length of a row of the output, which the innermost loop
// runs over. `inside` is the share of the filter's positions that do not fall into the padding, `blocking` what
// channels grow by when they are rounded up to whole vectors. The saturating factors are Hockney and Jesshope's n_1/2,
// "Parallel Computers 2", 1988.

#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t {
  kCompute,
  kMemory,
  kM,
  kN,
  kK,
  kRow,
  kDgrad,
  kWgrad,
  kElement,
  kLatency,
  kFork,
  kSmoothness
};

constexpr std::array kParameters{
    ModelParameter{"compute_efficiency", "share of the peak of large convolutions", 0.01, 1.1, 0.8, 0.35},
    ModelParameter{"memory_efficiency", "share of the measured bandwidth at its footprint", 0.02, 3, 0.9, 0.35},
    ModelParameter{"m_half", "rows of the product at which half the speed is reached", 0.01, 512, 1, 1},
    ModelParameter{"n_half", "columns at which half the speed is reached", 0.01, 512, 2, 1},
    ModelParameter{"k_half", "length of the reduction at which half the speed is reached", 0.01, 512, 4, 1},
    ModelParameter{"row_half", "pixels of an output's row at which half the speed is reached", 0.1, 20, 1, 0.5},
    ModelParameter{"dgrad_efficiency", "of the gradient of the input, over that of the forward pass", 0.2, 5, 1, 0.3},
    ModelParameter{"wgrad_efficiency", "of the gradient of the weights, over that of the forward pass", 0.2, 5, 1, 0.3},
    ModelParameter{"element_s", "to convert and store an element of the result", 1e-13, 1e-8, 3e-11, 1},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 4e-7, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
};

double volume(const std::array<std::int64_t, 3>& e) {
  return static_cast<double>(e[0]) * static_cast<double>(e[1]) * static_cast<double>(e[2]);
}

// Channels in vectors; the few of an image are not rounded up.
double blocked(double channels, double lanes, bool image) {
  return image && channels < lanes ? channels : rounded_up(channels, lanes);
}

// Along one axis, with as much padding at both ends as the extents ask for.
double inside(double in, double out, double filter, double stride) {
  const double padding = std::max(0.0, ((out - 1) * stride + filter - in) / 2);
  double lost = 0;
  for (double at = padding; at > 0; at -= stride) lost += std::min(at, filter);
  return std::max(0.1, 1 - 2 * lost / (out * filter));
}

double inside(const Conv& c) {
  double share = 1;
  for (std::size_t axis = 0; axis < 3; ++axis)
    share *= inside(static_cast<double>(c.in[axis]), static_cast<double>(c.out[axis]),
                    static_cast<double>(c.filter[axis]), static_cast<double>(c.stride[axis]));
  return share;
}

/// The product that a pass is, its channels rounded up.
struct Product {
  double m;
  double n;
  double k;
  double blocking;
};

Product product_of(const Conv& c, double lanes) {
  const auto groups = static_cast<double>(c.groups);
  const double filters = static_cast<double>(c.k) / groups;
  const double channels = static_cast<double>(c.c) / groups;
  const double all_filters = blocked(filters, lanes, false);
  const double all_channels = blocked(channels, lanes, c.pass == Pass::kFprop);
  const double pixels = static_cast<double>(c.n) * volume(c.out);
  const double taps = volume(c.filter);
  const double blocking = all_filters * all_channels / (filters * channels);
  if (c.pass == Pass::kWgrad) return {all_filters, all_channels * taps, pixels, blocking};
  if (c.pass == Pass::kDgrad)
    return {static_cast<double>(c.n) * volume(c.in), all_channels, all_filters * taps, blocking};
  return {pixels, all_filters, all_channels * taps, blocking};
}

double pass_efficiency(Pass pass, const ParameterValues& v) {
  return pass == Pass::kWgrad ? v[kWgrad] : pass == Pass::kDgrad ? v[kDgrad] : 1;
}

// Depthwise ones have no reduction over channels: the vectors hold channels, and the filter's taps are all that is
// summed.
double product_time(const Conv& c, const Situation& situation, const ParameterValues& v) {
  const double lanes = cpu_vector_bytes(situation.device) / 4;
  const double row = saturating(static_cast<double>(c.out[2]), v[kRow]);
  double efficiency = v[kCompute] * pass_efficiency(c.pass, v) * row;
  double work = inside(c);
  if (c.depthwise()) {
    work *= blocked(static_cast<double>(c.c), lanes, false) / static_cast<double>(c.c);
    efficiency *= saturating(volume(c.filter), v[kK]);
  } else {
    const Product p = product_of(c, lanes);
    work *= p.blocking;
    efficiency *= saturating(p.m, v[kM]) * saturating(p.n, v[kN]) * saturating(p.k, v[kK]);
  }
  return (situation.demand.product + situation.demand.vector + situation.demand.special).value() * work / efficiency;
}

Timing time_of(const Situation& situation, const ParameterValues& v) {
  const auto& conv = std::get<Conv>(situation.launch.kernel);
  const Work& work = situation.launch.work;
  const double cores = cpu_cores(situation.device);
  const double product = product_time(conv, situation, v);
  const double moving =
      cpu_memory_time(work.read, work.written, situation.demand.footprint, 1, situation.device).value() / v[kMemory];
  const DType result = conv.pass == Pass::kFprop ? conv.y : conv.pass == Pass::kDgrad ? conv.x : conv.weight;
  const double elements = work.written.value() * 8 / bits(result);
  const double start = (situation.launch.part ? 0 : v[kLatency]) + (cores > 1 ? v[kFork] : 0);
  const double rest = elements / cores * v[kElement];
  Timing timing{.time = Seconds{start + rest + cpu_smooth(product, moving, v[kSmoothness])}};
  at(timing.needs, situation.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{product};
  at(timing.needs, Bound::kDram) = Seconds{moving};
  at(timing.needs, Bound::kOccupancy) = Seconds{rest};
  at(timing.needs, Bound::kLaunch) = Seconds{start};
  return timing;
}

}  // namespace

const CostModel kCpuConv{"cpu_conv", kParameters, time_of};

}  // namespace ridgepoint
