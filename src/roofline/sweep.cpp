#include "roofline/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/human.hpp"
#include "network/parameter.hpp"
#include "roofline/by_bound.hpp"

namespace ridgepoint {
namespace {

std::int64_t size_of(const Estimate& estimate, std::string_view name) {
  return find_parameter(estimate.parameters, name).value_or(0);
}

SweepPoint point_of(const Estimate& estimate, const Device& device) {
  SweepPoint point{.phase = estimate.phase,
                   .dtype = estimate.precision.activations,
                   .batch = size_of(estimate, "batch"),
                   .seq = size_of(estimate, "seq"),
                   .kv_len = size_of(estimate, "kv_len"),
                   .total = estimate.total,
                   .memory = estimate.memory.total(),
                   .capacity = device.dram.capacity,
                   .bound = largest_bound(time_by_bound(estimate))};
  if (const auto rate = device.product_rate(estimate.precision.math))
    point.ridge_point = (*rate / device.dram_bandwidth()).value();
  point.above.reserve(estimate.rows.size());
  for (const LayerEstimate& row : estimate.rows)
    point.above.push_back(row.ridge_point > 0 && row.total.intensity() >= row.ridge_point);
  if (point.capacity && point.memory > *point.capacity) {
    point.status = PointStatus::kOutOfMemory;
    point.reason =
        fmt::format("needs {} of {}", human_capacity(point.memory.value()), human_capacity(point.capacity->value()));
  }
  return point;
}

double rate(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

}  // namespace

double SweepPoint::samples_per_second() const { return rate(static_cast<double>(batch), total.time); }

double SweepPoint::tokens_per_second() const {
  return rate(static_cast<double>(batch) * static_cast<double>(seq), total.time);
}

SweepPoint PointEvaluator::run(const Question& question) {
  const Network network = instantiate(question.description, question.run);
  const EngineOptions& o = question.options;
  if (!pricer_ || device_ != &question.device || options_.mode != o.mode || options_.execution != o.execution) {
    device_ = &question.device;
    options_ = o;
    pricer_.emplace(question.device, resolve(o.mode, question.device), o.execution);
  }
  return point_of(estimate(network, question.device, o, *pricer_), question.device);
}

SweepPoint PointEvaluator::evaluate(const Question& question) {
  SweepPoint point{.status = PointStatus::kImpossible, .phase = question.run.phase};
  try {
    return run(question);
  } catch (const InputError& error) {
    point.reason = error.problem().what;
  } catch (const OverflowError& error) {
    point.reason = error.what();
  }
  return point;
}

}  // namespace ridgepoint
