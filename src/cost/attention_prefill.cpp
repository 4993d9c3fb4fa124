#include <algorithm>
#include <array>
#include <cmath>

#include "cost/attention.hpp"
#include "cost/machine.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum : std::size_t {
  kLaunch,
  kMatrixEfficiency,
  kDramEfficiency,
  kTail,
  kSmoothness,
  kTileCost,
  kSoftmaxCost,
  kAlone,
  kMasked,
  kSplitCost,
};

constexpr std::array kParameters{
    ModelParameter{"launch_s", "time to start and drain a kernel", 3e-7, 6e-5, 6e-6, 0.5},
    ModelParameter{"matrix_efficiency", "share of the peak that the products of a tile reach", 0.05, 1.1, 0.75, 0.3},
    ModelParameter{"dram_efficiency", "share of the bandwidth of dram", 0.2, 1.1, 0.8, 0.3},
    ModelParameter{"tail", "tiles that end after the units' even share", 0.01, 3, 0.5, 0.6},
    ModelParameter{"smoothness", "of the maximum over units and dram", 1, 12, 2, 0.4},
    ModelParameter{"tile_s", "fixed time of a tile of queries", 1e-8, 3e-5, 2e-6, 0.8},
    ModelParameter{"softmax_cost", "special operations of an element, as far as the products do not hide them", 0.05,
                   20, 0.8, 0.6},
    ModelParameter{"alone", "time of a tile on a unit that has no second one, over its share", 0.1, 10, 1.2, 0.4},
    ModelParameter{"masked", "share of the masked elements that are computed; above 1 with padded keys", 0.01, 3, 0.3,
                   1.2},
    ModelParameter{"split_s", "time to combine tiles whose keys were split", 1e-7, 1e-4, 1.5e-5, 0.8},
};
static_assert(kParameters.size() <= kMaxParameters);

constexpr std::array kQueryTiles{64.0, 128.0};
constexpr double kUnknownSpecialLanes = 16;  // special operations of a unit in a clock

/// All that the price is made of. Times in seconds.
struct Account {
  double tile = 0;  // queries of the best tile
  double tiles = 0;
  double keys = 0;  // that a tile walks over, on average
  double element = 0;
  double units = INFINITY;
  double dram = 0;
  double vector = 0;  // a ceiling
  double overlapped = 0;
  double launch = 0;
};

double element_time(const Attention& a, const Situation& s, const Machine& machine, const ParameterValues& p) {
  const double scores = static_cast<double>(a.batch) * static_cast<double>(a.heads) * a.pairs();
  const double products = a.work().matrix.value() / scores / (machine.product * p[kMatrixEfficiency]);
  const double rate =
      s.device.special ? s.device.special->rate.value() / machine.units : kUnknownSpecialLanes * machine.clock;
  return products + p[kSoftmaxCost] * kSoftmaxSpecial / rate;
}

Account account_of(const Situation& s, const ParameterValues& p) {
  const auto& a = std::get<Attention>(s.launch.kernel);
  const Machine machine = machine_of(s.device, a.math);
  const auto queries = static_cast<double>(a.q_len);
  // A window bounds what a tile walks over, and so do keys that a query picks.
  const auto keys = static_cast<double>(a.kv_len);
  const double reach = a.window > 0 ? std::min(keys, static_cast<double>(a.window) + kQueryTiles.front()) : keys;
  Account best;
  best.element = element_time(a, s, machine, p);
  for (const double tile : kQueryTiles) {
    const double tiles = static_cast<double>(a.batch) * static_cast<double>(a.heads) * std::ceil(queries / tile);
    const double seen = std::min(a.pairs() / queries + (a.causal ? std::min(queries, tile) / 2 : 0), reach);
    const double walk = seen + p[kMasked] * (reach - seen);
    const double padded = a.causal ? std::max(0.0, p[kMasked] - 1) * queries / 2 : 0;
    const double load = tiles / machine.units;
    const double mean = walk * tile * best.element + p[kTileCost];
    const double longest = (reach + padded) * tile * best.element * p[kAlone] + p[kTileCost];
    const double even = load * mean + p[kTail] * mean * std::clamp(load - 1, 0.0, 1.0);
    constexpr double kSharp = 8;
    double time = smooth_maximum(std::array{longest, even}, kSharp);
    if (load < 1) time = std::min(time, load * mean + p[kSplitCost]);
    if (time >= best.units) continue;
    best.tile = tile, best.tiles = tiles, best.keys = walk, best.units = time;
  }
  best.dram = s.launch.work.bytes().value() / (machine.dram * p[kDramEfficiency]);
  best.vector = (s.demand.vector + (s.demand.on_matrix ? Seconds{} : s.demand.product)).value();
  best.overlapped = std::max(smooth_maximum(std::array{best.units, best.dram}, p[kSmoothness]), best.vector);
  best.launch = start_time(s, p[kLaunch]);
  return best;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  Timing timing{.time = Seconds{account.launch + account.overlapped}};
  at(timing.needs, s.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{account.units};
  at(timing.needs, Bound::kVector) = std::max(at(timing.needs, Bound::kVector), Seconds{account.vector});
  at(timing.needs, Bound::kDram) = Seconds{account.dram};
  at(timing.needs, Bound::kLaunch) = Seconds{account.launch};
  return timing;
}

Terms terms_of_prefill(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const flash = "tiles of queries: Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691";
  return {
      {"tile", "queries of a tile, the better of 64 and 128", a.tile, "", flash},
      {"tiles", "batch heads ceil(q_len / tile)", a.tiles, "", flash},
      {"keys", "seen + masked (reach - seen): seen are the keys of the mask, reach all keys or those of the window",
       a.keys, "", flash},
      {"t_element",
       "product FLOPs of a score / (matrix_efficiency peak / units) + softmax_cost / special rate of a unit", a.element,
       "s", "fitted"},
      {"t_units",
       "with x = tiles / units and t = keys tile t_element + tile_s: the larger of the longest tile (all keys, alone) "
       "and "
       "x t + tail t; or x t + split_s if x < 1",
       a.units, "s", "list scheduling: Graham, SIAM J. Appl. Math. 17(2), 1969"},
      {"t_dram", "bytes / (dram_efficiency bandwidth)", a.dram, "s", "fitted"},
      {"launch", "launch_s", a.launch, "s", "fitted"},
      {"time", "launch + max((t_units^s + t_dram^s)^(1/s), vector FLOPs / peak), s = smoothness",
       a.launch + a.overlapped, "s", "docs/model.md"}};
}

}  // namespace

const CostModel kAttentionPrefill{"attention_prefill", kParameters, time_of, terms_of_prefill};

}  // namespace ridgepoint
