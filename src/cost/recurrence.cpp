#include "cost/recurrence.hpp"

#include <algorithm>

#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum Parameter : std::size_t {
  kStep,
  kWeights,
  kEfficiency,
  kWgradEfficiency,
  kWgradStart,
  kStart,
  kRowsForward,
  kRowsBackward,
  kSerialClocks,
  kLargeBatch,
  kCount,
};

constexpr std::array kParameters{
    ModelParameter{"step_s", "what a time step costs at least", 1e-7, 2e-4, 9e-6, 0.4},
    ModelParameter{"memory_efficiency", "share of the bandwidth of dram at which weights are read", 0.1, 1.1, 0.75,
                   0.15},
    ModelParameter{"compute_efficiency", "share of the peak of products in a step", 1e-2, 1.1, 0.55, 0.3},
    ModelParameter{"wgrad_efficiency", "share of the peak of products in the weight gradient", 1e-2, 1.1, 0.78, 0.2},
    ModelParameter{"wgrad_latency_s", "time to start the weight gradient", 1e-7, 1e-3, 50e-6, 0.6},
    ModelParameter{"start_s", "what the first steps cost besides", 1e-6, 2e-2, 700e-6, 0.6},
    ModelParameter{"rows_forward", "rows of a small batch for which the weights are read once more, forward", 1, 64, 5,
                   0.3},
    ModelParameter{"rows_backward", "the same, backward", 1, 64, 10, 0.3},
    ModelParameter{"serial_clocks", "clocks per element of a step's reduction", 1, 5000, 160, 0.4},
    ModelParameter{"large_batch", "the same with more than 32 rows, to that with fewer", 0.02, 2, 0.46, 0.3},
};
static_assert(kParameters.size() == kCount);

constexpr double kSmallBatch = 16;  // up to here libraries multiply a vector at a time
constexpr double kFewRows = 4;      // which one pass over the weights serves
constexpr double kTileRows = 64;
constexpr double kHalfTile = 32;
constexpr double kStartSteps = 16;
constexpr double kSmoothness = 4;
constexpr double kSampleSpread = 0.1;

/// The parts of a step in seconds, or of the one product of wgrad.
struct Parts {
  double steps = 1;
  double once = 0;
  double step = 0;
  double weights = 0;
  double units = 0;
  double serial = 0;
  double time = 0;
};

Parts wgrad_parts(const Situation& s, double rate, const ParameterValues& v) {
  Parts parts;
  parts.once = s.launch.part ? 0 : v[kWgradStart];
  parts.units = s.launch.work.matrix.value() / (rate * v[kWgradEfficiency]);
  parts.weights = s.demand.dram.value() / v[kWeights];
  parts.time = parts.once + smooth_max(parts.units, parts.weights, kSmoothness);
  return parts;
}

Parts parts_of(const Situation& s, const ParameterValues& v) {
  const auto& r = std::get<Recurrent>(s.launch.kernel);
  const double rate = s.device.product_rate(r.math)->value();
  if (r.pass == Pass::kWgrad) return wgrad_parts(s, rate, v);
  const bool backward = r.pass == Pass::kDgrad;
  const auto batch = static_cast<double>(r.batch);
  const auto directions = static_cast<double>(r.directions);
  const double depth = static_cast<double>(backward ? r.hidden * facts(r.cell).gates : r.output());
  const double matrix = r.weight_count() * directions;
  Parts parts{.steps = static_cast<double>(r.timesteps)};
  const bool small = batch <= kSmallBatch;
  const double more = std::max(0.0, batch - kFewRows) / v[backward ? kRowsBackward : kRowsForward];
  const double bytes = bytes_of(matrix, r.weights).value() * (small ? 1 + more : 1);
  parts.weights = bytes / (s.device.dram_bandwidth().value() * v[kWeights]);
  const double rows = small ? batch : std::ceil(batch / kTileRows) * kTileRows;
  parts.units = 2 * rows * matrix / (rate * v[kEfficiency]);
  if (!small && s.device.clock.value() > 0)
    parts.serial = depth * v[kSerialClocks] * (batch > kHalfTile ? v[kLargeBatch] : 1) / s.device.clock.value();
  parts.once = s.launch.part ? 0 : v[kStart] * std::min(1.0, parts.steps / kStartSteps);
  parts.step = v[kStep];
  // The gates go through memory and the vector units once, steps apart.
  const double others = std::max(s.demand.dram.value() / v[kWeights], s.demand.vector.value()) / parts.steps;
  const double need = smooth_max(smooth_max(parts.weights, parts.units, kSmoothness), parts.serial, kSmoothness);
  parts.time = parts.once + parts.steps * (parts.step + std::max(need, others));
  return parts;
}

Timing time_of(const Situation& s, const ParameterValues& v) {
  const Parts parts = parts_of(s, v);
  Timing timing;
  at(timing.needs, s.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = Seconds{parts.steps * parts.units};
  at(timing.needs, Bound::kDram) = Seconds{parts.steps * parts.weights};
  at(timing.needs, Bound::kLaunch) = Seconds{parts.once + parts.steps * (parts.step + parts.serial)};
  timing.time = Seconds{parts.time};
  return timing;
}

Terms terms_of_recurrence(const Situation& s, const ParameterValues& v) {
  const Parts parts = parts_of(s, v);
  const char* const source = "docs/model.md, recurrent layers";
  return {{"steps", "timesteps (1 for the weight gradient)", parts.steps, "", source},
          {"t_weights", "the recurrent matrix / (memory_efficiency bandwidth), per step", parts.weights, "s", source},
          {"t_units", "2 rows weights / (peak efficiency), per step", parts.units, "s", source},
          {"t_serial", "elements of the reduction serial_clocks / clock, per step", parts.serial, "s", source},
          {"step", "step_s", parts.step, "s", "fitted"},
          {"start", "start_s, or wgrad_latency_s", parts.once, "s", "fitted"},
          {"time", "start + steps (step + (t_weights^4 + t_units^4 + t_serial^4)^(1/4))", parts.time, "s", source}};
}

}  // namespace

const CostModel kRecurrenceModel{"recurrence", kParameters, time_of, terms_of_recurrence, nullptr, kSampleSpread};

}  // namespace ridgepoint
