#include "cost/gemm.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cost/machine.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum : std::size_t {
  kLaunch,
  kDramEfficiency,
  kL2Ridge,
  kL2Share,
  kPrologue,
  kSmoothness,
  kSplitCost,
  kMatrixEfficiency,
  kTileOverhead,
  kRounding,
  kStep,
  kLeastSplit,
  kConvertLaunch,
  kConvertEfficiency,
  kConvertCached,
  kLeastM,
  kLeastN,
  kBatchGain,
  kUnaligned,
  kThrottle,
  kBoost,
  kPageReach,
  kPageCost,
};

// Typical values and spreads are those of a first look at A100, A40, L40S and RTX 4090.
constexpr std::array kParameters{
    ModelParameter{"launch_s", "time to start and drain a kernel", 3e-7, 1e-4, 2.5e-6, 0.4},
    ModelParameter{"dram_efficiency", "share of the bandwidth of dram", 0.2, 1.1, 0.8, 0.25},
    ModelParameter{"l2_ridge", "FLOP per byte of l2 traffic at which the l2 keeps up with the peak", 1, 1000, 50, 0.5},
    ModelParameter{"l2_share", "share of the last cache that keeps operands", 0.05, 8, 0.6, 0.6},
    ModelParameter{"prologue_k", "steps of k that filling and draining a tile's pipeline costs", 1, 2000, 120, 0.6},
    ModelParameter{"smoothness", "of the maximum over units, l2 and dram", 1, 12, 3.5, 0.4},
    ModelParameter{"split_s", "time to add up the parts of a split reduction", 1e-8, 2e-5, 2e-6, 0.6},
    ModelParameter{"matrix_efficiency", "share of the peak that an endless tile reaches", 0.1, 1.15, 0.9, 0.2},
    ModelParameter{"tile_overhead", "edge of the tile that reaches a quarter of that, doubled", 0.2, 200, 5, 0.7},
    ModelParameter{"wave_rounding", "0: units share the last wave evenly; 1: they wait for it", 0.02, 1, 0.5, 0.6},
    ModelParameter{"step_s", "least time of a step of k, however small the tile", 3e-11, 5e-7, 2e-9, 0.8},
    ModelParameter{"split_least_k", "least reduction that a part of a split keeps", 16, 4096, 128, 0.8},
    ModelParameter{"convert_s", "time to start a kernel that converts A to 8 bits", 1e-8, 1e-4, 4e-6, 0.8},
    ModelParameter{"convert_efficiency", "share of the bandwidth of dram that it reaches", 0.01, 5, 0.2, 0.6},
    ModelParameter{"convert_cached", "share of that time that A takes from the last cache", 0.05, 1, 0.25, 0.4},
    ModelParameter{"least_m", "rows that a tile takes the time of, however few it has", 1, 256, 30, 0.8},
    ModelParameter{"least_n", "columns that a tile takes the time of, however few it has", 1, 256, 30, 0.8},
    ModelParameter{"batch_gain", "rate of tiles in a batch, against those of one product", 0.3, 3, 1.05, 0.2},
    ModelParameter{"unaligned", "time that rows at odd addresses add to a tile", 1e-3, 2, 0.04, 0.8},
    ModelParameter{"throttle", "time that a long product adds, as the clock falls", 1e-3, 2, 0.05, 0.8},
    ModelParameter{"boost_s", "work after which half of that has come", 1e-4, 1, 5e-3, 0.8},
    ModelParameter{"page_reach", "bytes that address translation covers", 1e7, 1e11, 5e8, 1},
    ModelParameter{"page_cost", "time that a tile adds when its rows lie further apart", 1e-3, 10, 0.1, 1},
};
static_assert(kParameters.size() <= kMaxParameters);

constexpr double kMostParts = 64;
constexpr std::int64_t kLoadBits = 128;  // the widest load of a thread

struct Tile {
  int m;
  int n;
};
constexpr std::array kTiles{Tile{16, 32},  Tile{16, 64},  Tile{16, 128},  Tile{32, 32},  Tile{32, 64},  Tile{64, 32},
                            Tile{32, 128}, Tile{128, 32}, Tile{64, 64},   Tile{64, 128}, Tile{128, 64}, Tile{128, 128},
                            Tile{64, 256}, Tile{256, 64}, Tile{128, 256}, Tile{256, 128}};

