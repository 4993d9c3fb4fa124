#include "cost/convolution.hpp"

#include <algorithm>

#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum Parameter : std::size_t {
  kEfficiency,
  kTileOverhead,
  kWaves,
  kPrologue,
  kMemory,
  kStart,
  kWinograd2,
  kWinograd4,
  kTransform2,
  kTransform4,
  kTransformStart,
  kWgradCost,
  kStridedDgrad,
  kSplitCost,
  kScatterCost,
  kDepthwise,
  kDepthwiseMemory,
  kCall,
  kCount,
};

constexpr std::array kParameters{
    ModelParameter{"compute_efficiency", "share of the peak that a very large tile reaches", 1e-2, 1.3, 0.95, 0.2},
    ModelParameter{"tile_overhead", "elements by which a tile's edges cost it: 1 / (1 + o (1/tm + 1/tn))", 0.5, 300, 15,
                   0.5},
    ModelParameter{"wave_tail", "1 if the last wave of tiles costs a whole one, 0 if its share", 0.05, 1, 0.9, 0.3},
    ModelParameter{"prologue", "elements of the reduction that starting and ending a tile cost", 0.1, 1000, 10, 0.7},
    ModelParameter{"memory_efficiency", "share of the bandwidth of dram", 1e-2, 1.1, 0.8, 0.2},
    ModelParameter{"latency_s", "time to start and drain", 1e-7, 2e-3, 10e-6, 0.7},
    ModelParameter{"winograd2_efficiency", "of the products of F(2x2), to that of a GEMM", 0.2, 1.5, 0.8, 0.3},
    ModelParameter{"winograd4_efficiency", "of the products of F(4x4), to that of a GEMM", 0.2, 1.5, 0.85, 0.3},
    ModelParameter{"transform2_cost", "of the traffic of F(2x2)'s transforms, to that of dram", 0.02, 8, 0.6, 0.7},
    ModelParameter{"transform4_cost", "of the traffic of F(4x4)'s transforms, to that of dram", 0.02, 8, 0.6, 0.7},
    ModelParameter{"transform_latency_s", "time to start the transforms", 1e-7, 2e-3, 10e-6, 0.7},
    ModelParameter{"wgrad_cost", "time of a weight gradient's tiles, to those of a forward pass", 0.3, 5, 1.3, 0.3},
    ModelParameter{"strided_dgrad", "taps that a strided gradient visits, in taps that it needs", 1, 16, 2, 0.5},
    ModelParameter{"split_cost", "of the partial sums of a split reduction, in bytes through dram", 0.1, 10, 0.8, 0.5},
    ModelParameter{"scatter_cost", "of a scattered byte, in bytes through dram", 0.1, 50, 3, 0.7},
    ModelParameter{"depthwise_efficiency", "share of the vector peak in depthwise convolutions", 1e-3, 1.1, 0.2, 0.5},
    ModelParameter{"depthwise_memory", "share of the bandwidth of dram in depthwise convolutions", 1e-2, 1.1, 0.6, 0.3},
    ModelParameter{"call_conv", "host time of a call, in calls of a plain operation", 0.3, 6, 1.8, 0.15, 1},
};
static_assert(kParameters.size() == kCount && kCount <= kMaxParameters);

constexpr double kSmoothness = 3;
constexpr double kReductionStep = 32;  // a split leaves at least that many elements

/// The tiles that libraries have, rows by columns.
struct Tile {
  double m;
  double n;
};
constexpr std::array kTiles{Tile{256, 128}, Tile{128, 256}, Tile{128, 128}, Tile{128, 64}, Tile{64, 128},
                            Tile{128, 32},  Tile{64, 64},   Tile{64, 32},   Tile{32, 64},  Tile{32, 32}};

/// `batch` products of m x n over k.
struct Product {
  double batch = 1;
  double m = 1;
  double n = 1;
  double k = 1;
};

/// The device as a product sees it: rate of one compute unit, units, bandwidth of partial sums.
struct Machine {
  double unit_rate;
  double units;
  double bandwidth;
};

double waves(double tiles, double units, double tail) {
  const double share = tiles / units;
  return share <= 1 ? 1 : tail * std::ceil(share) + (1 - tail) * share;
}

