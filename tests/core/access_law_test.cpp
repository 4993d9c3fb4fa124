#include "core/access_law.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>
#include <vector>

#include "core/expected.hpp"
#include "tests/catch.hpp"
#include "tests/core/zipf_draws.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kExponents{0.0, 0.4, 0.8, 1.0, 1.2, 1.5};
constexpr std::array kSizes{10.0, 1e3, 1e6, 1e9};
constexpr std::uint64_t kSeed = 20240917;

// Within 1 %, and what chance does to a share of so many draws (three standard deviations).
void check_share(double formula, double simulated, double draws) {
  const double chance = 3 * std::sqrt(std::max(simulated * (1 - simulated), 1 / draws) / draws);
  CHECK(std::abs(formula - simulated) <= 0.01 * simulated + chance);
}

double mass(const AccessLaw& law) {
  double sum = 0;
  for (const RowClass& c : law.classes()) sum += c.rows * c.probability;
  return sum;
}

TEST_CASE("harmonic numbers of any size are those of a plain sum, and of the limits", "[core][access]") {
  for (const double s : kExponents) {
    double sum = 0;
    for (double i = 100000; i >= 1; --i) sum += std::pow(i, -s);
    CHECK(generalised_harmonic(100000, s) == Approx(sum).epsilon(1e-12));
  }
  CHECK(generalised_harmonic(1e9, 1) == Approx(std::log(1e9) + 0.57721566490153286 + 0.5e-9).epsilon(1e-13));
  CHECK(generalised_harmonic(1e9, 0) == 1e9);
  CHECK(generalised_harmonic(1e15, 2) == Approx(1.6449340668482264).epsilon(1e-12));
  CHECK(generalised_harmonic(1, 1.5) == 1);
}

TEST_CASE("a law holds few classes, whose rows and probabilities are all", "[core][access]") {
  for (const double s : kExponents) {
    for (const double rows : kSizes) {
      const AccessLaw law = AccessLaw::zipf(rows, s);
      CHECK(law.rows() == rows);
      CHECK(law.classes().size() < 400);
      CHECK(mass(law) == Approx(1).epsilon(1e-10));
      CHECK(law.top_share(rows) == 1);
      CHECK(law.distinct(1) == Approx(1).epsilon(1e-10));
    }
  }
  CHECK(AccessLaw::uniform(1000).distinct(500) == Approx(expected_distinct(1000, 500)).epsilon(1e-12));
}

TEST_CASE("distinct rows of a batch are those of a simulation", "[core][access]") {
  for (const double s : kExponents) {
    for (const double rows : kSizes) {
      // The steeper a law, the fewer rows a batch has, and the more batches show their mean to a third of a percent.
      const double batch = std::min(rows, 5000.0);
      const double draws = s > 1 ? 1e6 : 2e5;
      const auto batches = static_cast<int>(draws / batch);
      ZipfDraws draw(rows, s, kSeed);
      double distinct = 0;
      for (int b = 0; b < batches; ++b) {
        std::unordered_set<std::int64_t> seen;
        for (double i = 0; i < batch; ++i) seen.insert(draw());
        distinct += static_cast<double>(seen.size());
      }
      CAPTURE(s, rows);
      const AccessLaw law = AccessLaw::zipf(rows, s);
      CHECK(law.distinct(batch) == Approx(distinct / batches).epsilon(0.01));
      check_share(law.reuse_within(batch), 1 - distinct / batches / batch, draws);
    }
  }
}

TEST_CASE("hit rates of LRU caches are those of a simulation", "[core][access]") {
  constexpr double kDraws = 100000;
  for (const double s : kExponents) {
    for (const double rows : kSizes) {
      for (const double share : {0.2, 0.5}) {
        const double capacity = std::min(std::floor(rows * share), share * 2000);
        const AccessLaw law = AccessLaw::zipf(rows, s);
        ZipfDraws draw(rows, s, kSeed);
        LruCache cache(static_cast<std::size_t>(capacity));
        const double filling = std::min(3 * law.filling_draws(capacity), 1e6);
        for (double i = 0; i < filling; ++i) cache.hits(draw());
        double hits = 0;
        for (double i = 0; i < kDraws; ++i) hits += cache.hits(draw()) ? 1 : 0;
        CAPTURE(s, rows, capacity);
        check_share(law.lru_hit_rate(capacity), hits / kDraws, kDraws);
      }
    }
  }
}

TEST_CASE("caches of a few rows keep to the simulation where Che's approximation does not", "[core][access]") {
  constexpr double kDraws = 400000;
  for (const double capacity : {1.0, 2.0, 8.0, 31.0}) {
    ZipfDraws draw(100, 1.5, kSeed);
    LruCache cache(static_cast<std::size_t>(capacity));
    for (int i = 0; i < 10000; ++i) cache.hits(draw());
    double hits = 0;
    for (double i = 0; i < kDraws; ++i) hits += cache.hits(draw()) ? 1 : 0;
    CAPTURE(capacity);
    const AccessLaw law = AccessLaw::zipf(100, 1.5);
    CHECK(law.lru_hit_rate(capacity) == Approx(hits / kDraws).epsilon(0.005));
  }
  // One row: the last draw again, sum p^2.
  const AccessLaw law = AccessLaw::zipf(10, 1);
  double again = 0;
  for (const RowClass& c : law.classes()) again += c.rows * c.probability * c.probability;
  CHECK(law.lru_hit_rate(1) == Approx(again).epsilon(1e-4));
}

