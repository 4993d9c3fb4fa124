#include "calibrate/cpu/base_device.hpp"

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/points.hpp"
#include "calibrate/cpu/vector/tiles.hpp"
#include "core/error.hpp"
#include "io/json_text.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr double kOverPeak = 1.1;  // what a rate may pass its peak by: the clock was measured at another moment

/// The best rate of some points, per second, and how many bits or bytes it was reached with.
struct Best {
  double rate = 0;
  std::int64_t size = 0;
};

template <class Rate>
Best best_of(std::span<const MeasuredPoint> points, std::string_view kernel, Rate rate) {
  Best best;
  for (const MeasuredPoint& p : points) {
    if (p.point.kernel != kernel) continue;
    const Best one = rate(PointFields(p.point), p.measurement.time.value());
    if (one.rate > best.rate) best = one;
  }
  return best;
}

Node with_source(std::string key, std::vector<Node> members, std::string source) {
  members.push_back(json_string("source", std::move(source)));
  return json_object(std::move(key), std::move(members));
}

std::string isa_name(std::int64_t bits) {
  if (bits == 512) return "AVX-512";
  if (bits == 256) return "AVX2";
  return fmt::format("{} bit", bits);
}

class Writer {
 public:
  Writer(const Machine& machine, const MachineFacts& facts, std::span<const MeasuredPoint> measured)
      : machine_(machine), facts_(facts), measured_(measured), cores_(std::ssize(machine.cores)) {}

  std::string text() {
    source("system",
           "what the operating system tells: /proc/cpuinfo, /proc/meminfo, /sys/devices/system, control groups");
    find_clock();
    std::vector<Node> sheet{with_source("compute_units", {json_integer("count", cores_)}, "system"),
                            with_source("clock_hz", {json_real("value", clock_)}, "measured-clock")};
    if (std::vector<Node> peaks = matrix_peaks(); !peaks.empty())
      sheet.push_back(json_object("matrix", std::move(peaks)));
    sheet.push_back(json_object("vector", vector_peaks()));
    add_special(sheet);
    sheet.push_back(json_object("memory", memory()));
    return json_text(json_object(
        "", {json_integer("schema_version", 1), json_string("name", facts_.name),
             json_string("summary", facts_.summary), json_string("vendor", machine_.vendor),
             json_string("architecture", fmt::format("{}", fmt::join(machine_.flags, " "))), json_string("kind", "cpu"),
             json_object("sources", std::move(sources_)), json_object("datasheet", std::move(sheet)), notes()}));
  }

 private:
  void source(std::string key, std::string text) { sources_.push_back(json_string(std::move(key), std::move(text))); }

  [[noreturn]] static void lacks(std::string_view microkernel, std::string_view what) {
    throw InputError({fmt::format("the microkernel {} was not measured, and nothing else tells {}", microkernel, what),
                      "a run with this microkernel, or a base device (--base)"});
  }

  [[nodiscard]] double adds_per_s(std::int64_t threads) const {
    return best_of(
               measured_, "adds",
               [&](const PointFields& p, double time) {
                 return p.number("threads") == threads ? Best{static_cast<double>(p.number("adds")) / time, 0} : Best{};
               })
        .rate;
  }

  // That of all cores at once, unless something else ran on one of them: no clock falls to half of that of one core.
  // Rounded, so that a reader can recompute what is derived from it.
  void find_clock() {
    const double one = adds_per_s(1);
    double all = adds_per_s(cores_);
    const bool disturbed = all < one / 2;
    if (disturbed) all = one;
    if (all == 0) lacks("clock", "the clock under load");
    clock_ = rounded(all);
    source("measured-clock", fmt::format("measured: {:.3g} GHz, a chain of additions, one a cycle, on {}", clock_ / 1e9,
                                         disturbed ? "one core, as the others were disturbed" : cores()));
  }

  [[nodiscard]] std::string cores() const { return fmt::format("{} {}", cores_, cores_ == 1 ? "core" : "cores"); }

  [[nodiscard]] Best fma(std::string_view dtype, std::int64_t most_bits) const {
    return best_of(measured_, "fma", [&](const PointFields& p, double time) {
      if (p.dtype() != dtype || p.number("threads") != cores_ || p.number("bits") > most_bits) return Best{};
      return Best{static_cast<double>(p.number("flops")) / time, p.number("bits")};
    });
  }

