#include "report/analysis_context.hpp"
#include "report/pipeline.hpp"
#include "report/pipeline_rows.hpp"

namespace ridgepoint {
namespace {

constexpr int kPipelineVersion = 1;

template <class Columns, class Row>
Json object_of(const Columns& columns, const Row& row) {
  Json object = Json::object();
  for (const auto& column : columns) object[std::string(column.key)] = json_value(column.cell(row));
  return object;
}

Json run_json(const PipelineReport& report, const Pipeline& run) {
  Json object = object_of(run_columns(), run);
  object["hops"] = Json::array();
  for (const SampledHop& hop : run.planned.batch.hops) object["hops"].push_back(object_of(hop_columns(), hop));
  object["parts"] = Json::array();
  for (const PipelinePart& part : run.parts) object["parts"].push_back(object_of(part_columns(), PartRow{run, part}));
  object["notes"] = pipeline_sentences(report, run);
  return object;
}

}  // namespace

std::string pipeline_json(const PipelineReport& report) {
  const Pipeline& first = report.runs.front();
  Json document{{"schema_version", kPipelineVersion},
                {"tool", tool_json()},
                {"command", report.command},
                {"model", report.model},
                {"device", report.device},
                {"host", report.host},
                {"host_measured", report.host_measured}};
  document["graph"] = {{"nodes", json_number(first.plan.graph.nodes)},
                       {"edges", json_number(first.plan.graph.edges)},
                       {"train_nodes", json_number(first.plan.graph.train_nodes)},
                       {"summary", graph_line(first)}};
  document["sampler"] = sampler_line(first.plan.sampler);
  document["runs"] = Json::array();
  for (const Pipeline& run : report.runs) document["runs"].push_back(run_json(report, run));
  return json_text(document);
}

}  // namespace ridgepoint