double tiled_time(const Product& p, const Tile& tile, double splits, const Machine& machine, const ParameterValues& v) {
  const double tiles = p.batch * std::ceil(p.m / tile.m) * std::ceil(p.n / tile.n);
  const double efficiency = v[kEfficiency] / (1 + v[kTileOverhead] * (1 / tile.m + 1 / tile.n));
  const double one = 2 * tile.m * tile.n * (p.k / splits + v[kPrologue]) / (machine.unit_rate * efficiency);
  const double sums = splits > 1 ? splits * p.batch * p.m * p.n * 8 * v[kSplitCost] / machine.bandwidth : 0;
  return waves(tiles * splits, machine.units, v[kWaves]) * one + sums;
}

// The least over tiles; with `split`, also over splits of the reduction that fill the units once or twice.
double product_time(const Product& p, bool split, const Machine& machine, const ParameterValues& v) {
  double best = INFINITY;
  for (const Tile& tile : kTiles) {
    best = std::min(best, tiled_time(p, tile, 1, machine, v));
    if (!split) continue;
    const double tiles = p.batch * std::ceil(p.m / tile.m) * std::ceil(p.n / tile.n);
    const double most = std::max(1.0, std::floor(p.k / kReductionStep));
    for (const double fill : {1.0, 2.0}) {
      const double splits = std::clamp(std::floor(fill * machine.units / tiles), 1.0, most);
      if (splits > 1) best = std::min(best, tiled_time(p, tile, splits, machine, v));
    }
  }
  return best;
}

double volume(const std::array<std::int64_t, 3>& e) {
  return static_cast<double>(e[0]) * static_cast<double>(e[1]) * static_cast<double>(e[2]);
}

/// The sizes of a convolution, per group.
struct Sizes {
  double groups, c, k, taps, in, out, strides;
  Pass pass;
  explicit Sizes(const Conv& conv)
      : groups(static_cast<double>(conv.groups)),
        c(static_cast<double>(conv.c) / static_cast<double>(conv.groups)),
        k(static_cast<double>(conv.k) / static_cast<double>(conv.groups)),
        taps(volume(conv.filter)),
        in(static_cast<double>(conv.n) * volume(conv.in)),
        out(static_cast<double>(conv.n) * volume(conv.out)),
        strides(volume(conv.stride)),
        pass(conv.pass) {}
};

Product implicit_product(const Sizes& s) {
  switch (s.pass) {
    case Pass::kDgrad: return {s.groups, s.in, s.c, s.k * s.taps};
    case Pass::kWgrad: return {s.groups, s.k, s.c * s.taps, s.out};
    default: return {s.groups, s.out, s.k, s.c * s.taps};
  }
}

double implicit_time(const Sizes& s, const Machine& machine, const ParameterValues& v) {
  double time = product_time(implicit_product(s), s.pass == Pass::kWgrad, machine, v);
  if (s.pass == Pass::kWgrad) time *= v[kWgradCost];
  // A strided gradient needs one tap in `strides`; library kernels visit more.
  if (s.pass == Pass::kDgrad && s.strides > 1) time *= std::min(1.0, v[kStridedDgrad] / s.strides);
  return time;
}

double scatter_time(const Sizes& s, const Machine& machine, const ParameterValues& v) {
  const double scattered = 4 * s.groups * s.out * s.c * s.taps;
  return product_time({s.groups, s.out, s.c * s.taps, s.k}, false, machine, v) +
         v[kScatterCost] * scattered / machine.bandwidth;
}

/// A Winograd algorithm of 3x3 filters on tiles of edge x edge outputs.
struct Winograd {
  double edge;
  Parameter efficiency;
  Parameter transform;
};
constexpr std::array kWinograds{Winograd{2, kWinograd2, kTransform2}, Winograd{4, kWinograd4, kTransform4}};

bool takes_winograd(const Conv& conv, bool on_matrix) {
  constexpr std::array<std::int64_t, 3> kThree{1, 3, 3};
  return !on_matrix && conv.filter == kThree && volume(conv.stride) == 1 && conv.groups == 1;
}

double winograd_time(const Winograd& w, const Conv& conv, const Sizes& s, double data, const Machine& machine,
                     const ParameterValues& v) {
  const auto& image = s.pass == Pass::kDgrad ? conv.in : conv.out;
  const double tiles = static_cast<double>(conv.n) * std::ceil(static_cast<double>(image[1]) / w.edge) *
                       std::ceil(static_cast<double>(image[2]) / w.edge);
  const double points = (w.edge + 2) * (w.edge + 2);
  Product product{points, tiles, s.k, s.c};
  if (s.pass == Pass::kDgrad) product = {points, tiles, s.c, s.k};
  if (s.pass == Pass::kWgrad) product = {points, s.k, s.c, tiles};
  const double grown = points / (w.edge * w.edge) * (s.in * s.c + s.out * s.k) + points * s.c * s.k;
  const double moved = grown * bits(conv.x) / 8 + data;
  return product_time(product, s.pass == Pass::kWgrad, machine, v) / v[w.efficiency] +
         moved / machine.bandwidth * v[w.transform] + v[kTransformStart];
}