  // The peak of one format. The number of units that can start a multiply-add in a cycle is in no register that a
  // program may read: the least number with which what was reached stays within the peak.
  void add_vector_peak(std::vector<Node>& peaks, const DTypeFacts& dtype, std::int64_t element_bits) {
    constexpr std::int64_t kVectorBits = 512;
    const Best best = fma(dtype.name, kVectorBits);
    if (best.rate == 0) return;
    const std::int64_t lanes = best.size / element_bits;
    const double one_unit = 2.0 * static_cast<double>(cores_ * lanes) * clock_;
    const auto units =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(best.rate / one_unit / kOverPeak)));
    const std::string key = fmt::format("derived-{}", dtype.name);
    source(key, fmt::format("derived: {} x {} lanes ({}) x {} multiply-add {} x 2 x {:.2f} GHz; the units are counted "
                            "by measuring {:.2f} multiply-adds a cycle",
                            cores(), lanes, isa_name(best.size), units, units == 1 ? "unit" : "units", clock_ / 1e9,
                            best.rate / one_unit));
    peaks.push_back(with_source(std::string(dtype.name),
                                {json_real("flops_per_s", one_unit * static_cast<double>(units)),
                                 json_integer("lanes_per_unit", lanes * units)},
                                key));
  }

  std::vector<Node> vector_peaks() {
    std::vector<Node> peaks;
    for (const DTypeFacts& dtype : kDTypes) {
      // Dot products of narrow formats: as many multiply-adds as fit into a register.
      if (dtype.arithmetic) add_vector_peak(peaks, dtype, static_cast<std::int64_t>(bits(dtype.dtype)));
    }
    if (peaks.empty()) lacks("fma", "the width and number of multiply-add units");
    return peaks;
  }

  // Tiles of 16 x 16 results: 16 cycles for 64 bytes a row (Intel 64 and IA-32 Architectures Optimization Reference
  // Manual, chapter on AMX).
  std::vector<Node> matrix_peaks() {
    std::vector<Node> peaks;
    for (const DTypeFacts& dtype : kDTypes) {
      const Best best = fma(dtype.name, kTileBits);
      if (best.size != kTileBits) continue;
      const std::int64_t lanes = 16 * 512 / static_cast<std::int64_t>(bits(dtype.dtype));
      const std::string key = fmt::format("derived-amx-{}", dtype.name);
      source(key,
             fmt::format("derived: {} x {} multiply-adds a cycle x 2 x {:.2f} GHz; a product of AMX tiles takes 16 "
                         "cycles (Intel 64 and IA-32 Architectures Optimization Reference Manual)",
                         cores(), lanes, clock_ / 1e9));
      peaks.push_back(with_source(std::string(dtype.name),
                                  {json_real("flops_per_s", 2.0 * static_cast<double>(cores_ * lanes) * clock_),
                                   json_integer("lanes_per_unit", lanes)},
                                  key));
    }
    return peaks;
  }

  // There is no unit for them: polynomials on the vector units.
  void add_special(std::vector<Node>& sheet) {
    const Best best = best_of(measured_, "elementwise", [&](const PointFields& p, double time) {
      if (p.word("op") != "exp" || p.number("copies") != 1) return Best{};
      const double cores = p.number("rows") == 1 ? static_cast<double>(cores_) : 1;
      return Best{cores * static_cast<double>(p.number("rows") * p.number("cols")) / time, 0};
    });
    if (best.rate == 0) return;
    source("measured-special",
           "measured: exp of fp32 as a vectorised polynomial, from the first cache; there is no unit for it");
    sheet.push_back(with_source("special_function", {json_real("ops_per_s", rounded(best.rate))}, "measured-special"));
  }

  static double rounded(double value) { return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr); }

  Node level(const Cache& cache, const char* name) {
    const auto bytes = cache.bytes * std::min<std::int64_t>(cache.instances, cores_);
    const char* const key = cache.assumed ? "assumed" : "system";
    return with_source(name, {json_integer("capacity_bytes", bytes)}, key);
  }

  std::vector<Node> memory() {
    const auto last = static_cast<double>(machine_.cache_bytes(machine_.last_level(), static_cast<int>(cores_)));
    const Best best = best_of(measured_, "stream", [&](const PointFields& p, double time) {
      const auto bytes = static_cast<double>(p.number("bytes"));
      return bytes >= 2 * last || bytes >= machine_.available.value() / 5 ? Best{bytes / time, p.number("bytes")}
                                                                          : Best{};
    });
    if (best.rate == 0) lacks("stream", "the bandwidth of memory");
    source("measured-dram",
           fmt::format("measured: the best of the streams over {:.3g} GB, {:.1f} GB/s; the modules of the "
                       "memory are not told to programs",
                       static_cast<double>(best.size) / 1e9, best.rate / 1e9));
    const Bytes capacity = machine_.memory_limit.value_or(machine_.memory);
    std::vector<Node> levels{
        json_object("dram", {json_integer("capacity_bytes", static_cast<std::int64_t>(capacity.value())),
                             json_real("bandwidth_bytes_per_s", rounded(best.rate)),
                             json_array("source", {json_string("", "system"), json_string("", "measured-dram")})})};
    if (machine_.caches.front().assumed) source("assumed", "assumed: the system hides its caches; common sizes");
    for (const Cache& cache : machine_.caches) {
      if (cache.level == 1) levels.push_back(level(cache, "l1"));
      if (cache.level == 2) levels.push_back(level(cache, "l2"));
      if (cache.level >= 3 && cache.level == machine_.last_level()) levels.push_back(level(cache, "llc"));
    }
    return levels;
  }

  [[nodiscard]] Node notes() const {
    std::vector<Node> notes{json_string(
        "",
        "Written by `ridgepoint calibrate`: peaks are derived from what the system tells and from a measured clock, "
        "not from a vendor's page.")};
    if (machine_.virtualized)
      notes.push_back(json_string("",
                                  "A virtual machine: caches and clocks are what its host shows, and others share "
                                  "the memory."));
    return json_array("notes", std::move(notes));
  }

  const Machine& machine_;
  const MachineFacts& facts_;
  std::span<const MeasuredPoint> measured_;
  std::int64_t cores_;
  double clock_ = 0;
  std::vector<Node> sources_;
};

}  // namespace

std::string base_device(const Machine& machine, const MachineFacts& facts, std::span<const MeasuredPoint> measured) {
  return Writer(machine, facts, measured).text();
}

}  // namespace ridgepoint::cpu
