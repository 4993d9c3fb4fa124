#pragma once
// A network on a device: the estimate that every report shows.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "network/instantiate.hpp"
#include "roofline/memory.hpp"

namespace ridgepoint {

/// Whether kernels are replayed from a recorded graph, or issued one by one by a framework on the host.
enum class Execution : std::uint8_t { kGraph, kEager };

inline constexpr std::array<std::string_view, 2> kExecutionNames{"graph", "eager"};

/// How a network is run and priced.
struct EngineOptions {
  Mode mode = Mode::kAuto;  ///< in an Estimate: what it became
  Fusion fusion = Fusion::kEpilogue;
  Execution execution = Execution::kGraph;
  Optimizer optimizer = Optimizer::kAdam;
  /// The part of every kernel's work that is left on one of several devices; the communication between them is not in
  /// it.
  double work_share = 1;
};

/// What adds up: over kernels to a layer, over layers to the total. Times are seconds.
struct Amounts {
  double parameters = 0;
  double macs = 0;
  double flops = 0;
  double bytes_read = 0;
  double bytes_written = 0;
  double time = 0;
  double time_p10 = 0;
  double time_p90 = 0;
  double roofline_time = 0;

  Amounts& operator+=(const Amounts& other);
  [[nodiscard]] double bytes() const { return bytes_read + bytes_written; }
  /// FLOP per byte; 0 when nothing moves.
  [[nodiscard]] double intensity() const { return bytes() > 0 ? flops / bytes() : 0; }
};

/// The members of Amounts, for what treats them all alike.
inline constexpr std::array kAmountMembers{&Amounts::parameters, &Amounts::macs,          &Amounts::flops,
                                           &Amounts::bytes_read, &Amounts::bytes_written, &Amounts::time,
                                           &Amounts::time_p10,   &Amounts::time_p90,      &Amounts::roofline_time};

/// One row of a report: a layer, or several that run as one kernel. All amounts cover its `repeat` repetitions.
struct LayerEstimate {
  std::string name;
  std::string op;
  std::string block;
  Category category = Category::kMatmul;
  std::int64_t repeat = 1;
  Amounts total;
  std::array<Amounts, kPasses.size()> passes;
  std::array<Seconds, kBoundCount> by_bound{};  ///< the time, by what bounds each kernel
  std::array<Seconds, kBoundCount> needs{};     ///< what each resource needs alone
  Bound bound = Bound::kNone;
  double kernels = 0;                   ///< launches, over all repetitions
  double ridge_point = 0;               ///< FLOP/byte at which this row's unit and dram take equally long
  double share = 0;                     ///< of the network's time
  double live_bytes = 0;                ///< of activations in memory while it runs; see footprint()
  std::vector<std::string> fused_from;  ///< the layers of this row, when more than one
  std::vector<int> layers;              ///< indices into the network
};

/// The estimate of a network on a device. Rows are in execution order and add up to `total`, exactly: additive amounts
/// lie on a binary grid on which sums do not round.
struct Estimate {
  std::string model;
  std::string device;
  Phase phase = Phase::kInference;
  Precision precision;
  EngineOptions options;
  std::vector<std::pair<std::string, std::int64_t>> parameters;
  std::vector<LayerEstimate> rows;
  Amounts total;
  double active_parameters = 0;  ///< those that one token uses: all, but of experts
  std::array<Amounts, kCategoryNames.size()> by_category;
  Footprint memory;
  std::optional<CacheLimits> limits;  ///< where somebody asked for them: cache_limits()
  std::string importer;               ///< of an imported network, else ""
  std::vector<std::string> notes;     ///< of the description
  std::vector<std::string> warnings;
  std::vector<Unmodelled> unmodelled;
};

/// Estimates a network on a device. Throws InputError when the device lacks a format that the network needs.
Estimate estimate(const Network& network, const Device& device, const EngineOptions& options);

/// A parameter of the run; nothing where the network has none of this name.
std::optional<std::int64_t> parameter(const Estimate& estimate, std::string_view name);

/// Everything that a run asks: it can be changed in one place and asked again. `network` is the description as `run`
/// makes it, where somebody has it: who changes `run` takes it away.
struct Question {
  const Description& description;
  const Device& device;
  RunOptions run;
  EngineOptions options;
  const Network* network = nullptr;
};

/// Instantiates, where that is still to be done, and estimates.
Estimate answer(const Question& question);

}  // namespace ridgepoint
