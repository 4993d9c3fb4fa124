// Bandwidth of sequential access, from the first cache to memory. One run touches every byte of the working set once:
// `bytes` is both the set and the traffic (a store that reads the line first moves more, which is not counted).

#include <algorithm>
#include <numeric>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/vector/loops.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr double kFactor = 0.5;
constexpr std::int64_t kPadding = 1024 + 256;  // so that arrays do not start at the same place of a page

/// One thread's arrays.
struct Arrays {
  double* a;
  double* b;
  double* c;
  std::int64_t count;
};

/// One operation: how many arrays its set consists of, one pass, and what the output then holds (reads: nothing).
struct Op {
  std::string_view name;
  int arrays;
  bool passes_caches;
  double (*pass)(const VectorLoops& loops, const Arrays& arrays);
  double (*expected)(const Arrays& arrays, std::int64_t i);
};

constexpr Op kOps[] = {
    {"read", 1, false, [](const VectorLoops& l, const Arrays& x) { return l.read(x.a, x.count); }, nullptr},
    {"write", 1, false, [](const VectorLoops& l, const Arrays& x) { return l.write(x.c, kFactor, x.count), 0.0; },
     [](const Arrays&, std::int64_t) { return kFactor; }},
    {"copy", 2, false, [](const VectorLoops& l, const Arrays& x) { return l.copy(x.a, x.c, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return x.a[i]; }},
    {"scale", 2, false, [](const VectorLoops& l, const Arrays& x) { return l.scale(x.a, x.c, kFactor, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return kFactor * x.a[i]; }},
    {"triad", 3, false,
     [](const VectorLoops& l, const Arrays& x) { return l.triad(x.a, x.b, x.c, kFactor, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return x.a[i] + kFactor * x.b[i]; }},
    {"read_plain", 1, false, [](const VectorLoops& l, const Arrays& x) { return l.read(x.a, x.count); }, nullptr},
    {"write_plain", 1, false, [](const VectorLoops& l, const Arrays& x) { return l.write(x.c, kFactor, x.count), 0.0; },
     [](const Arrays&, std::int64_t) { return kFactor; }},
    {"copy_plain", 2, false, [](const VectorLoops& l, const Arrays& x) { return l.copy(x.a, x.c, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return x.a[i]; }},
    {"write_nt", 1, true, [](const VectorLoops& l, const Arrays& x) { return l.write_nt(x.c, kFactor, x.count), 0.0; },
     [](const Arrays&, std::int64_t) { return kFactor; }},
    {"copy_nt", 2, true, [](const VectorLoops& l, const Arrays& x) { return l.copy_nt(x.a, x.c, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return x.a[i]; }},
    {"triad_nt", 3, true,
     [](const VectorLoops& l, const Arrays& x) { return l.triad_nt(x.a, x.b, x.c, kFactor, x.count), 0.0; },
     [](const Arrays& x, std::int64_t i) { return x.a[i] + kFactor * x.b[i]; }},
};

bool is_plain(const Op& op) { return op.name.ends_with("_plain"); }

const Op& op_of(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kOps), std::end(kOps), [&](const Op& op) { return op.name == name; });
  if (found == std::end(kOps)) throw std::invalid_argument("stream has no op " + name);
  return *found;
}

// Divisible into blocks of one, two and three arrays for each thread.
std::int64_t rounded(double bytes, int threads) {
  const std::int64_t block = 6 * kStreamBlock * 8 * threads;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes) / block) * block;
}

Point point(std::string_view op, double bytes, int threads, const Design& design) {
  const Seconds budget = by_effort(design, Seconds{0.02}, Seconds{0.04}, Seconds{0.15});
  return in_rounds(make_point("stream", "fp64", budget, op, rounded(bytes, threads), threads),
                   ceiling_rounds(design, bytes));
}

// Half of each cache, which it holds beside what else is there, and four times the last.
std::vector<double> level_sets(const Machine& machine, int threads) {
  std::vector<double> sets;
  for (const Cache& cache : machine.caches)
    sets.push_back(0.5 * static_cast<double>(machine.cache_bytes(cache.level, threads)));
  const double last = static_cast<double>(machine.cache_bytes(machine.last_level(), threads));
  sets.push_back(std::min(4 * last, machine.available.value() / 4));
  return sets;
}

std::vector<Point> points(const Design& design, const Machine& machine) {
  std::vector<Point> points;
  if (design.held_out()) return points;
  const int all = static_cast<int>(machine.cores.size());
  const std::vector<double> sets = level_sets(machine, all);
  for (const Op& op : kOps) {
    if (op.passes_caches) points.push_back(point(op.name, sets.back(), all, design));
  }
  for (const double set : sets) {
    for (const Op& op : kOps) {
      if (!op.passes_caches && !is_plain(op)) points.push_back(point(op.name, set, all, design));
    }
  }
  if (all > 1) {
    for (const double set : level_sets(machine, 1)) {
      for (const char* const op : {"read", "copy", "triad"}) points.push_back(point(op, set, 1, design));
    }
  }
  // The curve over the working set, on pages as programs get them without asking.
  const int places = by_effort(design, 8, 16, 24);
  for (int i = 0; i < places; ++i) {
    const double set = log_between(sets.front() / 2, sets.back(), static_cast<double>(i) / (places - 1));
    for (const char* const op : {"read_plain", "write_plain", "copy_plain"})
      points.push_back(point(op, set, all, design));
  }
  // The way from level to level.
  const int steps = by_effort(design, 0, 10, 32);
  for (int i = 1; i < steps; ++i) {
    const double set = log_between(sets.front() / 2, sets.back(), static_cast<double>(i) / steps);
    points.push_back(point("read", set, all, design));
    if (design.effort == Effort::kThorough) points.push_back(point("triad", set, all, design));
  }
  return points;
}

// Small whole numbers, whose sums are exact in any order.
void fill(const Arrays& x, int thread) {
  const auto seed = static_cast<std::uint64_t>(thread) << 40;
  for (std::int64_t i = 0; i < x.count; ++i) {
    const auto position = seed + static_cast<std::uint64_t>(i);
    if (x.a != nullptr) x.a[i] = static_cast<double>(random_bits(position) % 16);
    if (x.b != nullptr) x.b[i] = static_cast<double>(random_bits(~position) % 16);
    if (x.c != nullptr) x.c[i] = 0;
  }
}

double sum_of(const double* values, std::int64_t count) {
  double sums[8] = {};
  for (std::int64_t i = 0; i < count; i += 8) {
    for (std::int64_t j = 0; j < 8; ++j) sums[j] += values[i + j];
  }
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

/// What a thread's pass returned and, of a read, what it should have.
struct Passed {
  double result = 0;
  double sum = 0;
};

Passed pass_once(const Op& op, const VectorLoops& loops, const Arrays& x) {
  return {op.pass(loops, x), op.expected == nullptr ? sum_of(x.a, x.count) : 0};
}

void check(const Op& op, const Passed& passed, const Arrays& x) {
  if (op.expected == nullptr) {
    expect_near(passed.result, passed.sum, 0, "the sum of a read");
    return;
  }
  for (const std::int64_t i : probes(x.count)) expect_near(x.c[i], op.expected(x, i), 0, op.name);
}

// Where each thread's arrays are in the buffer: those that the op has.
Arrays arrays_of(const Op& op, const Buffer& buffer, std::int64_t count, int thread) {
  const std::int64_t stride = count * 8 + kPadding;
  std::byte* const start = buffer.data() + thread * op.arrays * stride;
  const auto array = [&](int index) { return reinterpret_cast<double*>(start + index * stride); };
  if (op.arrays == 1)
    return op.expected == nullptr ? Arrays{array(0), nullptr, nullptr, count}
                                  : Arrays{nullptr, nullptr, array(0), count};
  if (op.arrays == 2) return {array(0), nullptr, array(1), count};
  return {array(0), array(1), array(2), count};
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const Op& op = op_of(point.word("op"));
  const auto threads = static_cast<int>(point.number("threads"));
  if (threads > bench.team.size()) return bench.cannot(fmt::format("there are {} cores", bench.team.size()));
  if (point.dtype() != "fp64") return bench.cannot("streams are of fp64");
  const VectorLoops& loops = best_loops();
  if (op.passes_caches && loops.write_nt == nullptr) return bench.cannot("this processor has no such stores");
  const std::int64_t per_array = point.number("bytes") / (8 * op.arrays * threads);
  const std::int64_t count = per_array / kStreamBlock * kStreamBlock;
  if (count == 0 || count != per_array) {
    return bench.cannot(fmt::format("bytes must be a multiple of {}", 8 * op.arrays * threads * kStreamBlock));
  }
  const std::int64_t needed = threads * op.arrays * (count * 8 + kPadding);
  if (!bench.fits(static_cast<double>(needed))) return std::nullopt;
  const Buffer buffer(needed, is_plain(op) ? Pages::kDefault : Pages::kHuge);
  std::vector<Passed> passed(static_cast<std::size_t>(threads));
  bench.team.each(threads, [&](int thread) {
    const Arrays arrays = arrays_of(op, buffer, count, thread);
    fill(arrays, thread);
    passed[static_cast<std::size_t>(thread)] = pass_once(op, loops, arrays);
  });
  for (int thread = 0; thread < threads; ++thread)
    check(op, passed[static_cast<std::size_t>(thread)], arrays_of(op, buffer, count, thread));

  // The passes of a batch are one region: a cache's bandwidth is not to be measured through fork and join.
  std::vector<double> sums(static_cast<std::size_t>(threads) * 8);
  return bench.time([&](std::int64_t runs) {
    bench.team.each(threads, [&](int thread) {
      const Arrays arrays = arrays_of(op, buffer, count, thread);
      double sum = 0;
      for (std::int64_t run = 0; run < runs; ++run) sum += op.pass(loops, arrays);
      sums[static_cast<std::size_t>(thread) * 8] = sum;
    });
  });
}

}  // namespace

const CpuMicrokernel kStream{
    {"stream", "stream",
     "read, write, copy, scale and triad over sets from half of the first cache to four times the "
     "last; bytes: each byte of the set once"},
    points,
    measure};

}  // namespace ridgepoint::cpu