/// The algorithm that was chosen, and its parts in seconds.
struct Parts {
  std::string_view algorithm;
  double units = 0;
  double dram = 0;
  double time = 0;
};

Parts depthwise_parts(const Situation& s, const ParameterValues& v) {
  Parts parts{"depthwise"};
  if (const auto rate = s.device.vector_rate())
    parts.units = s.launch.work.vector.value() / (rate->value() * v[kDepthwise]);
  parts.dram = s.demand.dram.value() / v[kDepthwiseMemory];
  parts.time = smooth_max(parts.units, parts.dram, kSmoothness);
  return parts;
}

Parts parts_of(const Situation& s, const ParameterValues& v) {
  const auto& conv = std::get<Conv>(s.launch.kernel);
  if (conv.depthwise()) return depthwise_parts(s, v);
  const Sizes sizes(conv);
  const double units = static_cast<double>(std::max<std::int64_t>(s.device.compute_units, 1));
  const Machine machine{s.device.product_rate(conv.math)->value() / units, units,
                        s.device.dram_bandwidth().value() * v[kMemory]};
  const double dram = s.demand.dram.value() / v[kMemory];
  const double data = s.launch.work.bytes().value();
  Parts best{"implicit GEMM", implicit_time(sizes, machine, v), dram};
  best.time = smooth_max(best.units, dram, kSmoothness);
  const auto consider = [&](std::string_view name, double time) {
    if (time < best.time) best = {name, time, dram, std::max(time, dram)};
  };
  if (conv.pass == Pass::kDgrad && (sizes.strides > 1 || sizes.c < kReductionStep))
    consider("GEMM and col2im", scatter_time(sizes, machine, v));
  if (takes_winograd(conv, s.demand.on_matrix)) {
    for (const Winograd& w : kWinograds)
      consider(w.edge > 2 ? "Winograd F(4x4, 3x3)" : "Winograd F(2x2, 3x3)",
               winograd_time(w, conv, sizes, data, machine, v));
  }
  return best;
}

// What was fused into the convolution runs on the vector units, hidden under the product or not.
double fused_time(const Situation& s) {
  const auto& conv = std::get<Conv>(s.launch.kernel);
  const double own = conv.depthwise() ? conv.work().vector.value() : 0;
  const auto rate = s.device.vector_rate();
  return rate ? std::max(0.0, s.launch.work.vector.value() - own) / rate->value() : 0;
}

Timing time_of(const Situation& s, const ParameterValues& v) {
  const Parts parts = parts_of(s, v);
  const double latency = start_time(s, v[kStart]);
  const double fused = fused_time(s);
  Timing timing;
  at(timing.needs, s.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{parts.units};
  at(timing.needs, Bound::kVector) += Seconds{fused};
  at(timing.needs, Bound::kDram) = Seconds{parts.dram};
  at(timing.needs, Bound::kLaunch) = Seconds{latency};
  timing.time = Seconds{latency + smooth_max(parts.time, fused, kSmoothness)};
  return timing;
}

double calls_of_convolution(const Situation&, const ParameterValues& v) { return v[kCall]; }

Terms terms_of_convolution(const Situation& s, const ParameterValues& v) {
  const Parts parts = parts_of(s, v);
  const char* const source = "docs/model.md, convolutions";
  return {{"algorithm", std::string(parts.algorithm), 1, "", source},
          {"t_units", "waves of tiles on the compute units", parts.units, "s", source},
          {"t_dram", "bytes / (memory_efficiency bandwidth)", parts.dram, "s", source},
          {"latency", "latency_s", start_time(s, v[kStart]), "s", "fitted"},
          {"time", "latency + the fastest algorithm's smooth maximum of units and dram", time_of(s, v).time.value(),
           "s", source}};
}

}  // namespace

const CostModel kConvolutionModel{"convolution", kParameters, time_of, terms_of_convolution, calls_of_convolution};

}  // namespace ridgepoint
