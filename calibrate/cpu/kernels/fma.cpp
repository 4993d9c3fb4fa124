// The peak rate of multiply-adds from registers, per format and width. One multiply-add is two operations.

#include <algorithm>
#include <functional>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"
#include "calibrate/cpu/vector/tiles.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr std::int64_t kRounds = 4096;

/// One format on one width: the multiply-adds of a round, and its loop, which returns the sum over all lanes.
struct Chain {
  std::string_view dtype;
  int bits;
  std::int64_t products;
  bool sums_ones;  ///< each round adds its multiply-adds to the sum; otherwise every lane ends at 2
  std::function<double(std::int64_t rounds)> run;
};

void add_vector_chains(std::vector<Chain>& chains, const VectorLoops& l) {
  const std::int64_t lanes = std::int64_t{kChains} * l.bits / 32;
  chains.push_back({"fp32", l.bits, lanes, false, [&l](auto n) { return double{l.fma_fp32(n, 0.5F, 1.0F)}; }});
  chains.push_back({"fp64", l.bits, lanes / 2, false, [&l](auto n) { return l.fma_fp64(n, 0.5, 1.0); }});
  if (l.dot_bf16 != nullptr)
    chains.push_back({"bf16", l.bits, lanes * 2, true, [&l](auto n) { return double{l.dot_bf16(n)}; }});
  if (l.dot_int8 != nullptr)
    chains.push_back({"int8", l.bits, lanes * 4, true, [&l](auto n) { return static_cast<double>(l.dot_int8(n)); }});
}

// Widest first: they are what kernels use.
std::vector<Chain> all_chains() {
  std::vector<Chain> chains;
  const TileLoops& tiles = tile_loops();
  constexpr std::int64_t kWords = 16 * 16 * 16 * kTileProducts;  // results x columns of 32 bits
  if (tiles.dot_bf16 != nullptr) chains.push_back({"bf16", kTileBits, kWords * 2, true, tiles.dot_bf16});
  if (tiles.dot_int8 != nullptr) chains.push_back({"int8", kTileBits, kWords * 4, true, tiles.dot_int8});
  for (const int bits : {512, 256, 128}) {
    if (const VectorLoops* const loops = loops_of_width(bits)) add_vector_chains(chains, *loops);
  }
  return chains;
}

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.025}, Seconds{0.06}, Seconds{0.2});
  const int all = static_cast<int>(machine.cores.size());
  std::vector<Point> points;
  if (design.held_out()) return points;
  for (const Chain& chain : all_chains()) {
    const std::int64_t flops = kRounds * 2 * chain.products;
    points.push_back(in_rounds(make_point("fma", chain.dtype, budget, chain.bits, flops * all, all), kCeilingRounds));
    if (all > 1)
      points.push_back(in_rounds(make_point("fma", chain.dtype, budget, chain.bits, flops, 1), kCeilingRounds));
  }
  return points;
}

// fp32 and fp64: x / 2 + 1 ends at 2 in every lane.
void check(const Chain& chain) {
  constexpr std::int64_t kEnough = 128;
  const double expected = static_cast<double>(chain.products) * (chain.sums_ones ? kEnough : 2);
  expect_near(chain.run(kEnough), expected, 1e-6 * expected, "a chain of multiply-adds");
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::vector<Chain> chains = all_chains();
  const auto chain = std::find_if(chains.begin(), chains.end(), [&](const Chain& c) {
    return c.dtype == point.dtype() && c.bits == point.number("bits");
  });
  if (chain == chains.end())
    return bench.cannot(fmt::format("no multiply-add of {} in {} bits", point.dtype(), point.number("bits")));
  const auto threads = static_cast<int>(point.number("threads"));
  if (threads > bench.team.size()) return bench.cannot(fmt::format("there are {} cores", bench.team.size()));
  const std::int64_t per_round = 2 * chain->products * threads;
  const std::int64_t rounds = point.number("flops") / per_round;
  if (rounds * per_round != point.number("flops")) {
    return bench.cannot(fmt::format("flops must be a multiple of {}", per_round));
  }
  check(*chain);
  std::vector<double> results(static_cast<std::size_t>(threads) * 8);
  return bench.time([&](std::int64_t runs) {
    bench.team.each(threads,
                    [&](int thread) { results[static_cast<std::size_t>(thread) * 8] = chain->run(runs * rounds); });
  });
}

}  // namespace

const CpuMicrokernel kFma{{"fma", "fma",
                           "multiply-adds on registers per format and vector width, dot products of bf16 and int8, "
                           "products of AMX tiles; flops: two "
                           "per multiply-add"},
                          points,
                          measure};

}  // namespace ridgepoint::cpu
