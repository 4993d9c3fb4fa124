// Matrix products on a processor, as a library of blocked kernels on packed operands runs them.
//   time = latency + fork + blocks / cores x block + elements of C / cores x element + t_repack + t_ragged
//          + (t_product^s + (t_memory + t_reload)^s)^(1/s)
//   t_product = 2 M N K / peak / (compute_efficiency x M/(M + m_half) x N/(N + n_half) x K/(K + k_half))
//   t_reload  = (B x (m / panel_rows - 1) + A x (n / panel_columns - 1)) / B_read(A + B + C)
// M, N, K are m, n, k rounded up to what vectors or tiles hold. The saturating factors are those of loops that start
// and end (Hockney and Jesshope's n_1/2, "Parallel Computers 2", 1988); panels are those of Goto and van de Geijn, ACM
// TOMS 34(3), 2008: one operand is read again for each panel of the other. C is shared in blocks, over as many cores as
// there are blocks: a library asks neither whether a fork pays nor, with so few cores, splits the reduction.

#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

enum Index : std::size_t {
  kCompute,
  kVector,
  kMemory,
  kM,
  kN,
  kK,
  kPanelRows,
  kPanelColumns,
  kRagged,
  kBlock,
  kElement,
  kRepack,
  kLatency,
  kFork,
  kSmoothness
};

constexpr std::array kParameters{
    ModelParameter{"compute_efficiency", "share of the peak of large products", 0.01, 1.1, 0.85, 0.35},
    ModelParameter{"vector_efficiency", "the same of products too small for tiles", 0.05, 2, 0.9, 0.35},
    ModelParameter{"memory_efficiency", "share of the measured bandwidth at its footprint", 0.02, 3, 1, 0.35},
    ModelParameter{"m_half", "rows at which half the speed is reached", 0.01, 512, 1, 1},
    ModelParameter{"n_half", "columns at which half the speed is reached", 0.01, 512, 2, 1},
    ModelParameter{"k_half", "length of the reduction at which half the speed is reached", 0.01, 512, 4, 1},
    ModelParameter{"panel_rows", "rows of A for which B is read once", 8, 4096, 80, 0.7},
    ModelParameter{"panel_columns", "columns of B for which A is read once", 8, 4096, 230, 0.7},
    ModelParameter{"ragged_row_s", "to fill up a row that does not fill its tiles, for each block", 1e-11, 1e-6, 3e-9,
                   1},
    ModelParameter{"block_s", "time of a block of C, whatever its size", 1e-10, 1e-5, 2e-8, 1},
    ModelParameter{"element_s", "to convert and store an element of C", 1e-13, 1e-8, 3e-11, 1},
    ModelParameter{"repack_efficiency", "of a batch's B, reordered for tiles: share of the bandwidth", 0.02, 3, 0.3,
                   0.7},
    ModelParameter{"latency_s", "time to start it", 1e-9, 1e-3, 2e-7, 1},
    ModelParameter{"fork_s", "time to share it between cores", 1e-8, 1e-3, 1e-6, 0.7},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
};

/// What the units work on at once.
struct Grains {
  double rows;
  double columns;
  double reduction;
  double block_rows;  ///< of C, that one core takes
};
constexpr double kBlockColumns = 64;
constexpr double kVectorBlockRows = 22;

/// A product as the library sees it: of a batch that shares B, one of all rows.
struct Product {
  double batch, m, n, k;
  double bits;        ///< of an element of A and B
  bool packed;        ///< B lies in blocks, as weights do; in a batch it is as the program left it
  bool tiled;         ///< on the tiles of a matrix unit
  bool could_tile;    ///< the format has tiles, though this product is too small for them
  double rate_ratio;  ///< of the format's peak over that of what it runs on
  Grains grains;

  [[nodiscard]] double bytes(double rows, double columns) const { return rows * columns * bits / 8; }
  [[nodiscard]] double a() const { return bytes(batch * m, k); }
  [[nodiscard]] double b() const { return bytes(batch * k, n); }
  // Packed blocks are 64 columns wide and as many rows long as 64 bytes hold values of a column.
  [[nodiscard]] double packed_b() const {
    return packed ? bytes(rounded_up(k, 512 / bits), rounded_up(n, kBlockColumns)) : b();
  }
  [[nodiscard]] double blocks() const {
    return batch * std::ceil(m / grains.block_rows) * std::ceil(n / kBlockColumns);
  }
};

// Tiles have 16 rows of 64 bytes. Libraries leave them where a product would leave them nearly empty.
bool worth_tiles(const Product& p) {
  constexpr double kTileRows = 16;
  if (!p.packed) return true;
  return p.k > kTileRows && (p.m > kTileRows || p.m * p.n > kTileRows * kTileRows);
}

