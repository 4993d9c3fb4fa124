#pragma once
// Values as JSON text, in the layout of the files that come with the tool.

#include <string>

#include "io/document.hpp"

namespace ridgepoint {

Node json_string(std::string key, std::string value);
Node json_integer(std::string key, std::int64_t value);
Node json_real(std::string key, double value);
Node json_object(std::string key, std::vector<Node> members);
Node json_array(std::string key, std::vector<Node> items);

/// The value as JSON: two spaces a level, and on one line what fits in 120 columns and holds no further level but one.
/// Parsing it gives the same values. Ends with a newline.
std::string json_text(const Node& value);

}  // namespace ridgepoint
