// Embedding bags: rows of large tables, gathered at random and added. What falls with the footprint is address
// translation and the share that the caches hold; skewed accesses (Zipf) give that share back.

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 13;  // gathered values below which one core does it
constexpr double kMostIndices = 1 << 20;

struct Shape {
  std::int64_t tables;
  std::int64_t rows;
  std::int64_t dim;
  std::int64_t lookups;
  std::int64_t batch;
  std::int64_t copies;
  std::int64_t skew_permille;

  [[nodiscard]] std::int64_t bags() const { return tables * batch; }
  [[nodiscard]] std::int64_t indices() const { return bags() * lookups; }
};

// So many sets of indices that the rows of one are gone from the caches when it comes again.
std::int64_t index_sets(const Machine& machine, const Shape& s) {
  const auto cache =
      static_cast<double>(machine.cache_bytes(machine.last_level(), static_cast<int>(machine.cores.size())));
  const double gathered = static_cast<double>(s.indices() * s.dim) * 4;
  const double sets = std::min(std::ceil(3 * cache / gathered), kMostIndices / static_cast<double>(s.indices()));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(sets), 1, 4096);
}

// Largest tables first: they are then filled once.
std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.05}, Seconds{0.08}, Seconds{0.2});
  const double wanted = by_effort(design, 256.0 * (1 << 20), 1024.0 * (1 << 20), 4096.0 * (1 << 20));
  const double most = std::min(wanted, machine.available.value() / 3);
  const int count = by_effort(design, 10, 44, 120);
  std::vector<std::pair<double, Point>> sized;
  sized.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = design.first(); i < design.first() + count; ++i) {
    const std::int64_t dim = std::int64_t{16} << (i % 5);
    const bool one_hot = i % 3 == 0;
    const std::int64_t tables = i % 2 == 0 ? 1 : usual_size(log_between(2, 26, halton(i, 7)));
    const double bytes = i == 0 ? most : log_between(1 << 18, most, halton(i, 2));
    Shape s{.tables = tables, .rows = 1, .dim = dim, .lookups = 1, .batch = 1, .copies = 1, .skew_permille = 0};
    s.rows = std::max<std::int64_t>(16, static_cast<std::int64_t>(bytes / static_cast<double>(4 * dim * tables)));
    s.lookups = one_hot ? 1 : usual_size(log_between(2, 100, halton(i, 3)));
    s.batch = usual_size(log_between(64, 4096, halton(i, 5)));
    while (s.indices() > (1 << 18) && s.batch > 1) s.batch /= 2;
    s.skew_permille = halton(i, 11) < 0.3 ? 500 + 100 * (i % 7) : 0;  // of tables of all sizes
    s.copies = index_sets(machine, s);
    sized.emplace_back(static_cast<double>(s.tables * s.rows * dim),
                       make_point("embedding", "fp32", budget, s.tables, s.rows, s.dim, s.lookups, s.batch, s.copies,
                                  s.skew_permille));
  }
  std::stable_sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Point> points;
  points.reserve(sized.size());
  for (auto& [size, point] : sized) points.push_back(std::move(point));
  return points;
}

// The rank of an access by a Zipf law of this exponent, from a uniform number: the inverse of the continuous law.
double zipf_rank(double uniform, double rows, double exponent) {
  if (exponent == 0) return uniform * rows;
  if (std::abs(exponent - 1) < 1e-6) return std::pow(rows + 1, uniform) - 1;
  const double power = 1 - exponent;
  return std::pow(uniform * (std::pow(rows + 1, power) - 1) + 1, 1 / power) - 1;
}

// Frequent rows lie anywhere: ranks are spread over the table by a step without a common divisor.
std::int64_t row_of_rank(double rank, std::int64_t rows) {
  constexpr std::uint64_t kStep = 2654435761ULL;
  const auto place = std::min<std::uint64_t>(static_cast<std::uint64_t>(rank), static_cast<std::uint64_t>(rows) - 1);
  return static_cast<std::int64_t>(place * kStep % static_cast<std::uint64_t>(rows));
}