/// A product as its tiles see it: `batch` products of m x n x k; the sizes may be expectations.
struct Product {
  double batch = 1;
  double m = 1;
  double n = 1;
  double k = 1;
  double a_bits = 0;
  double b_bits = 0;
  double dram = 0;         ///< bytes that come from and go to dram
  double fused_l2 = 0;     ///< l2 traffic of what is fused
  double c_bytes = 0;      ///< bytes of the output
  bool is_batch = false;   ///< many products of one size, whose reductions libraries do not split
  bool is_aligned = true;  ///< rows start at multiples of what a vector load takes
  double parts_size = 0;   ///< bytes of the output in fp32: one part of a split reduction
};

/// What a choice of tile and split costs. Times in seconds. `least` is below the time, which is quick to tell.
struct Choice {
  Tile tile{};
  double parts = 1;
  double waves = 0;
  double units = 0;
  double l2 = 0;
  double split = 0;
  double least = 0;
  double overlapped = 0;
  [[nodiscard]] double time() const { return overlapped + split; }
};

/// What overlaps with every choice alike, in seconds: dram, and vector work on the same units or on others.
struct Beside {
  double dram = 0;
  double on_units = 0;
  double on_others = 0;
  double split = 0;  ///< not beside but behind: what starting the sum of a split's parts takes
};

double ceil_of(double value) {
  const auto whole = static_cast<double>(static_cast<std::int64_t>(value));
  return whole < value ? whole + 1 : whole;
}

double eighth(double value) {
  const double fourth = value * value * value * value;
  return fourth * fourth;
}

class Tiling {
 public:
  Tiling(const Product& product, const Machine& machine, const ParameterValues& p, const Beside& beside)
      : product_(product),
        machine_(machine),
        p_(p),
        beside_(beside),
        l2_rate_(machine.product * machine.units / p[kL2Ridge]) {
    const double slower = (product.is_aligned ? 1 : 1 + p[kUnaligned]) * page_factor();
    const double batch = product.is_batch ? p[kBatchGain] : 1;
    full_rate_ = machine.product * p[kMatrixEfficiency] * batch / slower;
    least_m_ = eighth(p[kLeastM]);
    least_n_ = eighth(p[kLeastN]);
    for (double s = 1; s < p[kSmoothness]; s *= 2) ++squarings_;
    least_beside_ = powered(beside.dram) + powered(beside.on_others);
  }

  // The least time of all choices, exactly: a device that is faster in some respect never makes a product slower. Only
  // choices that could be the best need their time.
  [[nodiscard]] Choice best() const {
    std::array<Choice, 3 * kTiles.size()> choices;
    const auto end = enumerate(choices.begin());
    const auto below = [](const Choice& a, const Choice& b) { return a.least < b.least; };
    Choice best = *std::min_element(choices.begin(), end, below);
    best.overlapped = overlapped(best);
    for (auto choice = choices.begin(); choice != end; ++choice) {
      if (choice->least >= best.time()) continue;
      choice->overlapped = overlapped(*choice);
      if (choice->time() < best.time()) best = *choice;
    }
    return best;
  }

 private:
  Choice* enumerate(Choice* next) const {
    for (const Tile& tile : kTiles) {
      const double tiles = product_.batch * ceil_of(product_.m / tile.m) * ceil_of(product_.n / tile.n);
      const double step = step_of(tile);
      *next++ = choice_of(tile, tiles, 1, step);
      if (product_.is_batch) continue;
      // A split fills the units once, or half of them.
      const double most = std::clamp(product_.k / p_[kLeastSplit], 1.0, kMostParts);
      const double fill = std::min(machine_.units / tiles, most);
      if (fill > 1) *next++ = choice_of(tile, tiles, fill, step);
      if (fill > 2) *next++ = choice_of(tile, tiles, fill / 2, step);
    }
    return next;
  }