TEST_CASE("misses of a cache that begins empty are those of a simulation", "[core][access]") {
  for (const double s : {0.5, 1.0, 1.3}) {
    for (const double draws : {500.0, 20000.0, 200000.0}) {
      constexpr double kCapacity = 2000;
      const int trials = static_cast<int>(std::max(1.0, 200000 / draws));
      ZipfDraws draw(1e5, s, kSeed);
      double misses = 0;
      for (int trial = 0; trial < trials; ++trial) {
        LruCache cache(static_cast<std::size_t>(kCapacity));
        for (double i = 0; i < draws; ++i) misses += cache.hits(draw()) ? 0 : 1;
      }
      CAPTURE(s, draws);
      CHECK(AccessLaw::zipf(1e5, s).lru_misses(draws, kCapacity) == Approx(misses / trials).epsilon(0.01));
    }
  }
}

TEST_CASE("a static cache holds exactly the top", "[core][access]") {
  const AccessLaw law = AccessLaw::zipf(1e9, 1);
  CHECK(law.top_share(1e6) == Approx(generalised_harmonic(1e6, 1) / generalised_harmonic(1e9, 1)).epsilon(1e-12));
  CHECK(AccessLaw::uniform(1e9).top_share(1e6) == Approx(1e-3).epsilon(1e-12));
  for (const double s : kExponents) {
    const AccessLaw each = AccessLaw::zipf(1e6, s);
    CHECK(each.top_share(each.rows_of_share(0.5)) == Approx(0.5).epsilon(2e-3));
    CHECK(each.top_share(1000) >= each.lru_hit_rate(1000));  // nothing static is better
  }
}

TEST_CASE("reuse between batches is that of a simulation", "[core][access]") {
  constexpr int kBatches = 40;
  constexpr int kDraws = 5000;
  for (const double s : {0.0, 0.8, 1.2}) {
    ZipfDraws draw(1e5, s, kSeed);
    double again = 0;
    double all = 0;
    std::unordered_set<std::int64_t> before;
    for (int b = 0; b < kBatches; ++b) {
      std::unordered_set<std::int64_t> now;
      for (int i = 0; i < kDraws; ++i) now.insert(draw());
      if (b > 0) {
        all += static_cast<double>(now.size());
        for (const std::int64_t row : now) again += before.contains(row) ? 1 : 0;
      }
      before = std::move(now);
    }
    CAPTURE(s);
    check_share(AccessLaw::zipf(1e5, s).reuse_between(kDraws), again / all, all);
  }
  // With more earlier batches more comes again, all of it in the end.
  const AccessLaw law = AccessLaw::zipf(1000, 1);
  CHECK(law.reuse_between(500, 2) > law.reuse_between(500, 1));
  CHECK(law.reuse_between(500, 1e6) == Approx(1).epsilon(1e-6));
}

TEST_CASE("a histogram is the law that it was counted from", "[core][access]") {
  // Degrees of 1000 nodes: few have many neighbours, some none.
  const AccessLaw law = AccessLaw::of_counts({{10, 400}, {90, 40}, {700, 1}, {200, 0}});
  CHECK(law.rows() == 1000);
  CHECK(mass(law) == Approx(1));
  CHECK(law.top_share(10) == Approx(4000.0 / 8300));
  CHECK(law.distinct(1e9) == Approx(800));
  CHECK(law.lru_hit_rate(800) == Approx(1));
  CHECK(law.lru_hit_rate(1000) == 1);
  // Every row of a Zipf law by itself.
  std::vector<RowCount> counts;
  for (double i = 1; i <= 20000; ++i) counts.push_back({1, std::pow(i, -0.9)});
  const AccessLaw counted = AccessLaw::of_counts(std::move(counts));
  const AccessLaw zipf = AccessLaw::zipf(20000, 0.9);
  CHECK(counted.classes().size() < 300);
  CHECK(counted.distinct(5000) == Approx(zipf.distinct(5000)).epsilon(1e-3));
  CHECK(counted.lru_hit_rate(500) == Approx(zipf.lru_hit_rate(500)).epsilon(1e-3));
  CHECK(counted.top_share(500) == Approx(zipf.top_share(500)).epsilon(2e-3));
}

TEST_CASE("tables that share a cache are one law of their draws", "[core][access]") {
  constexpr double kDraws = 100000;
  constexpr double kCapacity = 3000;
  const AccessLaw hot = AccessLaw::zipf(1e6, 1.1);
  const AccessLaw flat = AccessLaw::uniform(5000);
  const std::array parts{AccessLaw::Part{&hot, 3}, AccessLaw::Part{&flat, 1}};
  const AccessLaw both = AccessLaw::mixture(parts);
  CHECK(both.rows() == Approx(1005000));
  CHECK(mass(both) == Approx(1));
  CHECK(both.distinct(4000) == Approx(hot.distinct(3000) + flat.distinct(1000)).epsilon(1e-2));
  ZipfDraws draw_hot(1e6, 1.1, kSeed);
  ZipfDraws draw_flat(5000, 0, kSeed + 1);
  LruCache cache(static_cast<std::size_t>(kCapacity));
  const auto next = [&](int i) { return i % 4 == 3 ? -draw_flat() : draw_hot(); };
  for (int i = 0; i < 60000; ++i) cache.hits(next(i));
  double hits = 0;
  for (int i = 0; i < kDraws; ++i) hits += cache.hits(next(i)) ? 1 : 0;
  check_share(both.lru_hit_rate(kCapacity), hits / kDraws, kDraws);
}

}  // namespace
}  // namespace ridgepoint
