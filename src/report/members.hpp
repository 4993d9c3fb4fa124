#pragma once
// Objects of a JSON report as tables: one row gives a member's value and its schema, so that the two cannot disagree.

#include <span>
#include <string>
#include <string_view>

#include "report/json_text.hpp"

namespace ridgepoint {

using Json = nlohmann::ordered_json;

/// One member of a JSON object that tells of a T. A value that is `absent()` is left out of the object; only members
/// that are not `always` there may be.
template <class T>
struct Member {
  std::string_view key;
  std::string_view meaning;
  Json (*value)(const T& of);
  Json (*schema)();
  bool always = true;
};
inline constexpr bool kSometimes = false;

inline Json absent() { return Json(Json::value_t::discarded); }

/// The object with these members.
template <class T>
Json write_members(std::span<const Member<T>> members, const T& of) {
  Json object = Json::object();
  for (const Member<T>& member : members) {
    if (Json value = member.value(of); !value.is_discarded()) object[std::string(member.key)] = std::move(value);
  }
  return object;
}

/// Schemas of values (JSON Schema, draft 7). A unit is not part of that standard; it is there for readers.
inline Json text_schema() { return {{"type", "string"}}; }
inline Json number_schema(std::string_view unit = "") {
  Json schema{{"type", "number"}};
  if (!unit.empty()) schema["unit"] = unit;
  return schema;
}
inline Json list_schema(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
template <class Words>
Json words_schema(const Words& words) {
  Json schema{{"type", "string"}, {"enum", Json::array()}};
  for (const auto& word : words) schema["enum"].push_back(std::string_view(word));
  return schema;
}
inline Json map_schema(Json values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }

/// The schema of the object with these members, and no others.
template <class T>
Json schema_of(std::span<const Member<T>> members) {
  Json schema{{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
  for (const Member<T>& member : members) {
    Json& property = schema["properties"][std::string(member.key)] = member.schema();
    if (!member.meaning.empty()) property["description"] = member.meaning;
    if (member.always) schema["required"].push_back(member.key);
  }
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace ridgepoint