  // Time of one step of k.
  [[nodiscard]] double step_of(const Tile& tile) const {
    const double m = tile.m;
    const double n = tile.n;
    const double area = std::sqrt(std::sqrt(std::sqrt((eighth(m) + least_m_) * (eighth(n) + least_n_))));
    const double full = 2 * area * (1 + p_[kTileOverhead] * (1 / m + 1 / n)) / full_rate_;
    return std::sqrt(full * full + p_[kStep] * p_[kStep]);
  }

  [[nodiscard]] Choice choice_of(const Tile& tile, double tiles, double parts, double step) const {
    const double m = tile.m;
    const double n = tile.n;
    Choice choice{.tile = tile, .parts = parts};
    const double load = tiles * parts / machine_.units;
    const double rounded = p_[kRounding] * ceil_of(load) + (1 - p_[kRounding]) * load;
    choice.waves = std::max(1.0, rounded);
    const double cool = choice.waves * (product_.k / parts + p_[kPrologue]) * step;
    choice.units = cool * (1 + p_[kThrottle] * cool / (cool + p_[kBoost]));
    const double operands = tiles * product_.k * (m * product_.a_bits + n * product_.b_bits) / 8;
    choice.l2 = (operands + product_.c_bytes + product_.fused_l2) / (l2_rate_ * std::min(1.0, load));
    if (parts > 1) choice.split = beside_.split + 2 * parts * product_.parts_size / l2_rate_;
    choice.least = choice.split + least_overlapped(choice);
    return choice;
  }

  [[nodiscard]] double overlapped(const Choice& choice) const {
    return smooth_maximum(std::array{choice.units + beside_.on_units, choice.l2, beside_.dram, beside_.on_others},
                          p_[kSmoothness]);
  }
  // The same with the next power of two as smoothness, which is less and needs roots alone.
  [[nodiscard]] double least_overlapped(const Choice& choice) const {
    double sum = powered(choice.units + beside_.on_units) + powered(choice.l2) + least_beside_;
    for (int i = 0; i < squarings_; ++i) sum = std::sqrt(sum);
    return sum * (1 - 1e-12);
  }
  [[nodiscard]] double powered(double need) const {
    for (int i = 0; i < squarings_; ++i) need *= need;
    return need;
  }

  // A step of k touches all rows of the tiles in flight, which lie k apart; beyond the reach of address translation
  // each touch waits. A batch's right operands lie together.
  [[nodiscard]] double page_factor() const {
    constexpr double kWidestTile = 128;
    const double in_flight = kWidestTile * std::sqrt(2 * machine_.units);
    const double left = std::min(product_.m, in_flight) * product_.a_bits;
    const double right = product_.is_batch ? 0 : std::min(product_.n, in_flight) * product_.b_bits;
    return 1 + p_[kPageCost] * (1 - kept_share((left + right) / 8 * product_.k, p_[kPageReach]));
  }

  const Product& product_;
  const Machine& machine_;
  const ParameterValues& p_;
  const Beside& beside_;
  double l2_rate_;
  double full_rate_ = 0;  // of a unit, in an endless tile
  double least_m_ = 0;    // to the eighth, for a smooth maximum whose slope a fit can follow
  double least_n_ = 0;
  int squarings_ = 0;        // to the least power of two that is no less than the smoothness
  double least_beside_ = 0;  // what is beside every choice, to that power
};

/// Bytes of the three matrices.
struct Matrices {
  double a;
  double b;
  double c;
};

// In a network everything comes from memory. A measurement rotates the weights through copies and finds the rest where
// it left it.
double dram_bytes(const Matrices& bytes, double capacity, double copies) {
  if (copies <= 0) return bytes.a + bytes.b + bytes.c;
  const double activations = kept_share(bytes.a + bytes.b + bytes.c, capacity);
  const double weights = kept_share(bytes.a + bytes.c + bytes.b * copies, capacity);
  return (bytes.a + bytes.c) * (1 - activations) + bytes.b * (1 - weights);
}

double size(double elements, DType dtype) { return bytes_of(elements, dtype).value(); }

