#include "report/analysis_context.hpp"
#include "report/chain_json.hpp"
#include "report/json_text.hpp"
#include "report/what_limits.hpp"

namespace ridgepoint {
namespace {

constexpr int kLimitsVersion = 1;

Json subject(const LimitsReport& r) {
  const LayerEstimate& row = r.limits.row;
  Json object{{"layer", r.limits.layer.empty() ? Json(nullptr) : Json(r.limits.layer)},
              {"fused_from", row.fused_from},
              {"repeat", row.repeat},
              {"time_s", json_number(row.total.time)},
              {"time_p10_s", json_number(row.total.time_p10)},
              {"time_p90_s", json_number(row.total.time_p90)},
              {"roofline_time_s", json_number(row.total.roofline_time)},
              {"share", json_number(row.share)},
              {"macs", json_number(row.total.macs)},
              {"flops", json_number(row.total.flops)},
              {"bytes", json_number(row.total.bytes())},
              {"arithmetic_intensity", json_number(row.total.intensity())},
              {"bound", name(row.bound)}};
  object["needs_s"] = json_needs(row.needs);
  return object;
}

Json roofs(const LimitsReport& r) {
  const DType math = r.estimate.precision.math;
  const auto products = r.device.product_rate(math);
  const auto vector = r.device.vector_rate();
  return {{"math", name(math)},
          {"product_flops_per_s", products ? json_number(products->value()) : Json(nullptr)},
          {"vector_flops_per_s", vector ? json_number(vector->value()) : Json(nullptr)},
          {"dram_bytes_per_s", json_number(r.device.dram_bandwidth().value())},
          {"ridge_point", products ? json_number((*products / r.device.dram_bandwidth()).value()) : Json(nullptr)}};
}

Json document(const LimitsReport& r) {
  Json object{{"schema_version", kLimitsVersion}, {"tool", tool_json()}};
  object["context"] = context_json({r.estimate, r.device, {}, r.command});
  object["model"] = r.estimate.model;
  object["device"] = r.estimate.device;
  object["phase"] = name(r.estimate.phase);
  object["subject"] = subject(r);
  object["roofs"] = roofs(r);
  object["limits"] = chain_json(r.limits.chain);
  object["changes"] = Json::array();
  for (const Effect& effect : r.limits.effects) {
    const bool all = effect.network || r.limits.layer.empty();
    object["changes"].push_back({{"change", effect.what},
                                 {"time_ratio", json_number(effect.time_ratio)},
                                 {"of", all ? "network" : "layer"},
                                 {"bound", name(effect.bound)}});
  }
  return object;
}

}  // namespace

Json chain_json(const std::vector<Bottleneck>& chain) {
  Json array = Json::array();
  for (const Bottleneck& step : chain) {
    array.push_back({{"bound", name(step.bound)},
                     {"without", step.change.empty() ? Json(nullptr) : Json(step.change)},
                     {"time_ratio", json_number(step.time_ratio)},
                     {"next", name(step.next)}});
  }
  return array;
}

std::string limits_json(std::span<const LimitsReport> reports) {
  if (reports.size() == 1) return json_text(document(reports.front()));
  Json array = Json::array();
  for (const LimitsReport& r : reports) array.push_back(document(r));
  return json_text(array);
}

}  // namespace ridgepoint
