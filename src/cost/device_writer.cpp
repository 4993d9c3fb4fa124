#include <fmt/format.h>

#include <cstdlib>

#include "cost/device_file.hpp"
#include "cost/model.hpp"
#include "io/json_text.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kKey = "calibration";

// Fitted numbers carry six digits: what a further digit says is the last bit of some other machine's libm.
double rounded(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

Node real(std::string_view key, double value) { return json_real(std::string(key), rounded(value)); }

Node parameters_node(const CalibrationEntry& entry) {
  std::vector<Node> members;
  for (std::size_t i = 0; i < entry.model->parameters.size(); ++i)
    members.push_back(real(entry.model->parameters[i].name, entry.parameters[i]));
  if (entry.floor > 0) members.push_back(real(kFloorParameter.name, entry.floor));
  return json_object("parameters", std::move(members));
}

Node entry_node(const CalibrationEntry& entry) {
  std::vector<Node> members{json_string("kernel", std::string(entry.kind->name)),
                            json_string("format", std::string(format_name(entry.format))),
                            json_string("clock", std::string(kClockNames[static_cast<std::size_t>(entry.clock)])),
                            json_string("model", std::string(entry.model->name)),
                            parameters_node(entry),
                            json_integer("samples", entry.samples),
                            real("p10", entry.p10),
                            real("p90", entry.p90),
                            real("median_error", entry.median_error)};
  if (!entry.at_bounds.empty()) {
    std::vector<Node> names;
    for (const std::string& name : entry.at_bounds) names.push_back(json_string("", name));
    members.push_back(json_array("at_bounds", std::move(names)));
  }
  return json_object("", std::move(members));
}

Node reached_node(const ReachedRates& reached) {
  std::vector<Node> products;
  for (const DTypeFacts& facts : kDTypes) {
    const double rate = reached.products[static_cast<std::size_t>(facts.dtype)];
    if (rate > 0) products.push_back(real(facts.name, rate));
  }
  return json_object("reached", {real("dram_bytes_per_s", reached.dram), real("launch_s", reached.launch),
                                 json_object("products_flops_per_s", std::move(products))});
}

Node calibration_node(const Calibration& calibration) {
  std::vector<Node> members{json_string("tool", calibration.tool), json_string("device", calibration.device)};
  if (!calibration.date.empty()) members.push_back(json_string("date", calibration.date));
  members.push_back(json_integer("samples", calibration.samples));
  std::vector<Node> sources;
  for (const CalibrationSource& source : calibration.sources) {
    sources.push_back(json_object("", {json_string("file", source.file), json_integer("samples", source.samples),
                                       json_string("hash", source.hash)}));
  }
  members.push_back(json_array("sources", std::move(sources)));
  if (!calibration.facts.empty()) {
    std::vector<Node> facts;
    for (const auto& [key, value] : calibration.facts) facts.push_back(json_string(key, value));
    members.push_back(json_object("facts", std::move(facts)));
  }
  if (calibration.reached.launch > 0) members.push_back(reached_node(calibration.reached));
  std::vector<Node> entries;
  for (const CalibrationEntry& entry : calibration.entries) entries.push_back(entry_node(entry));
  members.push_back(json_array("entries", std::move(entries)));
  if (!calibration.ceilings.empty()) members.push_back(ceilings_node(calibration.ceilings));
  return json_object(kKey, std::move(members));
}

}  // namespace

std::string write_device(const Document& base, const Calibration& calibration) {
  Node root = base.root();
  std::erase_if(root.items, [](const Node& member) { return member.key == kKey; });
  root.items.push_back(calibration_node(calibration));
  return json_text(root);
}

}  // namespace ridgepoint