Product product_of(const Gemm& g, const Situation& s, double capacity) {
  const auto batch = static_cast<double>(g.batch);
  const auto m = static_cast<double>(g.m);
  const auto n = static_cast<double>(g.n);
  const auto k = static_cast<double>(g.k);
  Product product{batch, m, n, k, static_cast<double>(bits(g.a)), static_cast<double>(bits(g.b))};
  const double a = size(static_cast<double>(g.a_batch) * m * k, g.a);
  const double c = size(batch * m * n, g.c);
  product.c_bytes = c;
  product.is_batch = g.batch > 1;
  product.is_aligned = g.k * bits(g.a) % kLoadBits == 0 && g.n * bits(g.b) % kLoadBits == 0;
  product.parts_size = size(batch * m * n, DType::kFp32);
  const Work own = g.work();
  const double b = own.bytes().value() - a - c;  // with scales and bias
  const double copies = s.circumstances.copies;
  const double fused = (s.launch.work.bytes() - own.bytes()).value();
  product.fused_l2 = std::max(0.0, (s.launch.work.l2 - own.l2).value());
  product.dram = std::max(0.0, fused + dram_bytes({a, b, c}, capacity, copies));
  return product;
}

// The fullest group ends last, and the units wait for it as far as the mean does not hide it.
Product product_of(const GroupedGemm& g, const Situation& s, double capacity) {
  const double active = std::max(1.0, g.active);
  const auto n = static_cast<double>(g.n);
  const auto k = static_cast<double>(g.k);
  const double rows = g.rows_per_group();
  const bool wgrad = g.pass == Pass::kWgrad;
  Product product{active, rows, n, k, static_cast<double>(bits(g.a)), static_cast<double>(bits(g.b))};
  if (wgrad) product = {active, k, n, rows, static_cast<double>(bits(g.a)), static_cast<double>(bits(g.c))};
  const double a = size(g.rows * k, g.a);
  const double c = size(g.rows * n, g.c);
  const Work own = g.work();
  const double b = own.bytes().value() - a - c;
  product.c_bytes = wgrad ? b : c;
  product.parts_size = wgrad ? size(active * k * n, DType::kFp32) : size(g.rows * n, DType::kFp32);
  const double fused = (s.launch.work.bytes() - own.bytes()).value();
  product.fused_l2 = std::max(0.0, (s.launch.work.l2 - own.l2).value());
  product.dram = std::max(0.0, fused + dram_bytes({a, b, c}, capacity, s.circumstances.copies));
  return product;
}

/// All that the price of a product is made of.
struct Account {
  Machine machine;
  Product product;
  Choice choice;
  double dram = 0;
  double vector = 0;
  double convert = 0;
  double launch = 0;
};

bool is_fp8(DType format) { return format == DType::kFp8E4m3 || format == DType::kFp8E5m2; }

// The kernels that convert A read it in 16 bits and write it in 8, in several passes that keep it in the cache where it
// and its copies fit. In a network the kernel before writes 8 bits: norms, activations and attention of serving
// libraries end in the conversion, and the bytes of the network are counted so.
double conversion(const Situation& s, const Machine& machine, const ParameterValues& p) {
  const auto* gemm = std::get_if<Gemm>(&s.launch.kernel);
  if (gemm == nullptr || !is_fp8(gemm->math) || bits(gemm->a) >= 16 || s.circumstances.copies == 0) return 0;
  constexpr double kRowsOfPass = 16;  // the scale is a maximum over all rows: a tree with a kernel for each level
  const auto rows = static_cast<double>(gemm->m);
  const double passes = std::max(1.0, ceil_of(std::log(rows) / std::log(kRowsOfPass) - 1e-9));
  const double values = static_cast<double>(gemm->a_batch) * rows * static_cast<double>(gemm->k);
  const double bytes = size(values, DType::kBf16) + size(values, gemm->a);
  const double kept = kept_share(2 * bytes, machine.cache * p[kL2Share]);
  return p[kConvertLaunch] * start_scale(s) * passes +
         bytes / (machine.dram * p[kConvertEfficiency]) * (1 - kept * (1 - p[kConvertCached]));
}

