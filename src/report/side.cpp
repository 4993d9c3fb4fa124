#include "report/side.hpp"

#include <algorithm>
#include <cstdlib>

namespace ridgepoint {
namespace {

SideLayer layer_of(const LayerEstimate& row) {
  SideLayer layer{.name = row.name,
                  .op = row.op,
                  .repeat = static_cast<double>(row.repeat),
                  .fused_from = row.fused_from,
                  .flops = row.total.flops,
                  .bytes = row.total.bytes(),
                  .time = row.total.time,
                  .time_p10 = row.total.time_p10,
                  .time_p90 = row.total.time_p90,
                  .bound = row.bound};
  for (std::size_t i = 0; i < kBoundCount; ++i) layer.needs[i] = std::max(0.0, row.needs[i].value());
  return layer;
}

}  // namespace

std::string Side::fact(std::string_view name) const {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.first == name; });
  return found == facts.end() ? "" : found->second;
}

double Side::batch() const {
  const double batch = std::strtod(fact("batch").c_str(), nullptr);
  return batch > 0 ? batch : 1;
}

Side side_from(const Estimate& e) {
  Side side;
  const Precision& p = e.precision;
  side.facts = {{"model", e.model},
                {"device", e.device},
                {"phase", std::string(name(e.phase))},
                {"activations", std::string(name(p.activations))},
                {"weights", std::string(name(p.weights))},
                {"kv_cache", std::string(name(p.kv_cache))},
                {"math", std::string(name(p.math))},
                {"mode", std::string(name(e.options.mode))},
                {"fusion", std::string(kFusionNames[static_cast<std::size_t>(e.options.fusion)])},
                {"execution", std::string(kExecutionNames[static_cast<std::size_t>(e.options.execution)])}};
  for (const auto& [key, value] : e.parameters) side.facts.emplace_back(key, std::to_string(value));
  for (const LayerEstimate& row : e.rows) side.layers.push_back(layer_of(row));
  side.flops = e.total.flops;
  side.bytes = e.total.bytes();
  side.time = e.total.time;
  side.time_p10 = e.total.time_p10;
  side.time_p90 = e.total.time_p90;
  side.memory = e.memory.total().value();
  return side;
}

}  // namespace ridgepoint
