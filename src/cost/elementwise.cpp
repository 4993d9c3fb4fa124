#include "cost/elementwise.hpp"

#include <algorithm>
#include <array>

#include "cost/machine.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum Own : std::size_t {
  kSmoothness = kMemoryParameters,
  kCallScalar,
  kCallPowScalar,
  kCallGelu,
  kCallRelu,
  kCallBatchNorm,
  kSlotsPow,
  kSlotsGelu,
  kSlotsTanh,
  kSlotsSilu,
  kSlotsRope,
  kSlotsSum,
  kWalk,
  kNoParameter,
};

constexpr std::array kOwn{
    ModelParameter{"smoothness", "of the maximum of memory and units", 1, 12, 4, 0.4},
    ModelParameter{"call_scalar", "host time of a call with a scalar operand, in calls of an addition", 0.3, 3, 1.18,
                   0.1},
    ModelParameter{"call_pow_scalar", "the same of a power with a constant exponent", 0.3, 3, 1.12, 0.1},
    ModelParameter{"call_gelu", "the same of gelu, called through a module", 0.3, 3, 1.15, 0.15},
    ModelParameter{"call_relu", "the same of relu, called through a module", 0.3, 3, 1.22, 0.1},
    ModelParameter{"call_batch_norm", "the same of a batch norm at inference", 0.3, 6, 2.2, 0.15, 1},
    ModelParameter{"slots_pow", "issue slots of pow per element, in FLOPs of the vector peak", 1, 2000, 150, 0.5},
    ModelParameter{"slots_gelu", "the same of gelu", 1, 2000, 25, 0.5},
    ModelParameter{"slots_tanh", "the same of tanh, exp, sigmoid and erf", 1, 2000, 15, 0.5},
    ModelParameter{"slots_silu", "the same of silu, alone or times a gate", 1, 2000, 100, 0.5},
    ModelParameter{"slots_rope", "the same of rotary position embedding", 1, 2000, 70, 0.5},
    ModelParameter{"slots_sum", "the same of a sum of three tensors", 1, 2000, 60, 0.7},
    ModelParameter{"walk_clocks", "clocks for 1024 columns where one block of threads walks over a row", 1, 10000, 300,
                   1, 1},
};
constexpr auto kParameters = with_memory(kOwn);
constexpr double kSampleSpread = 0.05;
static_assert(kParameters.size() == kNoParameter && kParameters.size() <= kMaxParameters);

/// The parameters that a function has of its own. `by_rows`: libraries give each row to a block of threads.
struct FunctionCost {
  std::string_view op;
  Own slots = kNoParameter;
  Own call = kNoParameter;
  bool by_rows = false;
};
constexpr std::array kFunctions{
    FunctionCost{"add_scalar", kNoParameter, kCallScalar},
    FunctionCost{"mul_scalar", kNoParameter, kCallScalar},
    FunctionCost{"div_scalar", kNoParameter, kCallScalar},
    FunctionCost{"scale", kNoParameter, kCallScalar},
    FunctionCost{"pow", kSlotsPow},
    FunctionCost{"pow_scalar", kSlotsPow, kCallPowScalar},
    FunctionCost{"gelu", kSlotsGelu, kCallGelu},
    FunctionCost{"gelu_tanh", kSlotsGelu, kCallGelu},
    FunctionCost{"relu", kNoParameter, kCallRelu},
    FunctionCost{"batch_norm", kNoParameter, kCallBatchNorm},
    FunctionCost{"tanh", kSlotsTanh},
    FunctionCost{"exp", kSlotsTanh},
    FunctionCost{"erf", kSlotsTanh},
    FunctionCost{"sigmoid", kSlotsTanh},
    FunctionCost{"silu", kSlotsSilu},
    FunctionCost{"silu_and_mul", kSlotsSilu, kNoParameter, true},
    FunctionCost{"gated", kSlotsSilu, kNoParameter, true},
    FunctionCost{"rope", kSlotsRope, kNoParameter, true},
    FunctionCost{"add3", kSlotsSum},
};

