#pragma once
#include <string_view>

namespace ridgepoint {

/// How many bytes foreign_format() looks at.
inline constexpr std::size_t kForeignHead = 16;

/// What a file is that no importer reads, by its first bytes: "a zip archive ..."; "" where they say nothing.
std::string_view foreign_format(std::string_view head);

}  // namespace ridgepoint