Account account_of(const Situation& s, const ParameterValues& p) {
  Account account;
  account.machine = machine_of(s.device, s.launch.work.math);
  const double capacity = account.machine.cache * p[kL2Share];
  if (const auto* gemm = std::get_if<Gemm>(&s.launch.kernel)) {
    account.product = product_of(*gemm, s, capacity);
  } else {
    account.product = product_of(std::get<GroupedGemm>(s.launch.kernel), s, capacity);
  }
  account.dram = account.product.dram / (account.machine.dram * p[kDramEfficiency]);
  account.vector = s.demand.vector.value();
  // Without matrix units for the format the vector units do both.
  const bool apart = s.demand.on_matrix;
  const Beside beside{account.dram, apart ? 0 : account.vector, apart ? account.vector : 0,
                      p[kSplitCost] * start_scale(s)};
  account.choice = Tiling(account.product, account.machine, p, beside).best();
  account.launch = start_time(s, p[kLaunch]);
  account.convert = conversion(s, account.machine, p);
  return account;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  const double serial = account.launch + account.choice.split + account.convert;
  Timing timing{.time = Seconds{serial + account.choice.overlapped}};
  at(timing.needs, s.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{account.choice.units};
  at(timing.needs, Bound::kVector) += Seconds{account.vector};
  at(timing.needs, Bound::kL2) = Seconds{account.choice.l2};
  at(timing.needs, Bound::kDram) = Seconds{account.dram};
  at(timing.needs, Bound::kLaunch) = Seconds{serial};
  return timing;
}

Terms terms_of_product(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const tiled = "tiles of a blocked product: Goto and van de Geijn, TOMS 34(3), 2008";
  const char* const fitted = "fitted";
  Terms terms{
      {"tile_m", "rows of the best of the tile shapes", static_cast<double>(a.choice.tile.m), "", tiled},
      {"tile_n", "columns of it", static_cast<double>(a.choice.tile.n), "", tiled},
      {"parts", "parts of the reduction: units / tiles, at most k / split_least_k", a.choice.parts, "",
       "split-k: Osama et al., arXiv 2301.03598"},
      {"waves",
       "max(1, r ceil(x) + (1 - r) x), x = batch ceil(m / tile_m) ceil(n / tile_n) parts / units, r = wave_rounding",
       a.choice.waves, "", "wave quantization: NVIDIA, Matrix Multiplication Background User's Guide"},
      {"t_units",
       "u (1 + throttle u / (u + boost_s)), u = waves (k / parts + prologue_k) sqrt(f^2 + step_s^2), f = 2 max(tile_m, "
       "least_m) max(tile_n, least_n) (1 + tile_overhead (1/tile_m + 1/tile_n)) (1 + unaligned) (1 + page_cost "
       "missed) / (matrix_efficiency peak / units), times batch_gain in a batch",
       a.choice.units, "s", fitted},
      {"t_l2", "(tiles k (tile_m + tile_n) bytes + |C| + what is fused) / (peak / l2_ridge min(1, x))", a.choice.l2,
       "s", fitted},
      {"bytes", "operands that the cache does not keep", a.product.dram, "B",
       "kept = 1 / (1 + (passed / (l2_share cache))^4)"},
      {"t_dram", "bytes / (dram_efficiency bandwidth)", a.dram, "s", fitted},
      {"t_vector", "FLOPs of what is fused / vector peak", a.vector, "s", "data sheet"},
      {"t_split", "split_s + 2 parts |C in fp32| / l2 rate, if parts > 1", a.choice.split, "s", fitted},
      {"t_convert",
       "convert_s passes + |A| / (convert_efficiency bandwidth), times convert_cached in the cache, for operands in "
       "fp8 that "
       "are measured alone",
       a.convert, "s", fitted},
      {"launch", "launch_s", a.launch, "s", fitted},
      {"time", "launch + t_convert + t_split + (t_units^s + t_l2^s + t_dram^s + t_vector^s)^(1/s), s = smoothness",
       a.launch + a.convert + a.choice.split + a.choice.overlapped, "s", "docs/model.md"}};
  return terms;
}

}  // namespace

const CostModel kGemm{"gemm", kParameters, time_of, terms_of_product};

}  // namespace ridgepoint