const FunctionCost* cost_of(std::string_view op) {
  const auto* const found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.op == op; });
  return found == kFunctions.end() ? nullptr : found;
}

/// The parts of a pass in seconds.
struct Parts {
  double cached = 0;
  double dram = 0;
  double cache = 0;
  double units = 0;
  double walk = 0;
};

Parts parts_of(const Situation& s, const ParameterValues& p) {
  const auto& stream = std::get<Stream>(s.launch.kernel);
  const Work& work = s.launch.work;
  Parts parts;
  parts.cached = cached_share(work.bytes().value(), s, p);
  const double bytes = work.read.value() + p[kWriteCost] * work.written.value();
  const double time = bytes / (s.device.dram_bandwidth().value() * p[kMemoryEfficiency]);
  parts.dram = time * (1 - parts.cached);
  parts.cache = time * parts.cached / p[kCacheRatio];
  const FunctionCost* const function = cost_of(stream.op);
  if (const auto rate = s.device.vector_rate()) {
    const double elements = stream.rows * stream.cols;
    const double own = elements * stream.flops_per_element;
    const double slots = function != nullptr && function->slots != kNoParameter ? elements * p[function->slots] : own;
    // What was fused into the pass adds its own FLOPs.
    parts.units = (std::max(slots, own) + std::max(0.0, work.vector.value() - own)) / rate->value();
  }
  parts.units = std::max(parts.units, s.demand.special.value());
  parts.walk = function != nullptr && function->by_rows ? walk_time(s.device, stream.cols, p[kWalk]) : 0;
  return parts;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const double latency = start_time(s, p[kLatency]);
  Timing timing;
  at(timing.needs, Bound::kDram) = Seconds{parts.dram};
  at(timing.needs, Bound::kL2) = Seconds{parts.cache};
  at(timing.needs, s.launch.work.special.value() > 0 ? Bound::kSpecial : Bound::kVector) = Seconds{parts.units};
  at(timing.needs, Bound::kOccupancy) = Seconds{parts.walk};
  at(timing.needs, Bound::kLaunch) = Seconds{latency};
  const std::array needs{parts.dram + parts.cache, parts.units, parts.walk};
  timing.time = Seconds{latency + smooth_maximum(needs, p[kSmoothness])};
  return timing;
}

double calls_of_stream(const Situation& s, const ParameterValues& p) {
  const FunctionCost* const function = cost_of(std::get<Stream>(s.launch.kernel).op);
  return function != nullptr && function->call != kNoParameter ? p[function->call] : 1;
}

Terms terms_of_elementwise(const Situation& s, const ParameterValues& p) {
  const Parts parts = parts_of(s, p);
  const char* const source = "docs/model.md, element-wise passes";
  return {{"h", "share of the bytes in the last cache", parts.cached, "", source},
          {"t_dram", "(read + write_cost written) (1 - h) / (memory_efficiency bandwidth)", parts.dram, "s", source},
          {"t_cache", "(read + write_cost written) h / (cache_bandwidth_ratio memory_efficiency bandwidth)",
           parts.cache, "s", source},
          {"t_units", "elements slots / vector rate", parts.units, "s", source},
          {"t_walk", "cols / 1024 walk_clocks / clock, where a row is one block's", parts.walk, "s", source},
          {"latency", "latency_s", start_time(s, p[kLatency]), "s", "fitted"},
          {"time", "latency + ((t_dram + t_cache)^s + t_units^s + t_walk^s)^(1/s)", time_of(s, p).time.value(), "s",
           source}};
}

}  // namespace

const CostModel kElementwiseModel{"elementwise",        kParameters,     time_of,
                                  terms_of_elementwise, calls_of_stream, kSampleSpread};

}  // namespace ridgepoint
