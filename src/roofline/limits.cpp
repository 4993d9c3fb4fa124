#include "roofline/limits.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace ridgepoint {
namespace {

// The memory of the same run with twice as much of one parameter; nothing where the network does not allow it.
std::optional<Footprint> doubled(const Question& question, std::string_view name, std::int64_t value) {
  if (value > INT64_MAX / 2) return std::nullopt;
  RunOptions run = question.run;
  run.parameters.push_back({std::string(name), Value(2 * value)});
  try {
    const Network network = instantiate(question.description, run);
    return footprint(network, plan_fusion(network, question.options.fusion), question.options.optimizer);
  } catch (const InputError&) {
  } catch (const OverflowError&) {
  }
  return std::nullopt;
}

// How much of a parameter fits where memory is `now` at `value` and `twice` at the double; 0 where one does not fit.
std::int64_t largest(double capacity, double now, double twice, std::int64_t value) {
  const double each = (twice - now) / static_cast<double>(value);
  if (!(each > 0)) return 0;
  const double more = std::floor((capacity - now) / each);
  return std::max<std::int64_t>(0, value + static_cast<std::int64_t>(std::clamp(more, -1e15, 1e15)));
}

}  // namespace

std::optional<CacheLimits> cache_limits(const Question& question, const Estimate& now) {
  const auto batch = parameter(now, "batch");
  const auto context = parameter(now, "kv_len");
  const auto& capacity = question.device.dram.capacity;
  if (now.phase != Phase::kDecode || !batch || !context || !capacity || !(now.memory.kv_cache.value() > 0)) {
    return std::nullopt;
  }
  const double bytes = now.memory.total().value();
  CacheLimits limits;
  if (const auto wide = doubled(question, "batch", *batch)) {
    limits.largest_batch = largest(capacity->value(), bytes, wide->total().value(), *batch);
    limits.per_sequence = (wide->kv_cache - now.memory.kv_cache) / static_cast<double>(*batch);
  }
  if (const auto lengthy = doubled(question, "kv_len", *context)) {
    limits.largest_context = largest(capacity->value(), bytes, lengthy->total().value(), *context);
    limits.per_token =
        (lengthy->kv_cache - now.memory.kv_cache) / (static_cast<double>(*batch) * static_cast<double>(*context));
  }
  return limits;
}

}  // namespace ridgepoint
