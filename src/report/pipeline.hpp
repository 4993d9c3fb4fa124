#pragma once
#include <span>
#include <string>
#include <string_view>

#include "pipeline/pipeline.hpp"

namespace ridgepoint {

/// What runs of one network's pipeline take, ready to be written: one in its parts, several side by side.
struct PipelineReport {
  std::string model;
  std::string device;
  std::string host;
  bool host_measured = false;
  std::string run;  ///< "bf16, mode datasheet": how the passes were priced
  std::vector<Pipeline> runs;
  std::string command;
};

/// As a table, or as JSON, CSV or Markdown.
std::string write_pipeline(const PipelineReport& report, std::string_view format, std::size_t width);

std::string pipeline_json(const PipelineReport& report);

/// Sentences about a run that hold in every format: what is the bottleneck, what balances it, what is assumed.
std::vector<std::string> pipeline_sentences(const PipelineReport& report, const Pipeline& run);

/// "neighbors 15, 10, 5 of 1024 seeds".
std::string sampler_line(const SamplerPlan& sampler);
/// "2.45 M nodes, 124 M edges ...".
std::string graph_line(const Pipeline& run);

}  // namespace ridgepoint
