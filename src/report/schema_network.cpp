#include <algorithm>

#include "network/description_reader.hpp"
#include "network/sections.hpp"
#include "ops/op.hpp"
#include "report/schema.hpp"
#include "report/schema_building.hpp"

namespace ridgepoint {
namespace {

Json value() { return reference("value"); }
Json names() {
  return {{"anyOf", {text_schema(), Json{{"type", "array"}, {"items", text_schema()}, {"minItems", 1}}}}};
}

// A number, a word or an expression over parameters, or a list of them.
Json value_definition() {
  return {{"anyOf",
           {Json{{"type", "number"}}, Json{{"type", "string"}}, Json{{"type", "boolean"}},
            Json{{"type", "array"}, {"items", value()}}}}};
}

Json parameters(bool required_ones) {
  Json types = {"integer", "string"};
  if (required_ones) types.push_back("null");
  return map_schema({{"type", types}});
}

Json weight_members() {
  return {{"weights", described(reference("format"), "storage of the weights of products")},
          {"math", described(reference("format"), "what products compute in")},
          {"weight_group", described(integer_schema(0), "weights per 16-bit scale; 0 has no scales")}};
}

Json precision() {
  Json schema = strict_object({{"activations", reference("format")}, {"kv_cache", reference("format")}});
  schema["properties"].update(weight_members());
  return schema;
}

Json weights() {
  Json schema = strict_object({});
  schema["properties"] = weight_members();
  return schema;
}

// Members that every layer and use of a block may have.
Json item_members() {
  return {{"name", described(text_schema(), "taken from the op or the block when there is none")},
          {"op", text_schema()},
          {"block", described(text_schema(), "the block that it uses, in the place of an op")},
          {"inputs", described(names(), "what it takes; without, what the one before gives")},
          {"repeat", described(value(), "how many times a block follows itself")},
          {"skip", described(value(), "not 0: it keeps its parameters and runs nothing")},
          {"shared", described(value(), "not 0: all repetitions have one set of parameters")},
          {"tied", described(text_schema(), "the layer whose parameters this one shares")},
          {"precision", weights()}};
}

template <class T>
Json field_schema(const T&) {
  if constexpr (std::is_enum_v<T>) return words_schema(Words<T>::kWords);
  return value();
}

// "if it is this op, then it has these attributes and no others".
Json rule_of(const OpEntry& entry, const Json& common) {
  Json then{{"properties", Json::object()}, {"propertyNames", {{"enum", Json::array()}}}};
  Json& keys = then["propertyNames"]["enum"];
  for (const auto& member : common.items()) keys.push_back(member.key());
  Json required = Json::array();
  const auto add = [&](const auto& op, const auto& field) {
    then["properties"][std::string(field.name)] = described(field_schema(op.*field.member), field.summary);
    keys.push_back(field.name);
    if (field.required) required.push_back(field.name);
  };
  std::visit([&]<class T>(const T& op) { std::apply([&](const auto&... f) { (add(op, f), ...); }, T::fields()); },
             entry.prototype);
  if (!required.empty()) then["required"] = std::move(required);
  return {{"if", {{"properties", {{"op", {{"const", entry.name}}}}}, {"required", {"op"}}}}, {"then", std::move(then)}};
}

Json item_definition() {
  const Json common = item_members();
  Json schema{{"type", "object"}, {"properties", common}};
  schema["oneOf"] = {Json{{"required", {"op"}}}, Json{{"required", {"block"}}}};
  Json ops = Json::array();
  for (const OpEntry& entry : op_entries()) {
    ops.push_back(entry.name);
    schema["allOf"].push_back(rule_of(entry, common));
  }
  schema["properties"]["op"] = {{"enum", std::move(ops)}};
  return schema;
}

Json items() { return {{"type", "array"}, {"items", reference("layer")}, {"minItems", 1}}; }

Json block() {
  return strict_object({{"inputs", described(names(), "their names within the block")},
                        {"parameters", described(parameters(true), "with defaults; null has none and must be given")},
                        {"layers", items()},
                        {"outputs", names()}},
                       {"layers"});
}

Json inputs() {
  Json formats = Json::array({"activations"});
  for (const DTypeFacts& facts : kDTypes) formats.push_back(facts.name);
  Json schema = map_schema(
      strict_object({{"shape", list_schema(value())}, {"dtype", Json{{"enum", std::move(formats)}}}}, {"shape"}));
  schema["minProperties"] = 1;
  return schema;
}

// What explicit and compact descriptions begin with.
Json heading() {
  return {
      {"schema_version", {{"const", 1}}},
      {"name", text_schema()},
      {"summary", text_schema()},
      {"source", text_schema()},
      {"notes", list_schema(text_schema())},
      {"precision", reference("precision")},
      {std::string(kPublishedKey), described({{"type", "object"}}, "published numbers that the tests compare")},
      {std::string(kGraphKey), described({{"type", "object"}}, "the graph that batches are sampled from")},
      {std::string(kPipelineKey), described({{"type", "object"}}, "what prepares batches, and on how many machines")}};
}

Json explicit_description() {
  Json schema = strict_object({}, {"name", "inputs", "layers"});
  schema["properties"] = heading();
  schema["properties"].update({{"parameters", described(parameters(false), "sizes, which --set can change")},
                               {"phases", map_schema(parameters(false))},
                               {"inputs", inputs()},
                               {"blocks", map_schema(block())},
                               {"layers", items()}});
  schema["properties"]["phases"]["propertyNames"] = words_schema(kPhaseNames);
  return schema;
}

// The hyper-parameters of a family are in docs/network.md; its reader knows them.
Json compact_description(std::span<const std::string_view> families) {
  Json schema{{"type", "object"}, {"properties", heading()}, {"required", {"name", "family"}}};
  schema["properties"]["family"] = words_schema(families);
  return schema;
}

}  // namespace

std::string network_schema(std::span<const std::string_view> families) {
  Json schema{
      {"if", {{"required", {"family"}}}}, {"then", compact_description(families)}, {"else", explicit_description()}};
  schema["definitions"] = {{"format", words_schema(arithmetic_formats())},
                           {"value", value_definition()},
                           {"precision", precision()},
                           {"layer", item_definition()}};
  return json_text(titled("ridgepoint network", schema));
}

}  // namespace ridgepoint
