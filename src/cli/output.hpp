#pragma once
#include <string>
#include <string_view>

namespace ridgepoint {

/// Whether standard output is a terminal that wants colour: `choice` is always, never or auto; auto respects NO_COLOR.
bool wants_color(std::string_view choice, bool to_file);

/// The width of the terminal, or 100 when standard output is none.
std::size_t terminal_width();

/// Writes the text to the file, or to standard output when the path is empty. Throws InputError.
void emit(const std::string& path, std::string_view text);

}  // namespace ridgepoint