Product product_of(const Situation& situation) {
  const auto& gemm = std::get<Gemm>(situation.launch.kernel);
  const bool shared = gemm.b_batch < gemm.batch;
  Product p{.batch = static_cast<double>(shared ? gemm.b_batch : gemm.batch),
            .m = static_cast<double>(gemm.m) * (shared ? static_cast<double>(gemm.batch / gemm.b_batch) : 1),
            .n = static_cast<double>(gemm.n),
            .k = static_cast<double>(gemm.k),
            .bits = static_cast<double>(bits(gemm.math)),
            .packed = gemm.b_batch == 1,
            .tiled = false,
            .could_tile = situation.demand.on_matrix,
            .rate_ratio = 1,
            .grains = {1, cpu_vector_bytes(situation.device) / 4, 1, kVectorBlockRows}};
  p.tiled = p.could_tile && worth_tiles(p);
  if (p.tiled) p.grains = {16, 16, 512 / p.bits, 32};
  if (p.could_tile && !p.tiled) {
    p.grains.reduction = 32 / p.bits;
    const auto peak = situation.device.product_rate(gemm.math);
    p.rate_ratio = peak->value() / cpu_vector_rate(gemm.math, situation.device);
  }
  return p;
}

// At the data sheet's rate on all cores.
double product_time(const Product& p, const Situation& situation, const ParameterValues& v) {
  const Grains& g = p.grains;
  const double m = rounded_up(p.m, g.rows);
  const double n = rounded_up(p.n, g.columns);
  const double k = rounded_up(p.k, g.reduction);
  const double rounding = m * n * k / (p.m * p.n * p.k);
  const double fill = saturating(m, v[kM]) * saturating(n, v[kN]) * saturating(k, v[kK]);
  const double efficiency = p.could_tile && !p.tiled ? v[kVector] : v[kCompute] * fill;
  return situation.demand.product.value() * rounding * p.rate_ratio / efficiency +
         (situation.demand.vector + situation.demand.special).value() / v[kCompute];
}

double moving_time(const Product& p, const Situation& situation, double used, const ParameterValues& v) {
  const Device& device = situation.device;
  const Work& work = situation.launch.work;
  const double share = used / cpu_cores(device);
  const Bytes padding{p.packed_b() - p.b()};
  Bytes footprint = situation.demand.footprint;
  if (footprint.value() > 0) footprint += padding * std::max(1.0, situation.circumstances.copies);
  const double once = cpu_memory_time(work.read + padding, work.written, footprint, share, device).value();
  const double again =
      p.b() * std::max(0.0, p.m / v[kPanelRows] - 1) + p.a() * std::max(0.0, p.n / v[kPanelColumns] - 1);
  const double one = (p.a() + p.packed_b() + work.written.value()) / p.batch * (p.packed ? 1 : used);
  return once / v[kMemory] + cpu_memory_time(Bytes{again}, {}, Bytes{one}, share, device).value();
}

Timing time_of(const Situation& situation, const ParameterValues& v) {
  const Product p = product_of(situation);
  const double used = std::min(cpu_cores(situation.device), p.blocks());
  const double share = used / cpu_cores(situation.device);
  const double busiest = std::ceil(p.blocks() / used) / p.blocks();  // share of the blocks
  const double product = product_time(p, situation, v) / share * (busiest * used);
  const double moving = moving_time(p, situation, used, v);
  double rest = p.blocks() * busiest * v[kBlock] + p.batch * p.m * p.n * v[kElement] / used;
  if (p.tiled && std::fmod(p.k, p.grains.reduction) != 0)
    rest += p.batch * p.m * std::ceil(p.n / kBlockColumns) * busiest * v[kRagged];
  if (p.tiled && !p.packed) {
    const Bytes one{2 * p.b() / p.batch * used};
    rest += cpu_memory_time(Bytes{2 * p.b()}, {}, one, share, situation.device).value() / v[kRepack];
  }
  const double start = (situation.launch.part ? 0 : v[kLatency]) + (used > 1 ? v[kFork] : 0);
  Timing timing{.time = Seconds{start + rest + cpu_smooth(product, moving, v[kSmoothness])}};
  at(timing.needs, p.tiled ? Bound::kMatrix : Bound::kVector) = Seconds{product};
  at(timing.needs, Bound::kDram) = Seconds{moving};
  at(timing.needs, Bound::kOccupancy) = Seconds{rest};
  at(timing.needs, Bound::kLaunch) = Seconds{start};
  return timing;
}

}  // namespace

const CostModel kCpuGemm{"cpu_gemm", kParameters, time_of};

}  // namespace ridgepoint
