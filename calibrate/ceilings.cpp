#include "calibrate/ceilings.hpp"

#include <algorithm>
#include <optional>

#include "cost/sample.hpp"

namespace ridgepoint {
namespace {

constexpr double kHolds = 0.8;  // of a level's capacity: what it holds beside what else is there
constexpr double kExceeds = 4;  // times the capacity of the level above

constexpr std::string_view kPlain = "_plain";  // of streams on pages as programs get them without asking

struct Level {
  std::string_view name;
  double capacity;
  bool shared;  ///< by all units, so that its capacity does not depend on how many take part
};

// The levels that the data sheet has a capacity of, smallest first; the last is shared.
std::vector<Level> levels_of(const Device& device) {
  std::vector<Level> levels;
  const auto add = [&](std::string_view name, const MemoryLevel& level) {
    if (level.capacity) levels.push_back({name, level.capacity->value(), false});
  };
  add("l1", device.l1);
  add("l2", device.l2);
  add("llc", device.llc);
  if (!levels.empty()) levels.back().shared = true;
  return levels;
}

// The level that a working set lies in; none when it lies across two.
std::optional<std::string_view> level_of(double bytes, std::int64_t threads, const Device& device) {
  const auto units = static_cast<double>(std::max<std::int64_t>(1, device.compute_units));
  double above = 0;
  for (const Level& level : levels_of(device)) {
    const double capacity = level.capacity * (level.shared ? 1 : std::min(1.0, static_cast<double>(threads) / units));
    if (bytes <= kHolds * capacity) return bytes >= kExceeds * above ? std::optional(level.name) : std::nullopt;
    above = capacity;
  }
  return bytes >= kExceeds * above ? std::optional(std::string_view("dram")) : std::nullopt;
}

std::optional<MeasuredCeiling> stream_ceiling(const SampleFields& f, double seconds, const Device& device) {
  const auto bytes = static_cast<double>(f.number("bytes"));
  const std::string& op = f.word("op");
  if (op.ends_with(kPlain)) {
    return MeasuredCeiling{.unit = CeilingUnit::kMemory,
                           .name = std::string(kDefaultPages),
                           .op = op.substr(0, op.size() - kPlain.size()),
                           .threads = f.number("threads"),
                           .bytes = bytes,
                           .value = bytes / seconds};
  }
  // What an SM of a GPU keeps near itself is measured by ops of its own.
  for (const std::string_view near : {"l1", "shared"}) {
    if (op != "read_" + std::string(near)) continue;
    return MeasuredCeiling{.unit = CeilingUnit::kMemory,
                           .name = std::string(near),
                           .op = "read",
                           .threads = f.number("threads"),
                           .bytes = bytes,
                           .value = bytes / seconds};
  }
  const auto level = level_of(bytes, f.number("threads"), device);
  if (!level) return std::nullopt;
  return MeasuredCeiling{.unit = CeilingUnit::kMemory,
                         .name = std::string(*level),
                         .op = f.word("op"),
                         .threads = f.number("threads"),
                         .bytes = bytes,
                         .value = bytes / seconds};
}

// Wider than any vector: the tiles or fragments of a matrix unit.
std::optional<MeasuredCeiling> fma_ceiling(const SampleFields& f, double seconds, const Device&) {
  constexpr std::int64_t kWidestVector = 2048;
  const bool matrix = f.number("bits") > kWidestVector;
  return MeasuredCeiling{.unit = matrix ? CeilingUnit::kMatrix : CeilingUnit::kVector,
                         .name = std::string(name(f.format().math)),
                         .threads = f.number("threads"),
                         .vector_bits = f.number("bits"),
                         .value = static_cast<double>(f.number("flops")) / seconds};
}

std::optional<MeasuredCeiling> special_ceiling(const SampleFields& f, double seconds, const Device&) {
  return MeasuredCeiling{.unit = CeilingUnit::kSpecial,
                         .name = f.word("op"),
                         .threads = f.number("rows") == 1 ? 1 : 0,  // nobody shares a single row
                         .value = static_cast<double>(f.number("rows") * f.number("cols")) / seconds};
}

std::optional<MeasuredCeiling> mma_ceiling(const SampleFields& f, double seconds, const Device&) {
  return MeasuredCeiling{.unit = CeilingUnit::kMatrix,
                         .name = std::string(name(f.format().math)),
                         .op = f.word("op"),
                         .threads = f.number("threads"),
                         .value = static_cast<double>(f.number("flops")) / seconds};
}

std::optional<MeasuredCeiling> special_units_ceiling(const SampleFields& f, double seconds, const Device&) {
  return MeasuredCeiling{.unit = CeilingUnit::kSpecial,
                         .name = f.word("op"),
                         .threads = f.number("threads"),
                         .value = static_cast<double>(f.number("operations")) / seconds};
}

std::optional<MeasuredCeiling> chase_ceiling(const SampleFields& f, double seconds, const Device&) {
  return MeasuredCeiling{.unit = CeilingUnit::kLatency,
                         .name = f.number("huge") != 0 ? "huge_pages" : "small_pages",
                         .bytes = static_cast<double>(f.number("bytes")),
                         .value = seconds};
}

std::optional<MeasuredCeiling> launch_ceiling(const SampleFields& f, double seconds, const Device&) {
  return MeasuredCeiling{
      .unit = CeilingUnit::kLaunch, .name = f.word("op"), .threads = f.number("threads"), .value = seconds};
}

/// What the points of a microkernel say.
struct CeilingSource {
  std::string_view microkernel;
  std::optional<MeasuredCeiling> (*ceiling)(const SampleFields& fields, double seconds, const Device& device);
};
constexpr std::array kSources{
    CeilingSource{"mma", mma_ceiling},      CeilingSource{"special_units", special_units_ceiling},
    CeilingSource{"fma", fma_ceiling},      CeilingSource{"special", special_ceiling},
    CeilingSource{"rows", special_ceiling}, CeilingSource{"stream", stream_ceiling},
    CeilingSource{"chase", chase_ceiling},  CeilingSource{"launch", launch_ceiling}};

bool same_limit(const MeasuredCeiling& a, const MeasuredCeiling& b) {
  const bool same_size = (a.unit != CeilingUnit::kLatency && a.name != kDefaultPages) || a.bytes == b.bytes;
  return a.unit == b.unit && a.name == b.name && a.op == b.op && a.threads == b.threads &&
         a.vector_bits == b.vector_bits && same_size;
}

void keep_best(std::vector<MeasuredCeiling>& list, MeasuredCeiling ceiling) {
  const auto known =
      std::find_if(list.begin(), list.end(), [&](const MeasuredCeiling& other) { return same_limit(other, ceiling); });
  if (known == list.end()) {
    list.push_back(std::move(ceiling));
  } else if (is_time(ceiling.unit) ? ceiling.value < known->value : ceiling.value > known->value) {
    *known = std::move(ceiling);
  }
}

}  // namespace

std::vector<MeasuredCeiling> measured_ceilings(const SessionResult& result, const Device& base) {
  std::vector<MeasuredCeiling> list;
  for (const CeilingSource& source : kSources) {
    for (const auto& [microkernel, points] : result.measured) {
      if (microkernel.name != source.microkernel || points.empty()) continue;
      const std::string text = sample_file_text({.machine = result.machine, .measured = {{microkernel, points}}},
                                                microkernel.kernel, "wall");
      const SampleFile file = parse_samples(std::string(microkernel.name), text);
      for (std::size_t i = 0; i < points.size(); ++i) {
        const Measurement& measurement = points[i].measurement;
        auto ceiling = source.ceiling(SampleFields(file.samples[i]), measurement.time.value(), base);
        if (!ceiling) continue;
        ceiling->spread = measurement.spread;
        keep_best(list, std::move(*ceiling));
      }
    }
  }
  return list;
}

}  // namespace ridgepoint
