#pragma once
#include "io/object_reader.hpp"
#include "network/description.hpp"

namespace ridgepoint {

/// Reads an explicit description ("layers" at the top level). Throws InputError with the place of what is wrong.
Description read_description(const std::shared_ptr<const Document>& document);

/// The members that explicit and compact descriptions share: name, summary, source, notes, precision, schema_version.
void read_heading(ObjectReader& reader, Description& description);

/// A JSON value as a description's value. Throws InputError on null or an object.
Value read_value(const ObjectReader& reader, const Node& node);

/// The extra keys that models may carry for tests and readers ("published"), which the analysis does not use.
inline constexpr std::string_view kPublishedKey = "published";

}  // namespace ridgepoint
