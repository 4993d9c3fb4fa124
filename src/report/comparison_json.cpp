#include "report/analysis_context.hpp"
#include "report/comparison_formats.hpp"
#include "report/json_text.hpp"
#include "report/records.hpp"

namespace ridgepoint {
namespace {

constexpr int kSchemaVersion = 1;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json side_of(const Comparison& c, std::size_t index) {
  const Side& side = c.sides[index];
  Json facts = Json::object();
  for (const auto& [key, value] : side.facts) facts[key] = value;
  return {{"label", c.labels[index]},
          {"source", side.source},
          {"facts", facts},
          {"totals",
           {{"flops", json_number(side.flops)},
            {"bytes", json_number(side.bytes)},
            {"time_s", json_number(side.time)},
            {"time_p10_s", json_number(side.time_p10)},
            {"time_p90_s", json_number(side.time_p90)},
            {"time_per_sample_s", json_number(side.time / side.batch())},
            {"memory_bytes", json_number(side.memory)},
            {"speed_up", or_null(c.speed_up(index))}}}};
}

Json part_of(const Comparison& c, const MatchedLayers& group, std::size_t side) {
  const Part& part = group.parts[side];
  if (!part.present()) return nullptr;
  Json rows = Json::array();
  for (const std::size_t row : part.rows) rows.push_back(c.sides[side].layers[row].name);
  return {{"rows", rows},
          {"repeat", json_number(part.repeat)},
          {"flops", json_number(part.flops)},
          {"bytes", json_number(part.bytes)},
          {"time_s", json_number(part.time)},
          {"time_p10_s", json_number(part.time_p10)},
          {"time_p90_s", json_number(part.time_p90)},
          {"speed_up", or_null(c.speed_up(group, side))},
          {"share_of_gain", c.share_of_gain(group, side)},
          {"bound", name(part.bound)},
          {"needs_s", json_needs(part.needs)}};
}

Json regressions(const ComparisonReport& report) {
  Json array = Json::array();
  for (const Regression& r : report.regressions) {
    array.push_back({{"what", r.what},
                     {"side", r.side},
                     {"unit", r.what == "memory" ? "byte" : "s"},
                     {"before", json_number(r.before)},
                     {"after", json_number(r.after)},
                     {"growth", r.growth()}});
  }
  return array;
}

constexpr std::array<std::string_view, 11> kColumns{"name",   "op",         "side",       "repeat",   "flops", "bytes",
                                                    "time_s", "time_p10_s", "time_p90_s", "speed_up", "bound"};

}  // namespace

std::string comparison_json(const ComparisonReport& report) {
  const Comparison& c = report.comparison;
  Json document{{"schema_version", kSchemaVersion}, {"tool", tool_json()}};
  document["context"] = {{"command", report.command}};
  document["basis"] = c.per_sample ? "time of a sample" : "time of a run";
  document["sides"] = Json::array();
  for (std::size_t i = 0; i < c.sides.size(); ++i) document["sides"].push_back(side_of(c, i));
  document["layers"] = Json::array();
  for (const MatchedLayers& group : c.layers) {
    Json parts = Json::array();
    for (std::size_t side = 0; side < c.sides.size(); ++side) parts.push_back(part_of(c, group, side));
    document["layers"].push_back({{"name", group.name}, {"op", group.op}, {"sides", parts}});
  }
  document["remarks"] = remarks(c);
  if (report.threshold) {
    document["threshold"] = *report.threshold;
    document["regressions"] = regressions(report);
  }
  return json_text(document);
}

std::string comparison_csv(const Comparison& c) {
  Records records{.columns = {kColumns.begin(), kColumns.end()}, .rows = {}};
  std::vector<std::string> needs;
  for (std::size_t i = 1; i < kBoundCount; ++i) needs.push_back("needs_" + std::string(kBounds[i].name) + "_s");
  records.columns.insert(records.columns.end(), needs.begin(), needs.end());
  for (const MatchedLayers& group : c.layers) {
    for (std::size_t side = 0; side < c.sides.size(); ++side) {
      const Part& part = group.parts[side];
      if (!part.present()) continue;
      const auto factor = c.speed_up(group, side);
      records.rows.push_back({group.name, group.op, c.labels[side], part.repeat, part.flops, part.bytes, part.time,
                              part.time_p10, part.time_p90, factor ? Cell(*factor) : Cell(""),
                              std::string(name(part.bound))});
      for (std::size_t i = 1; i < kBoundCount; ++i) records.rows.back().emplace_back(part.needs[i]);
    }
  }
  return write_records(records, "csv");
}

}  // namespace ridgepoint
