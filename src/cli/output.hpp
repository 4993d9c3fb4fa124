#pragma once
#include <CLI/App.hpp>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "report/report.hpp"

namespace ridgepoint {

/// The width of what is not shown on a terminal.
inline constexpr std::size_t kPlainWidth = 100;

/// The formats of what is rows alone.
inline constexpr std::array<std::string_view, 4> kRowFormats{"table", "json", "csv", "markdown"};

/// Of these formats the one with this name; without one, the one that the output file's ending means, or the first.
/// Throws InputError.
const Format& choose_format(const std::string& name, const std::string& output,
                            std::span<const std::string_view> allowed = kRowFormats);

inline constexpr std::array<std::string_view, 3> kColorChoices{"auto", "always", "never"};

/// Whether standard output is a terminal that wants colour: `choice` is always, never or auto; auto respects NO_COLOR.
bool wants_color(std::string_view choice, bool to_file);

inline constexpr std::array<std::string_view, 3> kGlyphChoices{"auto", "unicode", "ascii"};

/// Which characters drawings are made of.
struct GlyphArguments {
  std::string which = "auto";
  bool ascii = false;
};

/// Adds --glyphs and --ascii to a command.
void declare_glyphs(CLI::App& app, GlyphArguments& arguments, const std::string& group);

/// Whether drawings may have characters beyond ASCII: as asked, else on a terminal whose locale is UTF-8.
bool wants_unicode(const GlyphArguments& arguments, bool to_file);

/// The width of the terminal, or what COLUMNS says; kPlainWidth when standard output is no terminal. 60 to 240.
std::size_t terminal_width();

/// The width of a report: the terminal's, or kPlainWidth in a file.
inline std::size_t width_for(const std::string& output) { return output.empty() ? terminal_width() : kPlainWidth; }

/// What the help says of --format.
std::string format_help(std::span<const std::string_view> allowed = kRowFormats);

/// Writes the text to the file, or to standard output when the path is empty. Throws InputError.
void emit(const std::string& path, std::string_view text);

}  // namespace ridgepoint
