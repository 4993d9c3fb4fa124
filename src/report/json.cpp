#include <cmath>

#include "core/version.hpp"
#include "report/columns.hpp"
#include "report/json_text.hpp"
#include "report/report.hpp"

namespace ridgepoint {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json amounts(const Amounts& a) {
  return {{"parameters", json_number(a.parameters)},
          {"macs", json_number(a.macs)},
          {"flops", json_number(a.flops)},
          {"bytes_read", json_number(a.bytes_read)},
          {"bytes_written", json_number(a.bytes_written)},
          {"time_s", json_number(a.time)},
          {"time_p10_s", json_number(a.time_p10)},
          {"time_p90_s", json_number(a.time_p90)},
          {"roofline_time_s", json_number(a.roofline_time)}};
}

Json layer(const LayerEstimate& row, Phase phase) {
  Json object;
  for (const Column& column : columns()) object[std::string(column.key)] = json_value(column.cell(row));
  object["fused_from"] = row.fused_from;
  object["needs_s"] = json_needs(row.needs);
  if (phase != Phase::kTraining) return object;
  Json& passes = object["passes"];
  for (const Pass pass : kPasses) passes[std::string(name(pass))] = amounts(row.passes[static_cast<std::size_t>(pass)]);
  return object;
}

Json memory(const Footprint& m) {
  return {
      {"weights_bytes", json_number(m.weights.value())},     {"activations_bytes", json_number(m.activations.value())},
      {"gradients_bytes", json_number(m.gradients.value())}, {"optimizer_bytes", json_number(m.optimizer.value())},
      {"kv_cache_bytes", json_number(m.kv_cache.value())},   {"tables_bytes", json_number(m.tables.value())},
      {"total_bytes", json_number(m.total().value())}};
}

Json totals(const Estimate& estimate) {
  Json object = amounts(estimate.total);
  object["active_parameters"] = json_number(estimate.active_parameters);
  object["arithmetic_intensity"] = estimate.total.intensity();
  for (std::size_t i = 0; i < kCategoryNames.size(); ++i) {
    object["by_category"][std::string(kCategoryNames[i])] = amounts(estimate.by_category[i]);
  }
  object["memory"] = memory(estimate.memory);
  if (estimate.limits) {
    const CacheLimits& limits = *estimate.limits;
    object["memory"]["kv_cache_bytes_per_sequence"] = json_number(limits.per_sequence.value());
    object["memory"]["kv_cache_bytes_per_token"] = json_number(limits.per_token.value());
    object["memory"]["largest_batch"] = limits.largest_batch;
    object["memory"]["largest_kv_len"] = limits.largest_context;
  }
  return object;
}

Json context(const Report& report) {
  const Estimate& e = report.estimate;
  Json object{{"command", report.command},
              {"mode", name(e.options.mode)},
              {"calibration", calibration_line(report)},
              {"fusion", kFusionNames[static_cast<std::size_t>(e.options.fusion)]},
              {"execution", kExecutionNames[static_cast<std::size_t>(e.options.execution)]},
              {"optimizer", kOptimizerNames[static_cast<std::size_t>(e.options.optimizer)]}};
  object["precision"] = {{"activations", name(e.precision.activations)},
                         {"weights", name(e.precision.weights)},
                         {"kv_cache", name(e.precision.kv_cache)},
                         {"math", name(e.precision.math)},
                         {"weight_group", e.precision.weight_group}};
  object["parameters"] = Json::object();
  for (const auto& [key, value] : e.parameters) object["parameters"][key] = value;
  return object;
}

Json advice(const std::vector<Advice>& list) {
  Json array = Json::array();
  for (const Advice& item : list) {
    Json changes = Json::array();
    for (const Change& change : item.changes) {
      changes.push_back({{"change", change.what},
                         {"time_ratio", change.time_ratio},
                         {"of", change.whole_network ? "network" : "layer"}});
    }
    array.push_back({{"layer", item.layer}, {"share", item.share}, {"why", item.why}, {"changes", changes}});
  }
  return array;
}

}  // namespace

std::string write_json(const Report& report, const View& view) {
  const Estimate& e = report.estimate;
  Json document{{"schema_version", kSchemaVersion}, {"tool", {{"name", "ridgepoint"}, {"version", version()}}}};
  document["context"] = context(report);
  document["convention"] = conventions();
  document["model"] = e.model;
  document["device"] = e.device;
  document["phase"] = name(e.phase);
  document["warnings"] = e.warnings;
  document["unmodelled"] = Json::array();
  for (const Unmodelled& item : e.unmodelled) {
    document["unmodelled"].push_back({{"name", item.name}, {"type", item.type}, {"count", item.count}});
  }
  document["notes"] = e.notes;
  document["layers"] = Json::array();
  for (const LayerEstimate& row : e.rows) document["layers"].push_back(layer(row, e.phase));
  if (view.by != By::kLayer || view.top > 0) {  // "layers" stays whole: programs add it up
    document["groups"] = Json::array();
    for (const LayerEstimate& row : rows_of(e, view)) document["groups"].push_back(layer(row, e.phase));
  }
  document["totals"] = totals(e);
  document["advice"] = advice(report.advice);
  return json_text(document);
}

}  // namespace ridgepoint
