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

}  // namespace ridgepoint
