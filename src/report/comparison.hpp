#pragma once
// Analyses side by side: which layers of one are which of the other, what became faster, and why.

#include <optional>
#include <string>
#include <vector>

#include "report/side.hpp"

namespace ridgepoint {

/// What one side says of a group of layers: the sums over its rows. No rows: that side does not have them.
struct Part {
  std::vector<std::size_t> rows;  ///< of the analysis
  double repeat = 0;
  double flops = 0;
  double bytes = 0;
  double time = 0;
  double time_p10 = 0;
  double time_p90 = 0;
  Bound bound = Bound::kNone;               ///< what most of the time is bound by
  std::array<double, kBoundCount> needs{};  ///< seconds of each resource alone
  [[nodiscard]] bool present() const { return !rows.empty(); }
};

/// Layers that are the same on all sides that have them, one part a side. Where one side fuses what another does not,
/// the fused row and the rows that it stands for are one group.
struct MatchedLayers {
  std::string name;
  std::string op;
  std::vector<Part> parts;
  /// Whether every side has it.
  [[nodiscard]] bool complete() const;
};

/// Several analyses over the same groups of layers. The first is what the others are compared with.
struct Comparison {
  std::vector<Side> sides;
  std::vector<std::string> labels;  ///< what tells the sides apart: "h100-sxm5", "fp8_e4m3, batch 32"
  std::string common;               ///< what all have: "llama-3.1-8b, prefill, bf16, batch 1"
  std::vector<MatchedLayers> layers;
  bool per_sample = false;  ///< batches differ: speed-ups are of the time of a sample

  /// Seconds by which a side is judged: of the run, or of one of its samples.
  [[nodiscard]] double judged(double time, std::size_t side) const;
  /// How many times faster than on the first side; nothing where one of the two takes no time.
  [[nodiscard]] std::optional<double> speed_up(const MatchedLayers& group, std::size_t side) const;
  [[nodiscard]] std::optional<double> speed_up(std::size_t side) const;
  /// The part of what this side gains (or loses) in all that these layers gain; 0 when nothing changes.
  [[nodiscard]] double share_of_gain(const MatchedLayers& group, std::size_t side) const;
};

/// Layers match by their names; where a name occurs several times, by their order; and what is left by the name
/// without the numbers of repetitions (stage.1-3.conv and stage.1-5.conv). Needs at least one side.
Comparison compare(std::vector<Side> sides);

}  // namespace ridgepoint
