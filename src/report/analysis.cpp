#include "report/analysis.hpp"

#include <algorithm>
#include <cstdlib>

namespace ridgepoint {
namespace {

AnalysedLayer layer_of(const LayerEstimate& row) {
  AnalysedLayer layer{.name = row.name,
                      .op = row.op,
                      .repeat = static_cast<double>(row.repeat),
                      .fused_from = row.fused_from,
                      .flops = row.total.flops,
                      .bytes = row.total.bytes(),
                      .time = row.total.time,
                      .time_p10 = row.total.time_p10,
                      .time_p90 = row.total.time_p90,
                      .bound = row.bound};
  for (std::size_t i = 0; i < kBoundCount; ++i) layer.needs[i] = row.needs[i].value();
  return layer;
}

}  // namespace

std::string Analysis::fact(std::string_view name) const {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.first == name; });
  return found == facts.end() ? "" : found->second;
}

double Analysis::batch() const {
  const double batch = std::strtod(fact("batch").c_str(), nullptr);
  return batch > 0 ? batch : 1;
}

Analysis analysis_of(const Estimate& e) {
  Analysis analysis;
  const Precision& p = e.precision;
  analysis.facts = {{"model", e.model},
                    {"device", e.device},
                    {"phase", std::string(name(e.phase))},
                    {"activations", std::string(name(p.activations))},
                    {"weights", std::string(name(p.weights))},
                    {"kv_cache", std::string(name(p.kv_cache))},
                    {"math", std::string(name(p.math))},
                    {"mode", std::string(name(e.options.mode))},
                    {"fusion", std::string(kFusionNames[static_cast<std::size_t>(e.options.fusion)])},
                    {"execution", std::string(kExecutionNames[static_cast<std::size_t>(e.options.execution)])}};
  for (const auto& [key, value] : e.parameters) analysis.facts.emplace_back(key, std::to_string(value));
  for (const LayerEstimate& row : e.rows) analysis.layers.push_back(layer_of(row));
  analysis.flops = e.total.flops;
  analysis.bytes = e.total.bytes();
  analysis.time = e.total.time;
  analysis.time_p10 = e.total.time_p10;
  analysis.time_p90 = e.total.time_p90;
  analysis.memory = e.memory.total().value();
  return analysis;
}

}  // namespace ridgepoint