std::vector<std::int64_t> make_indices(const Shape& s, const Team& team) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(s.copies * s.indices()));
  const double exponent = static_cast<double>(s.skew_permille) / 1000;
  team.split(std::ssize(indices), 8, 1 << 12, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double uniform = static_cast<double>(random_bits(static_cast<std::uint64_t>(i))) * 0x1p-32;
      const double rank = zipf_rank(uniform, static_cast<double>(s.rows), exponent);
      indices[static_cast<std::size_t>(i)] = row_of_rank(rank, s.rows);
    }
  });
  return indices;
}

/// Everything of one point in place.
struct Bags {
  Shape shape;
  std::span<const float> table;
  std::vector<std::int64_t> indices;
  std::vector<float> out;

  [[nodiscard]] const std::int64_t* indices_of(std::int64_t copy, std::int64_t bag) const {
    return indices.data() + copy * shape.indices() + bag * shape.lookups;
  }
  [[nodiscard]] const float* table_of(std::int64_t bag) const {
    return table.data() + bag / shape.batch * shape.rows * shape.dim;
  }
};

void run(Bags& bags, const Team& team, std::int64_t copy) {
  const Shape& s = bags.shape;
  const auto loop = best_loops().bag;
  const std::int64_t grain = std::max<std::int64_t>(2, kGrain / (s.lookups * s.dim));
  team.split(s.bags(), 1, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t bag = begin; bag < end; ++bag) {
      // The next bags' rows of the same table are asked for while this one is added.
      const std::int64_t same_table = std::min(end, (bag / s.batch + 1) * s.batch) - bag - 1;
      loop(bags.table_of(bag), bags.indices_of(copy, bag), s.lookups, same_table * s.lookups, s.dim,
           bags.out.data() + bag * s.dim);
    }
  });
}

void check(Bags& bags, const Team& team) {
  const Shape& s = bags.shape;
  run(bags, team, 0);
  for (const std::int64_t bag : probes(s.bags(), 11)) {
    for (std::int64_t d = 0; d < s.dim; ++d) {
      double sum = 0;
      for (std::int64_t i = 0; i < s.lookups; ++i) sum += bags.table_of(bag)[bags.indices_of(0, bag)[i] * s.dim + d];
      expect_near(bags.out[static_cast<std::size_t>(bag * s.dim + d)], sum, 1e-4 * static_cast<double>(s.lookups),
                  "a bag");
    }
  }
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  if (point.dtype() != "fp32") return bench.cannot("tables are of fp32");
  const Shape shape{point.number("tables"),       point.number("rows"),  point.number("dim"),
                    point.number("lookups"),      point.number("batch"), point.number("copies"),
                    point.number("skew_permille")};
  const double values =
      static_cast<double>(shape.tables) * static_cast<double>(shape.rows) * static_cast<double>(shape.dim);
  const double indices = static_cast<double>(shape.copies) * static_cast<double>(shape.indices());
  if (!bench.fits(4 * values + 8 * indices)) return std::nullopt;
  Bags bags{.shape = shape,
            .table = bench.arena.random(bench.team, static_cast<std::int64_t>(values)),
            .indices = make_indices(shape, bench.team),
            .out = std::vector<float>(static_cast<std::size_t>(shape.bags() * shape.dim))};
  check(bags, bench.team);
  std::int64_t next = 0;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == shape.copies ? 0 : next + 1) run(bags, bench.team, next);
  });
}

}  // namespace

const CpuMicrokernel kEmbedding{
    {"embedding", "embedding",
     "bags of one or many rows of fp32 from tables up to gigabytes, uniform and skewed (Zipf), with "
     "own vector loops that prefetch; copies: sets of indices"},
    points,
    measure};

}  // namespace ridgepoint::cpu
