#include "placement/step.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/human.hpp"
#include "network/parameter.hpp"

namespace ridgepoint {
namespace {

bool is_lookup(const LayerEstimate& row) { return row.op == "embedding" || row.op == "embedding_bag"; }

double batch_of(const Network& network) {
  if (const auto batch = find_parameter(network.parameters, "batch")) return static_cast<double>(*batch);
  throw InputError({fmt::format("{} has no parameter \"batch\"", network.name), "one, for devices to share"});
}

Attribute batch_attribute(std::int64_t batch) { return {"batch", Value(batch)}; }

// What of a device's memory its tables may not take: all but tables, their gradients and their optimizer's state.
double kept_bytes(const Estimate& estimate, double dense_parameters, bool training) {
  double kept = (estimate.memory.weights + estimate.memory.activations).value();
  if (training) {
    const DType format = estimate.precision.weights;
    kept += bytes_of(dense_parameters, format).value() +
            optimizer_state(dense_parameters, 0, estimate.options.optimizer, format).value();
  }
  return kept;
}

std::vector<Table> grown(std::vector<Table> tables, double growth) {
  for (Table& table : tables) table.rows = std::max(1.0, std::round(table.rows * growth));
  return tables;
}

}  // namespace

std::unique_ptr<Step> step_of(const StepQuestion& q) {
  const Network whole = instantiate(*q.description, q.run);
  auto step = std::make_unique<Step>();
  step->tables = grown(tables_of(whole, q.options.optimizer), q.growth);
  if (step->tables.empty()) {
    throw InputError({fmt::format("{} has no embedding tables", whole.name),
                      "a network with layers \"embedding_bag\" or \"embedding\""});
  }
  step->batch = batch_of(whole);
  if (step->batch < q.devices) {
    throw InputError({fmt::format("a batch of {:g} for {:g} devices", step->batch, q.devices),
                      "a sample for each device at least; --batch is of all devices together"});
  }
  RunOptions part = q.run;
  part.parameters.push_back(batch_attribute(static_cast<std::int64_t>(std::ceil(step->batch / q.devices))));
  step->estimate = estimate(q.devices > 1 ? instantiate(*q.description, part) : whole, *q.device, q.options);
  const bool training = whole.phase == Phase::kTraining;
  double lookups = 0;
  double table_parameters = 0;
  for (const LayerEstimate& row : step->estimate.rows) {
    if (!is_lookup(row)) continue;
    lookups += row.total.time;
    table_parameters += row.total.parameters;
  }
  const double dense_parameters = step->estimate.total.parameters - table_parameters;
  step->dense = step->estimate.total.time - lookups;
  if (training) {
    const double bytes = bytes_of(dense_parameters, step->estimate.precision.weights).value();
    step->dense_exchange = 2 * exchange_time(bytes, q.devices, *q.device, q.around);
  }
  step->run = {.device = q.device,
               .around = q.around,
               .host = q.host,
               .mode = step->estimate.options.mode,
               .devices = q.devices,
               .kept_bytes = kept_bytes(step->estimate, dense_parameters, training),
               .training = training,
               .optimizer = q.options.optimizer,
               .format = whole.precision.activations,
               .whole_tables = q.whole_tables};
  step->plans = plans_for(step->run, step->tables, q.plan);
  return step;
}

std::unique_ptr<Step> step_of(StepQuestion question, std::int64_t batch) {
  question.run.parameters.push_back(batch_attribute(batch));
  return step_of(question);
}

std::int64_t batch_within(const StepQuestion& question, double latency, std::int64_t most) {
  const auto fits = [&](std::int64_t batch) { return step_of(question, batch)->time() <= latency; };
  std::int64_t good = 0;
  std::int64_t bad = static_cast<std::int64_t>(question.devices);
  while (bad <= most && fits(bad)) {
    good = bad;
    bad *= 2;
  }
  if (good == 0) return 0;
  while (bad - good > std::max<std::int64_t>(1, good / 64)) {
    const std::int64_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace ridgepoint
