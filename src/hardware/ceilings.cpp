#include "hardware/ceilings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "io/json_text.hpp"
#include "io/object_reader.hpp"

namespace ridgepoint {
namespace {

/// A whole number that a ceiling may have, and its key.
struct WholeMember {
  std::string_view key;
  std::int64_t MeasuredCeiling::*member;
};
constexpr std::array kWholeMembers{WholeMember{"threads", &MeasuredCeiling::threads},
                                   WholeMember{"vector_bits", &MeasuredCeiling::vector_bits}};

MeasuredCeiling read_ceiling(const std::shared_ptr<const Document>& document, const Node& node) {
  ObjectReader reader(document, node, "ceiling");
  const std::string unit = reader.choice(reader.required("unit"), kCeilingUnitNames);
  MeasuredCeiling ceiling{
      .unit = static_cast<CeilingUnit>(std::find(kCeilingUnitNames.begin(), kCeilingUnitNames.end(), unit) -
                                       kCeilingUnitNames.begin()),
      .name = reader.required_string("name")};
  ceiling.op = reader.optional_string("op");
  for (const WholeMember& whole : kWholeMembers) {
    const Node* value = reader.optional(whole.key);
    if (value == nullptr) continue;
    ceiling.*whole.member = reader.integer(*value);
    if (ceiling.*whole.member < 1) reader.fail(*value, {fmt::format("{} below 1", whole.key), "1 or more"});
  }
  if (const Node* bytes = reader.optional("bytes")) ceiling.bytes = reader.positive(*bytes);
  ceiling.value = reader.positive(reader.required(value_key(ceiling.unit)));
  ceiling.spread = reader.non_negative(reader.required("spread"));
  reader.finish();
  return ceiling;
}

// Six digits are more than a measurement has.
Node real(std::string_view key, double value) {
  return json_real(std::string(key), std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr));
}

Node ceiling_node(const MeasuredCeiling& ceiling) {
  std::vector<Node> members{json_string("unit", std::string(kCeilingUnitNames[static_cast<std::size_t>(ceiling.unit)])),
                            json_string("name", ceiling.name)};
  if (!ceiling.op.empty()) members.push_back(json_string("op", ceiling.op));
  for (const WholeMember& whole : kWholeMembers) {
    if (ceiling.*whole.member > 0) members.push_back(json_integer(std::string(whole.key), ceiling.*whole.member));
  }
  if (ceiling.bytes > 0) members.push_back(json_integer("bytes", static_cast<std::int64_t>(ceiling.bytes)));
  members.push_back(real(value_key(ceiling.unit), ceiling.value));
  members.push_back(real("spread", ceiling.spread));
  return json_object("", std::move(members));
}

}  // namespace

std::string_view value_key(CeilingUnit unit) {
  switch (unit) {
    case CeilingUnit::kMatrix:
    case CeilingUnit::kVector: return "flops_per_s";
    case CeilingUnit::kSpecial: return "ops_per_s";
    case CeilingUnit::kMemory: return "bandwidth_bytes_per_s";
    case CeilingUnit::kLatency:
    case CeilingUnit::kLaunch: break;
  }
  return "time_s";
}

std::vector<MeasuredCeiling> read_measured_ceilings(const std::shared_ptr<const Document>& document, const Node& node) {
  const ObjectReader list(document, document->root(), "device");
  std::vector<MeasuredCeiling> ceilings;
  for (const Node& item : list.array(node)) ceilings.push_back(read_ceiling(document, item));
  return ceilings;
}

Node ceilings_node(const std::vector<MeasuredCeiling>& ceilings) {
  std::vector<Node> items;
  items.reserve(ceilings.size());
  for (const MeasuredCeiling& ceiling : ceilings) items.push_back(ceiling_node(ceiling));
  return json_array("ceilings", std::move(items));
}

}  // namespace ridgepoint
