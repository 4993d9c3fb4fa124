#pragma once
// Whole files in and whole files out.

#include <string>
#include <string_view>

namespace ridgepoint {

/// The bytes of a file, or of standard input for "-". Throws InputError when it cannot be read.
std::string read_file(const std::string& path);

/// Writes the file whole or not at all: the text goes to a neighbour that is then renamed over `path`. Throws
/// InputError when it cannot be written; an earlier file is left as it was.
void write_file(const std::string& path, std::string_view text);

/// Throws InputError when a file of so many bytes could not be written there now: a missing folder, no permission, a
/// full disk. Leaves nothing behind, and an earlier file as it was. For those who work long before they write.
void expect_room(const std::string& path, std::size_t bytes);

}  // namespace ridgepoint
