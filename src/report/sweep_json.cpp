#include "report/analysis_context.hpp"
#include "report/json_text.hpp"
#include "report/sweep.hpp"

namespace ridgepoint {
namespace {

constexpr int kSweepVersion = 1;

Json point_json(const std::vector<SweepColumn>& columns, const SweepReport& report, std::size_t i) {
  Json object = Json::object();
  for (const SweepColumn& column : columns) {
    const Cell cell = column.cell(report, i);
    const auto* text = std::get_if<std::string>(&cell);
    const bool unknown = text != nullptr && text->empty();
    object[column.key] = unknown ? Json(nullptr) : json_value(cell);
  }
  return object;
}

Json curve_json(const SweepCurve& curve, const SweepReport& report) {
  const Axes& axes = report.axes;
  const std::size_t running = axes.running();
  const auto value = [&](std::size_t place) -> Json { return axes.list()[running].values[place]; };
  const auto maybe = [&](const std::optional<std::size_t>& place) { return place ? value(*place) : Json(nullptr); };
  Json object{{"axis", axes.list()[running].key}, {"where", Json::object()}};
  for (std::size_t axis = 0; axis < axes.list().size(); ++axis) {
    if (axis != running) object["where"][axes.list()[axis].key] = axes.value(curve.first, axis);
  }
  const CurveFacts& facts = curve.facts;
  object["best_throughput_at"] = maybe(facts.best);
  object["near_best_from"] = maybe(facts.near_best);
  object["last_that_fits"] = maybe(facts.last_fit);
  object["first_out_of_memory"] = maybe(facts.no_fit);
  object["largest_that_fits"] = curve.largest_fit ? Json(*curve.largest_fit) : Json(nullptr);
  object["ridge_crossings"] = Json::array();
  for (const Crossing& crossing : facts.crossings) {
    object["ridge_crossings"].push_back({{"layer", crossing.layer.empty() ? Json(nullptr) : Json(crossing.layer)},
                                         {"between", {value(crossing.before), value(crossing.before + 1)}},
                                         {"to", crossing.upwards ? "compute" : "memory"}});
  }
  return object;
}

}  // namespace

std::string write_sweep_json(const SweepReport& report) {
  Json document{{"schema_version", kSweepVersion}, {"tool", tool_json()}, {"command", report.command}};
  document["model"] = report.model;
  document["axes"] = Json::array();
  for (const SweepAxis& axis : report.axes.list())
    document["axes"].push_back({{"key", axis.key}, {"values", axis.values}});
  document["points"] = Json::array();
  const std::vector<SweepColumn> columns = sweep_columns(report);
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (report.done[i]) document["points"].push_back(point_json(columns, report, i));
  }
  document["curves"] = Json::array();
  for (const SweepCurve& curve : report.curves) document["curves"].push_back(curve_json(curve, report));
  return json_text(document);
}

}  // namespace ridgepoint
