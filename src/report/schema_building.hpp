#pragma once
// Parts of schemas of what people write: objects by key, most of whose members are optional.

#include <initializer_list>
#include <utility>

#include "core/formats.hpp"
#include "report/members.hpp"

namespace ridgepoint {

/// A member with what it means.
inline Json described(Json schema, std::string_view meaning) {
  schema["description"] = meaning;
  return schema;
}

/// An object with these members and no others.
inline Json strict_object(std::initializer_list<std::pair<std::string_view, Json>> members,
                          std::initializer_list<std::string_view> required = {}) {
  Json schema{{"type", "object"}, {"properties", Json::object()}};
  for (const auto& [key, value] : members) schema["properties"][std::string(key)] = value;
  for (const std::string_view key : required) schema["required"].push_back(key);
  schema["additionalProperties"] = false;
  return schema;
}

inline Json reference(std::string_view definition) { return {{"$ref", "#/definitions/" + std::string(definition)}}; }

inline Json positive_schema(std::string_view unit = "") {
  Json schema = number_schema(unit);
  schema["exclusiveMinimum"] = 0;
  return schema;
}

inline Json integer_schema(std::int64_t minimum) { return {{"type", "integer"}, {"minimum", minimum}}; }

/// A whole schema, under its title.
inline Json titled(std::string_view title, const Json& schema) {
  Json document{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  document.update(schema);
  return document;
}

}  // namespace ridgepoint
